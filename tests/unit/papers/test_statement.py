"""The statement of a member's benefits: sums that agree, caps, and the one line of what other unions gave."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO

import pytest
from pypdf import PdfReader

from benefits.papers.statement import Award, Room, Statement, statement

RARE = "武𬬭毅"


def award(programme: str, kind: str, on: date, amount: str, state: str = "granted", occasion: str = "") -> Award:
    live = state != "released"
    return Award(programme, kind, occasion, on, on.year, Decimal(amount), state, live, "00000017", "AH-D01")


AWARDS = (
    award("困难职工帮扶", "生活救助", date(2026, 3, 2), "5000.00"),
    award("节日慰问走访", "节日慰问品", date(2026, 2, 17), "800.00", occasion="春节"),
    award("节日慰问走访", "节日慰问品", date(2026, 6, 19), "500.50", "reserved", "端午节"),
    award("节日慰问走访", "生病住院慰问", date(2026, 7, 1), "1000.00", "released"),
)
SAMPLE = Statement(
    member_id="018f2f9e-7a61-7c5a-9a55-3f2f6f1f0a01",
    union_name="安徽省教科文卫体工会",
    name=RARE,
    sex="female",
    identity_number="340000198703150027",
    unit="安庆市第一人民医院工会委员会",
    department="心血管内科（二病区）",
    staff_number="D01-077",
    membership_state="active",
    year=2026,
    awards=AWARDS,
    rooms=(
        Room("节日慰问走访", "节日慰问品", 2026, Decimal("2200.00"), Decimal("1900.50"), Decimal("299.50")),
        Room("节日慰问走访", "生日慰问", 2026, Decimal("500.00"), Decimal("0.00"), Decimal("500.00")),
    ),
    elsewhere_count=1,
    elsewhere_amount=Decimal("600.00"),
    printed_at=datetime(2026, 11, 22, 8, 30, tzinfo=UTC),
    printed_by="汤㛃",
)


def pages(of: Statement, language: str = "zh-CN") -> list[str]:
    """The text of each page without line ends and blanks."""
    found = PdfReader(BytesIO(statement(of, language))).pages
    return ["".join(page.extract_text().split()) for page in found]


def test_it_says_what_was_given_sums_what_counts_and_shows_what_is_left() -> None:
    (text,) = pages(SAMPLE)
    for said in (
        "会员福利对账单",
        RARE,
        "所在工会：安庆市第一人民医院工会委员会",
        "期间：2026年度",
        "截至：2026年11月22日",
        "节日慰问品·春节",
        "2026年6月19日",
        "¥500.50待发放",
        "¥1,000.00已撤销",
        "困难职工帮扶¥5,000.00",
        "节日慰问走访¥1,300.50",
        "合计¥6,300.50",
        "¥2,200.00¥1,900.50¥299.50",
        "历年在其他工会享受1笔，共¥600.00",
        "打印时间2026年11月22日16:30打印人汤㛃",
        "第1页共1页",
    ):
        assert said in text, said


def test_the_identity_number_is_masked_whatever_is_handed_in() -> None:
    for number in ("340000198703150027", "340***********0027"):
        text = "".join(pages(replace(SAMPLE, identity_number=number)))
        assert "340***********0027" in text
        assert "19870315" not in text


def test_in_english_the_words_are_english() -> None:
    (text,) = pages(replace(SAMPLE, year=None), "en")
    for said in ("StatementofMemberBenefits", "allyears", "2026-06-19", "reserved", "Total¥6,300.50", "Page1of1"):
        assert said in text, said
    assert "对账单" not in text
    with pytest.raises(KeyError):
        statement(SAMPLE, "fr")


def test_a_member_without_benefits_gets_a_statement_that_says_so() -> None:
    (text,) = pages(replace(SAMPLE, awards=(), rooms=()))
    assert "（本期间没有福利记录）" in text
    assert "剩余额度" not in text.split("会员核对")[0].split("福利明细")[1]


def test_many_lines_flow_over_pages_under_their_head_and_lose_nothing() -> None:
    lines = [award("节日慰问走访", f"第{number:03}项", date(2026, 1, 2), "1.00") for number in range(120)]
    each = pages(replace(SAMPLE, awards=lines))
    whole = "".join(each)
    assert len(each) > 2
    assert all(whole.count(line.kind) == 1 for line in lines)
    assert all("申请编号" in text for text in each if "项2026" in text)
    assert "合计¥120.00" in whole


def test_the_same_statement_gives_the_same_bytes() -> None:
    assert statement(SAMPLE, "en") == statement(SAMPLE, "en")
    assert statement(SAMPLE, "en") != statement(replace(SAMPLE, elsewhere_count=2), "en")
