"""Goods over HTTP: bought by one person, accepted by another, drawn and put back, never beyond what is there."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from benefits.core.errors import Invalid, StateForbids, StockShort
from benefits.money.goods.lot import find_lot
from benefits.money.goods.stock import draw, drawn_by, put_back
from tests.clock import today
from tests.driver import Api
from tests.stock import a_roster, acting, bought, fault, id_of, on_hand, refused, stocked, water
from tests.story import colleague, done, identity, new_fund

YEAR = today().year


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
