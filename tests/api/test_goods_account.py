"""Corrections of stock by two people, and the goods account that agrees to the unit."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from benefits.money.goods.lot import find_lot
from benefits.money.goods.stock import draw, put_back
from tests.clock import today
from tests.driver import Api
from tests.stock import a_roster, acting, fault, id_of, on_hand, refused, stocked
from tests.story import colleague, done, identity

YEAR = today().year


def adjust(api: Api, lot: str, **body: object) -> str:
    """The path of a correction that was asked for."""
    tag = api("officer").get(lot).headers["ETag"]
    asked = done(api("officer").post(f"{lot}/adjustments", {"reason": "受潮", **body}, if_match=tag))
    return f"{lot}/adjustments/{asked['id']}"


def decide(api: Api, path: str, act: str = "approve", by: str = "reviewer") -> Any:
    lot = path.split("/adjustments", maxsplit=1)[0]
    return api(by).post(f"{path}/{act}", {"note": "同意"}, if_match=api(by).get(lot).headers["ETag"])


def test_a_write_off_moves_stock_when_a_second_person_approves(api: Api) -> None:
    lot = stocked(api, 100)
    asked = adjust(api, lot, cause="damaged", quantity=7)
    assert on_hand(api, lot) == 100
    colleague(api, "reviewer-too", "reviewer", person=identity(201, date(1981, 4, 1)))
    assert refused(decide(api, asked, by="reviewer-too")) == (403, "duty_conflict")
    assert refused(decide(api, asked, by="officer")) == (403, "not_permitted")
    assert done(decide(api, asked))["state"] == "approved"
    assert on_hand(api, lot) == 93
    assert refused(decide(api, asked)) == (409, "state_forbids")
    turned_down = adjust(api, lot, cause="damaged", quantity=93)
    assert done(decide(api, turned_down, "reject"))["state"] == "rejected"
    assert on_hand(api, lot) == 93
    kinds = [each["kind"] for each in done(api("officer").get(f"{lot}/moves"))["items"]]
    assert kinds == ["received", "written_off"]


def test_a_correction_must_fit_its_cause(api: Api) -> None:
    lot = stocked(api, 10)

    def ask(**body: object) -> Any:
        tag = api("officer").get(lot).headers["ETag"]
        return api("officer").post(f"{lot}/adjustments", {"reason": "x", **body}, if_match=tag)

    assert fault(ask(cause="damaged")) == (422, "/quantity", "required")
    assert fault(ask(cause="damaged", quantity=1, counted=1)) == (422, "/counted", "not_of_this_cause")
    assert fault(ask(cause="stocktake", counted=1, quantity=1)) == (422, "/quantity", "not_of_this_cause")
    assert fault(ask(cause="stocktake")) == (422, "/counted", "required")
    assert fault(ask(cause="expired", quantity=1)) == (422, "/cause", "not_expired")
    assert refused(ask(cause="to_supplier", quantity=11)) == (409, "stock_short")
    assert refused(api("officer").post(f"{lot}/adjustments", {"cause": "damaged", "reason": "x"})) == (
        428,
        "precondition_required",
    )


def test_the_account_reconciles_to_the_unit(api: Api) -> None:
    """Statement 18's stock: received = issued + returned to supplier + written off + on hand."""
    lot, roster = stocked(api, 300), a_roster(api)
    with acting(api) as (session, actor):
        found = find_lot(session, actor, id_of(lot))
        draw(session, actor, found, 250, roster_id=roster)
        put_back(session, actor, found, 30, roster_id=roster)
    for cause, quantity in (("damaged", 3), ("to_supplier", 20)):
        done(decide(api, adjust(api, lot, cause=cause, quantity=quantity)))
    done(decide(api, adjust(api, lot, cause="stocktake", counted=55)))  # 57 by the books
    page = done(api("finance").get("/goods/account?unit=AH"))
    (line,) = page["lines"]
    assert {name: line[name] for name in ("opening", "received", "issued", "returned", "sent_back")} == {
        "opening": 0,
        "received": 300,
        "issued": 250,
        "returned": 30,
        "sent_back": 20,
    }
    assert (line["written_off"], line["counted"], line["closing"], line["amount"]) == (3, -2, 55, "5417.50")
    assert (line["reconciled"], page["reconciled"], page["amount"]) == (True, True, "5417.50")

    (same,) = load_workbook(BytesIO(api("finance").get("/goods/account.xlsx").data)).worksheets
    header, row = same.iter_rows(values_only=True)
    assert dict(zip(header, row, strict=True))["On hand"] == 55
    printed = "".join(PdfReader(BytesIO(api("finance").get("/goods/account.pdf").data)).pages[0].extract_text().split())
    assert "Agrees:opening" in printed
    assert "5,417.50" in printed

    before = done(api("finance").get(f"/goods/account?since={YEAR}-06-03&until={YEAR}-06-30"))["lines"][0]
    assert (before["opening"], before["received"], before["closing"]) == (300, 0, 300)
    order = api("finance").get(f"/goods/account?since={YEAR}-06-03&until={YEAR}-06-01")
    assert fault(order) == (422, "/until", "days_out_of_order")


def test_stock_that_no_move_explains_does_not_reconcile(api: Api) -> None:
    lot = stocked(api, 300)
    with acting(api) as (session, _):
        session.execute(text("UPDATE goods_lot SET on_hand = 290 WHERE id = :lot"), {"lot": id_of(lot)})
    page = done(api("finance").get("/goods/account"))
    assert (page["reconciled"], page["lines"][0]["reconciled"]) == (False, False)
    pdf = PdfReader(BytesIO(api("finance").get("/goods/account.pdf").data)).pages[0].extract_text()
    assert "Does not agree" in pdf


def test_the_books_themselves_hold_no_stock_below_zero(api: Api) -> None:
    lot = stocked(api, 1)
    with (
        acting(api) as (session, _),
        pytest.raises(IntegrityError, match="never_below_zero"),
        session.begin_nested(),
    ):
        session.execute(text("UPDATE goods_lot SET on_hand = -1 WHERE id = :lot"), {"lot": id_of(lot)})
