"""Where lines end, and how amounts are written in capitals."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benefits.papers.capital import capital_amount
from benefits.papers.font import printable, width
from benefits.papers.lines import broken

TEXT = (
    "根据《中央财政专项帮扶资金使用管理办法》（总工发〔2015〕20号）第五条（一）："
    "“生活救助”不超过12个月；详见ABC20220319000123。"
)


@pytest.mark.parametrize("room", range(40, 200, 3))
def test_no_line_begins_with_a_closing_sign_or_ends_with_an_opening_one(room: int) -> None:
    lines = broken(TEXT, room, 10)
    assert "".join(lines) == TEXT
    for line in lines:
        assert width(line, 10) <= room
    for before, after in pairwise(lines):
        assert after[0] not in "，。；：）》〕”、"
        assert before[-1] not in "（《〔“"


def test_words_and_numbers_stay_whole_where_they_fit() -> None:
    assert broken("编号ABC2022 0319", 60, 10) == ("编号", "ABC2022", "0319")
    assert broken("一\n\n二", 60, 10) == ("一", "", "二")
    assert broken("", 60, 10) == ("",)
    assert "\u3000" in "".join(broken("甲\u3000乙", 60, 10))


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=60), st.integers(min_value=12, max_value=120))
def test_breaking_loses_nothing_but_blanks(text: str, room: int) -> None:
    assert "".join("".join(broken(text, room, 10)).split(" ")) == "".join(printable(text).replace("\n", "").split(" "))


AMOUNTS = {
    "0.00": "零元整",
    "0.05": "伍分",
    "0.50": "伍角整",
    "0.56": "伍角陆分",
    "1.00": "壹元整",
    "10.00": "壹拾元整",
    "100.05": "壹佰元零伍分",
    "1010.10": "壹仟零壹拾元壹角整",
    "1409.50": "壹仟肆佰零玖元伍角整",
    "6007.14": "陆仟零柒元壹角肆分",
    "1680.32": "壹仟陆佰捌拾元叁角贰分",
    "107000.53": "壹拾万零柒仟元伍角叁分",
    "16409.02": "壹万陆仟肆佰零玖元零贰分",
    "325.04": "叁佰贰拾伍元零肆分",
    "20000.50": "贰万元伍角整",
    "10001.00": "壹万零壹元整",
    "10010000.00": "壹仟零壹万元整",
    "100000000.00": "壹亿元整",
    "100000001.00": "壹亿零壹元整",
    "100010000.00": "壹亿零壹万元整",
    "123456789012.34": "壹仟贰佰叁拾肆亿伍仟陆佰柒拾捌万玖仟零壹拾贰元叁角肆分",
    "999999999999.99": "玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分",
    "-3.20": "负叁元贰角整",
}


@pytest.mark.parametrize(("figures", "capitals"), AMOUNTS.items())
def test_amounts_in_capitals(figures: str, capitals: str) -> None:
    assert capital_amount(Decimal(figures)) == capitals


def spoken(capitals: str) -> Decimal:
    """The amount that capitals say, read by other rules than they are written by."""
    total, group, digit = Decimal(0), Decimal(0), Decimal(0)
    for sign in capitals:
        if sign in "零壹贰叁肆伍陆柒捌玖":
            digit = Decimal("零壹贰叁肆伍陆柒捌玖".index(sign))
        elif sign in "拾佰仟":
            group, digit = group + digit * 10 ** ("拾佰仟".index(sign) + 1), Decimal(0)
        elif sign in "万亿元":
            total, group, digit = (
                total + (group + digit) * {"万": 10_000, "亿": 10**8, "元": 1}[sign],
                Decimal(0),
                Decimal(0),
            )
        elif sign in "角分":
            total, digit = total + digit / {"角": 10, "分": 100}[sign], Decimal(0)
    return total


@given(st.integers(min_value=0, max_value=10**14 - 1))
def test_capitals_say_the_amount_and_never_two_zeros(fen: int) -> None:
    amount = Decimal(fen) / 100
    capitals = capital_amount(amount)
    assert spoken(capitals) == amount
    assert "零零" not in capitals
    assert capitals.endswith(("整", "分"))
    assert fen == 0 or not capitals.startswith("零")


@pytest.mark.parametrize("odd", ["0.001", "NaN", "Infinity", "1E+16"])
def test_what_is_no_amount_has_no_capitals(odd: str) -> None:
    with pytest.raises(ValueError, match="not an amount"):
        capital_amount(Decimal(odd))
