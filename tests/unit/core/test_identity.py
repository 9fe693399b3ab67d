"""Identity numbers, cards, credit codes: what is read, what is refused and why, what is masked."""

from datetime import date

import pytest

from benefits.core.identity import (
    Identity,
    NotAnIdentity,
    mask_account,
    mask_identity,
    mask_mobile,
    names_a_number,
    parse_card,
    parse_credit_code,
    parse_identity,
    parse_mobile,
    without_numbers,
)


@pytest.mark.parametrize(
    ("number", "birth_date", "sex"),
    [
        ("340000198703150019", date(1987, 3, 15), "male"),
        ("340000198703150027", date(1987, 3, 15), "female"),
        ("340000196612317742", date(1966, 12, 31), "female"),
        ("340000200002291126", date(2000, 2, 29), "female"),
        ("340000200808313013", date(2008, 8, 31), "male"),
    ],
)
def test_published_values_are_read(number: str, birth_date: date, sex: str) -> None:
    identity = parse_identity(number)
    assert (identity.number, identity.birth_date, identity.sex) == (number, birth_date, sex)


@pytest.mark.parametrize("at", range(18))
def test_any_one_digit_changed_is_refused(at: int) -> None:
    good = "340000198703150027"
    for digit in "0123456789":
        if digit != good[at]:
            with pytest.raises(NotAnIdentity):
                parse_identity(good[:at] + digit + good[at + 1 :])


@pytest.mark.parametrize(
    "typed",
    [
        "34000019630516562x",
        "３４０００019630516562Ｘ",
        "\u3000340000 19630516 562X\t",
        "\u202a34000019630516562X\u202c",
    ],
)
def test_is_read_as_meant(typed: str) -> None:
    assert parse_identity(typed) == Identity("34000019630516562X", date(1963, 5, 16), "female")


def _with_check(digits: str) -> str:
    return next(digits + check for check in "0123456789X" if _code_of(digits + check) != "id_checksum")


def _code_of(number: str, today: date | None = None) -> str | None:
    try:
        parse_identity(number, today=today)
    except NotAnIdentity as fault:
        return fault.code
    return None


def test_faults_are_told_apart() -> None:
    assert _code_of("340000851002998") == "id_retired_15_digits"
    assert _code_of("3.40000197609167e+17") == "identity_malformed"
    assert _code_of("34000019870315002") == "identity_malformed"
    assert _code_of("340000198703150020") == "id_checksum"
    assert _code_of(_with_check("34000019870231002")) == "id_birth_date_impossible"
    assert _code_of(_with_check("34000018990101002")) == "id_birth_date_impossible"


def test_birth_after_today_is_impossible() -> None:
    number = _with_check("34000020300101002")
    assert _code_of(number) is None
    assert _code_of(number, date(2029, 12, 31)) == "id_birth_date_impossible"
    assert _code_of(number, date(2030, 1, 1)) is None


def test_prefixes_of_hong_kong_and_macao_are_accepted() -> None:
    for prefix in ("810000", "820000", "830000"):
        assert _code_of(_with_check(prefix + "19870315002")) is None


def test_credit_codes() -> None:
    assert parse_credit_code("1310000000001711X7") == "1310000000001711X7"
    assert parse_credit_code(" 1310000000001711x7 ") == "1310000000001711X7"
    assert parse_credit_code("813400000000000196") == "813400000000000196"
    assert parse_credit_code("813400000000000195") is None
    for letter in "IOSVZ":
        assert parse_credit_code(f"8134000000000001{letter}6") is None


def test_cards_and_mobiles() -> None:
    assert parse_card("6217 9946 2819 4821 997") == "6217994628194821997"
    assert parse_card("6217998277523491333") is None
    assert parse_card("6.21799462819482e+18") is None
    assert parse_card("0" * 12) is None
    assert parse_mobile("１５１８６０９１３９０") == "15186091390"
    assert parse_mobile("+86 151-8609-1390") == "15186091390"
    assert parse_mobile("158490576") is None
    assert parse_mobile("12186091390") is None


def test_masks() -> None:
    assert mask_identity("340000198703150019") == "340***********0019"
    assert mask_mobile("13812341234") == "138****1234"
    assert mask_account("6217994628194821997") == "****1997"


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("账号6228480000000000414已销户", "账号****0414已销户"),
        ("账号６２２８４８００００００００００４１４，户名不符", "账号****0414,户名不符"),
        ("户名不符（AC01），批次 2026-000002", "户名不符（AC01），批次 2026-000002"),
    ],
)
def test_a_number_in_others_words_is_masked_however_wide(said: str, kept: str) -> None:
    assert without_numbers(said) == kept
    assert not names_a_number(kept)
