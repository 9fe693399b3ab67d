"""The roster's sheet: every field of the domain, page totals that add up, the same figures on paper and in XLSX."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from benefits.papers.roster_sheet import Hand, Line, RosterSheet, roster_pdf
from benefits.papers.roster_workbook import roster_workbook

AT = datetime(2026, 9, 20, 8, 30, tzinfo=UTC)


def line(serial: int, **other: object) -> Line:
    plain = Line(
        serial=serial,
        name="武𬬭毅",
        number=f"D01-{serial:03d}",
        unit="",
        department="心血管内科（二病区）",
        membership="active",
        dues_through=date(2026, 12, 31),
        quantity=2,
        price=Decimal("60.00"),
        amount=Decimal("120.00"),
        received_on=None,
        signature="",
        proxy="",
    )
    return replace(plain, **other)  # type: ignore[arg-type]


SAMPLE = RosterSheet(
    roster_id="018f2f9e-7a61-7c5a-9a55-3f2f6f1f0a01",
    number="2026-000017",
    version=9,
    union_name="安徽省教科文卫体工会",
    unit="示范：江淮师范大学工会",
    title="2026年中秋慰问品",
    programme="节日慰问品 · 中秋节",
    item="大米 东北长粒香 5kg",
    event_on=date(2026, 9, 25),
    cut_off_on=date(2026, 9, 1),
    state="approved",
    fund="节日慰问",
    lines=[
        line(1, received_on=date(2026, 9, 20), signature="武𬬭毅"),
        line(2, received_on=date(2026, 9, 21), proxy="李秀英（同事）授权书 3 号"),
        *(line(serial) for serial in range(3, 61)),
    ],
    filed_by=Hand("方经办", AT),
    checked_by=[Hand("何审核", AT)],
    decided_by=Hand("汤㛃", AT),
    printed_at=AT,
    printed_by="方经办",
)


def pages(of: RosterSheet, language: str = "zh-CN") -> list[str]:
    found = PdfReader(BytesIO(roster_pdf(of, language))).pages
    return ["".join(page.extract_text().split()) for page in found]


def test_it_has_every_field_of_the_domain() -> None:
    first, *_, last = pages(SAMPLE)
    for said in (
        *("序号", "姓名", "工号（身份证后四位）", "所属分工会／部门", "会员状态", "会费缴至", "慰问项目"),
        *("物品名称／规格", "数量", "单价", "金额（元）", "领取日期", "领取人签名", "代领人（关系、授权）"),
        *("武𬬭毅", "D01-001", "2026-12", "节日慰问品·中秋节", "60.00", "120.00", "2026-09-20"),
        "李秀英（同事）授权书3号",
    ):
        assert said in first, said
    for said in ("经办人", "方经办", "审核人", "何审核", "工会主席审批", "汤㛃", "2026年9月20日", "合计（60人）"):
        assert said in last, said
    assert "¥7,200.00" in last
    assert "柒仟贰佰元整" in last


def test_every_page_is_closed_by_its_own_sum_and_the_sums_add_up() -> None:
    sums = [re.findall(r"本页小计（(\d+)人）(\d+)¥([\d,]+)\.00", page) for page in pages(SAMPLE)]
    found = [each for page in sums for each in page]
    assert all(len(page) <= 1 for page in sums)
    assert len(found) > 2
    assert sum(int(people) for people, _, _ in found) == 60
    assert sum(int(pieces) for _, pieces, _ in found) == 120
    assert sum(int(amount.replace(",", "")) for _, _, amount in found) == 7200


def test_blank_places_to_sign_stay_where_nobody_has_signed() -> None:
    text = pages(replace(SAMPLE, checked_by=[], decided_by=None))[-1]
    assert text.count("签名：＿") == 2


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_same_roster_gives_the_same_bytes(language: str) -> None:
    assert roster_pdf(SAMPLE, language) == roster_pdf(SAMPLE, language)


def test_an_empty_roster_is_a_sheet_too() -> None:
    assert "零元整" in pages(replace(SAMPLE, lines=[]))[-1]


def test_the_workbook_says_the_same_as_the_paper() -> None:
    book = load_workbook(BytesIO(roster_workbook(SAMPLE, "zh-CN")))
    sheet = book["花名册"]
    assert [cell.value for cell in sheet[1]][:4] == ["序号", "姓名", "工号（身份证后四位）", "所属分工会／部门"]
    rows = list(sheet.iter_rows(min_row=2, values_only=True))
    assert len(rows) == 61
    assert (rows[0][0], rows[0][1], rows[0][8], rows[0][10], rows[0][12]) == (1, "武𬬭毅", 2, 120, "武𬬭毅")
    assert (rows[-1][1], rows[-1][8], rows[-1][10]) == ("合计（60 人）", 120, 7200)
    about = {row[0]: row[1:] for row in book["审批"].iter_rows(min_row=2, values_only=True)}
    assert about["合计（60 人）"] == (7200, "柒仟贰佰元整")
    assert about["工会主席审批"] == ("汤㛃", "2026年9月20日")


def test_a_name_that_looks_like_a_formula_stays_text() -> None:
    book = load_workbook(BytesIO(roster_workbook(replace(SAMPLE, lines=[line(1, name="=1+1")]), "en")))
    assert book["Roster"]["B2"].value == "'=1+1"
