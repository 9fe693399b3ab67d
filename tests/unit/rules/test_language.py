"""The rule language: three values, exact numbers, days, tables."""

from datetime import date
from fractions import Fraction

import pytest

TRUTH = {"T": True, "F": False, "U": None}


def truth(letters):
    return {name: TRUTH[letter] for name, letter in zip("pq", letters, strict=True) if TRUTH[letter] is not None}


@pytest.mark.parametrize(
    ("operator", "table"),
    [
        ("and", "TTT TFF TUU FTF FFF FUF UTU UFF UUU"),
        ("or", "TTT TFT TUT FTT FFF FUU UTT UFU UUU"),
    ],
)
def test_and_and_or_are_kleenes(value_of, operator, table):
    for row in table.split():
        assert value_of(f"p {operator} q", **truth(row[:2])) is TRUTH[row[2]], row


def test_not_of_unknown_is_unknown(value_of):
    assert value_of("not p") is None
    assert value_of("not p", p=False) is True


@pytest.mark.parametrize(
    "expr", ["i < 3", "0 < i < 3", "i + 1", "min(i, 0)", "max(1, i)", "i in {1, 2}", "i not in {1}", "i if p else i"]
)
def test_any_unknown_part_makes_the_whole_unknown(value_of, expr):
    assert value_of(expr, p=True) is None


def test_a_chain_with_one_unknown_bound_stays_unknown_even_where_the_other_fails(value_of):
    assert value_of("5 <= i <= j", i=3) is None


def test_a_choice_does_not_fall_into_its_else(value_of):
    assert value_of("1 if p else 1") is None
    assert value_of("1 if p else i", p=True) == 1


def test_coalesce_takes_the_first_known_and_known_is_never_unknown(value_of):
    assert value_of("coalesce(i, j, 7)", j=5) == 5
    assert value_of("coalesce(i, j, 7)") == 7
    assert value_of("known(i)") is False
    assert value_of("known(i)", i=0) is True


def test_null_is_known_to_be_none_and_absent_is_unknown(value_of):
    assert value_of("none(d)") is None
    assert value_of("none(d)", d=None) is True
    assert value_of("none(d)", d="2020-01-01") is False
    assert value_of("known(d)", d=None) is True
    assert value_of("True if none(d) else d < at", d=None) is True
    assert value_of("d < at", d=None) is None


def test_sets(value_of):
    assert value_of("any_in(ts, us)", ts=["x", "a"], us=["a"]) is True
    assert value_of("any_in(ts, us)", ts=[], us=["a"]) is False
    assert value_of("any_in(ts, us)", us=["a"]) is None
    assert value_of("any_in(ts, levels)", ts=["b"]) is True
    assert value_of("s in levels", s="b") is True
    assert value_of("s not in {'a', 'z'}", s="b") is True
    assert value_of("n in {1, 2.5}", n="2.50") is True


def test_texts_lists_in_order_what_is_not_empty(value_of):
    expr = "texts('z' if p else '', 'a' if q else '', s)"
    assert value_of(expr, p=True, q=True, s="m") == ("z", "a", "m")
    assert value_of(expr, p=False, q=True, s="") == ("a",)
    assert value_of(expr, p=False, q=False, s="") == ()
    assert value_of(expr, p=False, q=True) is None
    assert value_of("any_in(texts(s), levels)", s="b") is True
    assert value_of("any_in(texts(s), levels)", s="c") is False


def test_numbers_are_exact(value_of):
    assert value_of("n / 3 * 3 == n", n="0.01") is True
    assert value_of("0.1 + 0.2 == 0.3") is True
    assert value_of("n / 12 / 3", n="20000.00") == Fraction(20000, 36)
    assert value_of("n / m", n="1.00", m="0.00") is None
    assert value_of("2 - i", i=5) == -3
    assert value_of("-n", n="0.50") == Fraction(-1, 2)
    assert value_of("999999999999.99 + 0.01") == 10**12


@pytest.mark.parametrize(
    ("expr", "rounded"), [("2.5", 3), ("-2.5", -3), ("0.5", 1), ("1.4999", 1), ("-0.4", 0), ("1.005 * 1000", 1005)]
)
def test_halves_round_away_from_zero(value_of, expr, rounded):
    assert value_of(f"round({expr}, 0)") == rounded


def test_rounding_to_the_fen(value_of):
    assert value_of("round(n / 8, 2)", n="0.60") == Fraction("0.08")


def test_tiers_include_their_bound_and_end(value_of):
    for day, amount in ((0, 0), (30, 0), (31, 500), (90, 500), (91, 10000), (10**9, 10000)):
        assert value_of("tier(i, waiting)", i=day) == amount
    assert value_of("tier(n, bounded)", n="35.50") == 1
    assert value_of("tier(n, bounded)", n="35.51") is None


def test_a_missing_key_is_unknown(value_of):
    assert value_of("lookup(lines, s)", s="340000") == 800
    assert value_of("lookup(lines, s)", s="110000") is None
    assert value_of("lookup(lines, year(at) - 1)") == 30904


def test_a_figure_is_that_of_the_day(value_of):
    assert value_of("cap", on=date(2019, 12, 31)) == 1500
    assert value_of("cap", on=date(2020, 1, 1)) == 2000


@pytest.mark.parametrize(
    ("birth", "on", "age"),
    [
        ("1987-03-15", date(2022, 3, 14), 34),
        ("1987-03-15", date(2022, 3, 15), 35),
        ("2000-02-29", date(2022, 2, 27), 21),
        ("2000-02-29", date(2022, 2, 28), 22),
        ("2000-02-29", date(2024, 2, 28), 23),
        ("2000-02-29", date(2024, 2, 29), 24),
        ("2022-05-11", date(2022, 5, 10), -1),
    ],
)
def test_years_are_full_years_with_the_birthday_counted(value_of, birth, on, age):
    assert value_of("years_between(d, at)", on=on, d=birth) == age


def test_months_clamp_to_the_end(value_of):
    assert value_of("add_months(d, 36)", d="2020-02-29") == date(2023, 2, 28)
    assert value_of("months_between(d, at)", on=date(2023, 2, 28), d="2020-02-29") == 36
    assert value_of("months_between(d, at)", on=date(2023, 2, 27), d="2020-02-29") == 35
    assert value_of("add_months(d, 1)", d="2022-01-31") == date(2022, 2, 28)
    assert value_of("add_years(d, -1)", d="2020-02-29") == date(2019, 2, 28)


def test_days(value_of):
    assert value_of("(at - d) + i", d="2022-05-01", i=1) == 10
    assert value_of("d + 30 <= at", d="2022-04-10") is True
    assert value_of("month_start(at)") == date(2022, 5, 1)
    assert value_of("year(d)", d="1999-12-31") == 1999


def test_days_outside_the_range_are_unknown_instead_of_an_error(value_of):
    assert value_of("add_years(d, 1)", d="2100-01-01") is None
    assert value_of("d + i", d="2022-01-01", i=1_000_000_000) is None
    assert value_of("d - 1", d="1900-01-01") is None
    assert value_of("add_months(d, i)", d="2022-01-01", i=1_000_000_000) is None


def test_working_days_follow_the_official_calendar(value_of):
    assert value_of("working_days_after(d, 30)", d="2022-01-20") == date(2022, 3, 8)
    assert value_of("working_days_after(d, 1)", d="2022-01-28") == date(2022, 1, 29)
    assert value_of("working_days_after(d, 1)", d="2022-12-30") is None
    assert value_of("working_days_after(d, i)", d="2022-01-20", i=10**9) is None
