"""A leave is settled once against its invoices: the union bears what the rules allow, the member owes the rest."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.driver import Api
from tests.leave import BACK, SUPPLIER, At, refused, returned
from tests.story import balance, colleague, done, identity, payment, prepared, recomputed, rows

BILL = {"invoice": "25342000000123456789", "covered_cost": "2450.00", "transport_cost": "300.00"}


def settled(at: At, place: str, by: str = "finance", **costs: Any) -> dict[str, Any]:
    shown: dict[str, Any] = done(at(BACK, 11)(by).act(place, "settle", {**BILL, **costs}))
    return shown


def owed(at: At, case: str) -> list[dict[str, Any]]:
    """The case's receivables."""
    found = done(at(BACK, 12)("finance").get(f"/receivables?application_id={case.rpartition('/')[2]}"))
    items: list[dict[str, Any]] = found["items"]
    return items


def test_the_cap_is_borne_and_the_excess_is_owed(at: At, api: Api) -> None:
    """Statements 34 and 35: 460 a day without transport, five days; 2,450 cost, 2,300 borne, 150 owed."""
    case, place, fund = returned(at, api)
    shown = settled(at, place)
    assert shown["state"] == "settled"
    told = shown["settlement"]
    assert {part: told[part] for part in ("cap", "borne", "owed")} == {
        "cap": "2300.00",
        "borne": "2300.00",
        "owed": "150.00",
    }
    (debt,) = owed(at, case)
    assert (debt["origin"], debt["amount"], debt["state"]) == ("leave_excess", "150.00", "owed")
    after = balance(at(BACK, 12), fund)
    assert (after["reserved"], after["spent"]) == ("0.00", "2300.00")
    assert rows(api, "SELECT state, amount FROM entitlement")[-1][:] == ("granted", Decimal("2300.00"))


def test_g25_with_transport_within_the_cap_of_400(at: At, api: Api) -> None:
    """G25: in the province, five days in 2021-09; cap 2,000 on 2,750, the person pays 750."""
    _, place, _ = returned(at, api, year=2021, amount="2000.00")
    told = done(at(BACK.replace(year=2021), 11)("finance").act(place, "settle", BILL))["settlement"]
    assert (told["cap"], told["borne"], told["owed"]) == ("2000.00", "2000.00", "750.00")


def test_what_was_not_needed_is_released(at: At, api: Api) -> None:
    case, place, fund = returned(at, api, days=4)
    told = settled(at, place, covered_cost="1700.50")["settlement"]
    assert (told["cap"], told["borne"], told["owed"]) == ("1840.00", "1700.50", "0.00")
    assert owed(at, case) == []
    after = balance(at(BACK, 12), fund)
    assert (after["available"], after["spent"]) == ("98299.50", "1700.50")
    assert done(at(BACK, 12)("finance").get(case))["approved_amount"] == "1700.50"


def test_the_union_bears_no_more_than_was_approved(at: At, api: Api) -> None:
    _, place, _ = returned(at, api, amount="2000.00")
    told = settled(at, place, covered_cost="2250.00")["settlement"]
    assert (told["cap"], told["borne"], told["owed"]) == ("2300.00", "2000.00", "250.00")


def test_a_supplier_named_on_the_case_is_paid_by_the_bank_once(at: At, api: Api) -> None:
    case, place, fund = returned(at, api, payee=SUPPLIER)
    assert done(at(BACK, 10)("finance").get(case))["disbursements"] == []  # not before the invoice
    settled(at, place, covered_cost="2200.00")
    then = at(BACK, 12)
    (paid,) = done(then("finance").get(case))["disbursements"]
    assert (paid["amount"], paid["state"]) == ("2200.00", "reserved")
    assert payment(then, paid["id"])["payee"]["holder"] == SUPPLIER["holder"]
    assert balance(then, fund) == recomputed(then, fund)
    batch = prepared(then, fund, [paid["id"]])
    done(then("finance").act(batch, "approve"))  # as approved: amount and account are what the case says
    done(then("cashier").act(batch, "release"))


@pytest.mark.parametrize(("named", "against"), [({}, "BANK"), ({"payee": SUPPLIER}, "PAYABLE.SUPPLIER")])
def test_the_excess_stands_in_the_books(at: At, api: Api, named: dict[str, Any], against: str) -> None:
    """Advanced by the union; where the bank pays the supplier no more than is borne, still owed to the supplier."""
    _, place, fund = returned(at, api, **named)
    settled(at, place)
    then = at(BACK, 12)("finance")
    posted = [
        [(line["key"], line["debit"], line["credit"]) for line in shown["lines"]]
        for each in done(then.get(f"/ledger/vouchers?fund_id={fund}"))["items"]
        for shown in [done(then.get(f"/ledger/vouchers/{each['id']}"))]
    ]
    assert [("RECEIVABLE.MEMBER", "150.00", "0.00"), (against, "0.00", "150.00")] in posted


def test_it_is_settled_once(at: At, api: Api) -> None:
    case, place, fund = returned(at, api)
    settled(at, place)
    again = at(BACK, 13)("finance").act(place, "settle", BILL)
    assert refused(again) == (409, "settled")
    assert balance(at(BACK, 13), fund)["spent"] == "2300.00"
    taken_back = at(BACK, 13)("reviewer").act(case, "return", {"reason": "迟了"})
    assert refused(taken_back) == (409, "settled")


def test_the_same_key_settles_once(at: At, api: Api) -> None:
    _, place, fund = returned(at, api)
    then = at(BACK, 11)("finance")
    tag = then.get(place).headers["ETag"]
    first = then.act(place, "settle", BILL, key="settle-once", if_match=tag)
    again = then.act(place, "settle", BILL, key="settle-once", if_match=tag)
    assert done(first) == done(again)
    assert balance(at(BACK, 13), fund)["spent"] == "2300.00"


def test_who_may_settle(at: At, api: Api) -> None:
    then = at(BACK, 7)
    for username, sequence, born in (("filing-finance", 201, (1981, 4, 1)), ("deciding-finance", 202, (1975, 8, 2))):
        colleague(then, username, "finance", person=identity(sequence, BACK.replace(*born)))
    _, place, _ = returned(at, api)
    then = at(BACK, 11)
    for by in ("officer", "reviewer", "cashier"):
        assert then(by).act(place, "settle", BILL).status_code == 403
    for by in ("filing-finance", "deciding-finance"):
        answer = then(by).act(place, "settle", BILL)
        assert (answer.status_code, answer.get_json()["code"]) == (403, "duty_conflict")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({**BILL, "covered_cost": "-1.00"}, "/covered_cost"),
        ({**BILL, "covered_cost": "0.00"}, "/covered_cost"),
        ({**BILL, "invoice": ""}, "/invoice"),
        ({"invoice": "1", "covered_cost": "1.00"}, "/transport_cost"),
    ],
)
def test_costs_that_make_no_sense(at: At, api: Api, body: dict[str, Any], pointer: str) -> None:
    _, place, _ = returned(at, api)
    answer = at(BACK, 11)("finance").act(place, "settle", body)
    assert (answer.status_code, answer.get_json()["errors"][0]["pointer"]) == (422, pointer)
