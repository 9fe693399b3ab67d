"""The season's report and the sheet: the same rows in three shapes, totals that equal the moves."""

from __future__ import annotations

from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from tests.driver import Api
from tests.relief import PHONE, YEAR, approved_point, planned, portions, signature, visit, visited
from tests.stock import fault, stocked
from tests.story import done, new_fund, rows


def printed(api: Api, path: str, language: str) -> str:
    answer = api("officer", language=language).get(path)
    assert (answer.status_code, answer.content_type) == (200, "application/pdf")
    return "".join("".join(page.extract_text().split()) for page in PdfReader(BytesIO(answer.data)).pages)


@pytest.fixture
def season(api: Api) -> Api:
    """Three points with goods of two articles, one of them bought by the visited unit; one planned, one cancelled."""
    packs = stocked(api, 300)
    soup = stocked(
        api,
        60,
        name="绿豆汤",
        specification=None,
        batch_number=None,
        unit_price="6.00",
        purchased_by="visited_unit",
        visited_unit_code="AH-D01",
    )
    fund = new_fund(api, unit="AH")
    first = approved_point(api, fund)
    done(api("officer").act(first, "visit", visit((packs, 30), (soup, 38))))
    done(api("officer").act(first, "put-back", {"goods": portions((packs, 2))}))
    done(api("reviewer").act(first, "sign", signature((packs, 28), (soup, 38))))
    done(api("finance").act(first, "settle"))
    visited(api, packs, 20, fund, visited_unit_code="AH-D02", name="急诊广场")
    planned(api, visited_unit_code="AH-D03", name="校车站", planned_on=f"{YEAR}-08-02")
    gone = planned(api, name="不去了")
    done(api("officer").act(gone, "cancel", {"reason": "雨"}))
    planned(api, name="季外", planned_on=f"{YEAR}-10-01")
    return api


def test_the_season_sums_points_heads_goods_and_amounts_as_the_moves_do(season: Api) -> None:
    page = done(season("finance").get("/relief-points/season"))
    assert (page["since"], page["until"]) == (f"{YEAR}-06-01", f"{YEAR}-09-30")
    assert [(line["name"], line["article"], line["points"], line["heads"]) for line in page["lines"]] == [
        ("翡翠湖校区保卫处", "防暑大礼包", 1, 38),
        ("翡翠湖校区保卫处", "绿豆汤", 0, None),
        ("急诊广场", "防暑大礼包", 1, 38),
        ("校车站", None, 1, None),
    ]
    assert page["total"] == {
        "visited_unit_code": "",
        "visited_unit": "",
        "points": 3,
        "heads": 76,
        "members": 60,
        "non_members": 16,
        "non_staff": 24,
        "amount": "4956.00",
        "to_reimburse": "228.00",
    }
    assert [(each["visited_unit_code"], each["points"], each["amount"]) for each in page["units"]] == [
        ("AH-D01", 1, "2986.00"),
        ("AH-D02", 1, "1970.00"),
        ("AH-D03", 1, "0.00"),
    ]
    moved = rows(
        season,
        "SELECT l.name, -sum(m.quantity) AS given, -sum(m.quantity * l.unit_price) AS amount FROM goods_move m "
        "JOIN goods_lot l ON l.id = m.lot_id WHERE m.point_id IS NOT NULL GROUP BY l.name ORDER BY l.name",
    )
    articles = {each["article"]: each for each in page["articles"]}
    assert {row.name: row.given for row in moved} == {
        name: each["issued"] - each["returned"] for name, each in articles.items()
    }
    assert sum(row.amount for row in moved) == Decimal(page["total"]["amount"])
    assert (articles["防暑大礼包"]["signed"], articles["绿豆汤"]["signed"]) == (28, 38)


def test_workbook_and_paper_have_the_same_rows(season: Api) -> None:
    page = done(season("finance").get("/relief-points/season"))
    book = load_workbook(BytesIO(season("finance").get("/relief-points/season.xlsx").data))
    lines, articles, units = (list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets)
    assert [len(lines) - 1, len(articles) - 1, len(units) - 2] == [
        len(page[name]) for name in ("lines", "articles", "units")
    ]
    column = {name: [row[place] for row in lines[1:]] for place, name in enumerate(lines[0])}
    assert column["Point"] == [line["name"] for line in page["lines"]]
    assert sum(Decimal(str(amount)) for amount in column["Amount"]) == Decimal(page["total"]["amount"])
    assert sum(heads or 0 for heads in column["Heads"]) == page["total"]["heads"]
    assert units[-1][1] == "Total"
    for language, words in (
        ("zh-CN", ("送清凉统计表", "急诊广场", "4,956.00", "已结算")),
        ("en", ("4,956.00", "settled")),
    ):
        text = printed(season, "/relief-points/season.pdf", language)
        assert all(word in text for word in words), text


def test_a_unit_and_its_days_narrow_the_season(season: Api) -> None:
    def ask(query: str, by: str = "officer") -> Any:
        return season(by).get(f"/relief-points/season?{query}")

    assert done(ask(f"until={YEAR}-07-31"))["total"]["points"] == 2
    assert done(ask("unit=AH-D01"))["lines"] == []  # nothing that D01 itself organises
    assert done(ask("", by="officer2"))["lines"] == []
    assert fault(ask("unit=AH", by="officer2")) == (422, "/unit", "unit_unknown")
    assert fault(ask(f"since={YEAR}-08-01&until={YEAR}-07-01")) == (422, "/until", "days_out_of_order")


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_sheet_has_the_fields_of_the_form_before_and_after_the_visit(api: Api, language: str) -> None:
    lot = stocked(api)
    path = approved_point(api)
    blank = printed(api, f"{path}/sheet.pdf", language)
    assert "翡翠湖校区保卫处" in blank
    assert "防暑大礼包" not in blank
    done(api("officer").act(path, "visit", visit((lot, 38))))
    done(api("reviewer").act(path, "sign", signature((lot, 38))))
    text = printed(api, f"{path}/sheet.pdf", language)
    for said in (
        *("合肥市经开区丹霞路485号", "江淮师范大学", "37.2℃", "合肥市气象台", "陈主席", "防暑大礼包", "12件套"),
        *("L20260601", "98.50", "3,743.00", "叁仟柒佰肆拾叁元", "鲍师傅", "138****0456", "方经办", "abab"),
    ):
        assert said in text, said
    assert PHONE not in text
    assert "13866700456" not in text
