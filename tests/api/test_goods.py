"""Goods over HTTP: bought by one person, accepted by another, corrected by two, and accounted for to the unit."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, ProgrammingError

from benefits.core.errors import Invalid, StateForbids, StockShort
from benefits.money.goods.lot import find_lot
from benefits.money.goods.stock import draw, drawn_by, put_back
from tests.driver import Api
from tests.stock import a_roster, acting, bought, id_of, on_hand, stocked, water
from tests.story import colleague, done, identity, new_fund, today

YEAR = today().year


def refused(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.get_json()["code"]


def fault(answer: Any) -> tuple[int, str, str]:
    (found,) = answer.get_json()["errors"]
    return answer.status_code, found["pointer"], found["code"]


def adjust(api: Api, lot: str, **body: object) -> str:
    """The path of a correction that was asked for."""
    tag = api("officer").get(lot).headers["ETag"]
    asked = done(api("officer").post(f"{lot}/adjustments", {"reason": "受潮", **body}, if_match=tag))
    return f"{lot}/adjustments/{asked['id']}"


def decide(api: Api, path: str, act: str = "approve", by: str = "reviewer") -> Any:
    lot = path.split("/adjustments", maxsplit=1)[0]
    return api(by).post(f"{path}/{act}", {"note": "同意"}, if_match=api(by).get(lot).headers["ETag"])


def test_goods_are_in_stock_once_another_person_has_accepted_them(api: Api) -> None:
    lot = bought(api)
    page = done(api("officer").get(lot))
    assert (page["state"], page["on_hand"], page["received"]) == ("registered", 0, None)
    accepted = done(api("reviewer").act(lot, "accept", {"received": 298}))
    assert (accepted["state"], accepted["on_hand"], accepted["received"]) == ("accepted", 298, 298)
    assert accepted["accepted_on"] == str(today())
    (move,) = done(api("auditor").get(f"{lot}/moves"))["items"]
    assert (move["kind"], move["quantity"]) == ("received", 298)
    assert refused(api("reviewer").act(lot, "accept", {"received": 1})) == (409, "state_forbids")
    assert refused(api("officer").act(lot, "cancel")) == (409, "state_forbids")


def test_who_bought_does_not_accept_from_another_account_either(api: Api) -> None:
    colleague(api, "reviewer-too", "reviewer", person=identity(201, date(1981, 4, 1)))  # the person of `officer`
    lot = bought(api)
    assert refused(api("reviewer-too").act(lot, "accept", {"received": 300})) == (403, "duty_conflict")
    assert refused(api("officer").act(lot, "accept", {"received": 300})) == (403, "not_permitted")
    assert on_hand(api, lot) == 0


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"unit_code": "AH-X"}, "/unit_code", "unit_unknown"),
        ({"quantity": 0}, "/quantity", "out_of_range"),
        ({"unit_price": "98.5"}, "/unit_price", "money_malformed"),
        ({"bought_on": str(today() + timedelta(days=1))}, "/bought_on", "in_the_future"),
        ({"purchased_by": "visited_unit"}, "/visited_unit_code", "required"),
        ({"visited_unit_code": "AH-D01"}, "/visited_unit_code", "buyer_not_visited_unit"),
        ({"purchased_by": "visited_unit", "visited_unit_code": "AH"}, "/visited_unit_code", "unit_unknown"),
        ({"fund_id": str(uuid4())}, "/fund_id", "fund_unknown"),
    ],
)
def test_a_purchase_that_does_not_fit_is_refused_at_its_place(
    api: Api, body: dict[str, object], pointer: str, code: str
) -> None:
    assert fault(api("officer").post("/goods", water(**body))) == (422, pointer, code)


def test_a_visited_unit_buys_on_behalf(api: Api) -> None:
    fund = new_fund(api, unit="AH")
    lot = bought(api, purchased_by="visited_unit", visited_unit_code="AH-D01", fund_id=fund)
    page = done(api("officer").get(lot))
    assert (page["purchased_by"], page["visited_unit_code"], page["fund_id"]) == ("visited_unit", "AH-D01", fund)


def test_a_line_of_an_invoice_enters_the_books_once(api: Api) -> None:
    lot = bought(api, batch_number=None)
    again = api("officer").post("/goods", water(batch_number=None, quantity=1))
    assert refused(again) == (409, "already_exists")
    done(api("officer").act(lot, "cancel"))
    bought(api, batch_number=None)


def test_more_than_invoiced_is_not_accepted(api: Api) -> None:
    lot = bought(api)
    assert fault(api("reviewer").act(lot, "accept", {"received": 301})) == (422, "/received", "above_invoiced")
    early = {"received": 300, "accepted_on": f"{YEAR}-05-31"}
    assert fault(api("reviewer").act(lot, "accept", early)) == (422, "/accepted_on", "out_of_range")


def test_a_unit_below_sees_its_own_lots_and_not_those_above_or_beside(api: Api) -> None:
    above, own, beside = (stocked(api, unit_code=unit) for unit in ("AH", "AH-D01", "AH-D02"))
    below = api("officer2")
    assert [each["id"] for each in done(below.get("/goods"))["items"]] == [str(id_of(own))]
    for path in (above, beside):
        assert refused(below.get(path)) == (404, "not_found")
        assert refused(below.get(f"{path}/moves")) == (404, "not_found")
        body = {"cause": "damaged", "quantity": 1, "reason": "x"}
        assert refused(below.post(f"{path}/adjustments", body, if_match='"1"')) == (404, "not_found")
    assert refused(below.post("/goods", water(unit_code="AH-D02"))) == (422, "invalid")
    lines = done(below.get("/goods/account"))["lines"]
    assert [each["unit_code"] for each in lines] == ["AH-D01"]
    assert refused(api("cashier").get(own)) == (403, "not_permitted")
    assert refused(api("auditor").act(own, "cancel")) == (403, "not_permitted")


def test_goods_are_drawn_and_put_back_and_never_beyond_what_is_there(api: Api) -> None:
    path, other, roster = stocked(api, 100), stocked(api, 5, batch_number="B"), a_roster(api)
    other_roster = a_roster(api)
    with acting(api) as (session, actor):
        lot, small = (find_lot(session, actor, id_of(each)) for each in (path, other))
        draw(session, actor, lot, 60, roster_id=roster)
        draw(session, actor, small, 5, roster_id=roster)
        put_back(session, actor, lot, 20, roster_id=roster)
        assert drawn_by(session, roster) == {lot.id: 40, small.id: 5}
        assert drawn_by(session, uuid4()) == {}
        assert (lot.on_hand, small.on_hand) == (60, 0)
        with pytest.raises(StockShort), session.begin_nested():
            draw(session, actor, lot, 61, roster_id=roster)
        with pytest.raises(Invalid) as caught, session.begin_nested():
            put_back(session, actor, lot, 41, roster_id=roster)
        assert (caught.value.faults[0].code, caught.value.faults[0].params) == ("above_drawn", {"most": 40})
        with pytest.raises(Invalid), session.begin_nested():
            put_back(session, actor, lot, 1, roster_id=other_roster)
    assert on_hand(api, path) == 60


def test_an_expired_lot_is_not_issued(api: Api) -> None:
    ends = today() - timedelta(days=1)
    path, roster = stocked(api, expires_on=str(ends)), a_roster(api)
    with acting(api) as (session, actor):
        lot = find_lot(session, actor, id_of(path))
        with pytest.raises(StateForbids) as caught:
            draw(session, actor, lot, 1, roster_id=roster)
        assert caught.value.params["state"] == "expired"
        draw(session, actor, lot, 1, roster_id=roster, on=ends)  # its last day counts


def test_what_was_not_accepted_is_not_issued(api: Api) -> None:
    path = bought(api)
    with acting(api) as (session, actor), pytest.raises(StateForbids):
        draw(session, actor, find_lot(session, actor, id_of(path)), 1, roster_id=uuid4())


def test_a_move_is_never_changed(api: Api) -> None:
    stocked(api)
    with acting(api) as (session, _):
        for change in ("UPDATE goods_move SET quantity = 1", "DELETE FROM goods_move"):
            with pytest.raises(ProgrammingError, match="permission denied"), session.begin_nested():
                session.execute(text(change))


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
