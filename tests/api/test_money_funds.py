"""Funds: five amounts that agree at every step with what they are made of, and cannot be overdrawn."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from models.vocabulary import BankOutcome
from tests.bank import bank_says
from tests.driver import Api
from tests.story import (
    GIFT,
    approved,
    balance,
    books,
    card,
    colleague,
    done,
    filed,
    new_fund,
    payment,
    prepared,
    recomputed,
    rows,
    submitted,
)

BODY = {"unit_code": "AH-D01", "name": "帮扶", "year": 2026, "source": "union_funds", "appropriated": "10.00"}


def stands(api: Api, fund: str, **wanted: str) -> None:
    """The balance is that, and agrees with its recomputation to the fen."""
    shown = balance(api, fund)
    assert shown == recomputed(api, fund)
    assert {part: shown[part] for part in wanted} == wanted


def test_money_moves_through_the_five_amounts(api: Api) -> None:
    colleague(api, "finance2", "finance", person=602)
    fund = new_fund(api, "10000.00")
    stands(api, fund, available="10000.00")
    paths, payments = zip(
        *(approved(api, fund, f"D01-00{n}", f"{n}000.10") for n in (1, 2, 3)),
        strict=True,
    )
    gift = submitted(api, amount="500.00", programme="holiday_visit", facts=GIFT)
    done(api("reviewer").act(gift, "approve", {"fund_id": fund}))
    stands(api, fund, reserved="6500.30", available="3499.70")

    done(api("reviewer").act(gift, "return", {"reason": "改"}))
    stands(api, fund, reserved="6000.30", available="3999.70")

    batch = prepared(api, fund, list(payments))
    stands(api, fund, reserved="0.00", committed="6000.30", available="3999.70")
    done(api("finance").act(batch, "cancel"))
    stands(api, fund, reserved="6000.30", committed="0.00")

    batch = prepared(api, fund, list(payments))
    done(api("finance").act(batch, "approve"))
    done(api("cashier").act(batch, "release"))
    stands(api, fund, reserved="0.00", committed="6000.30")

    bank_says(api, batch, {1: BankOutcome.PAID, 2: BankOutcome.RETURNED, 3: BankOutcome.UNKNOWN})
    stands(api, fund, spent="1000.10", reserved="2000.10", committed="3000.10", available="3999.70")

    found = f"/disbursements/{payments[2]}"
    body = {"outcome": "paid", "reason": "对账单", "on": "2026-11-20", "bank_serial": "S-77"}
    done(api("finance2").act(found, "resolve", body))
    stands(api, fund, spent="4000.20", committed="0.00")

    account = {"holder": "李秀英", "account_number": card(5), "bank": "徽商银行"}
    done(api("officer").act(f"/disbursements/{payments[1]}", "account", account))
    repaid = done(api("reviewer").act(f"/disbursements/{payments[1]}", "approve"))["id"]
    stands(api, fund, spent="4000.20", reserved="2000.10")
    again = prepared(api, fund, [repaid])
    done(api("finance").act(again, "approve"))
    done(api("cashier").act(again, "release"))
    bank_says(api, again, {1: BankOutcome.PAID})
    stands(api, fund, spent="6000.30", reserved="0.00", committed="0.00", available="3999.70")
    states = {row.state for row in rows(api, "SELECT state FROM entitlement WHERE amount > 500")}
    assert states == {"granted"}
    assert [payment(api, each)["state"] for each in payments] == ["paid", "returned", "paid"]
    assert done(api("finance").get(batch))["state"] == "settled"
    assert paths


def test_an_adjustment_is_signed_and_never_overdraws(api: Api) -> None:
    fund = new_fund(api, "5000.00")
    approved(api, fund, amount="2000.00")
    path = f"/funds/{fund}"
    raised = done(api("finance").act(path, "adjustments", {"amount": "1000.00", "reason": "追加"}))
    assert (raised["appropriated"], raised["available"]) == ("6000.00", "4000.00")
    too_far = api("finance").act(path, "adjustments", {"amount": "-4000.01", "reason": "核减", "minutes": "纪要2"})
    assert (too_far.status_code, too_far.get_json()["code"]) == (409, "fund_exhausted")
    lowered = done(
        api("finance").act(path, "adjustments", {"amount": "-4000.00", "reason": "核减", "minutes": "纪要2"})
    )
    assert (lowered["appropriated"], lowered["available"]) == ("2000.00", "0.00")
    for amount in ("0.00", "-0.00"):
        nothing = api("finance").act(path, "adjustments", {"amount": amount, "reason": "无", "minutes": "纪要3"})
        assert nothing.status_code == 422, nothing.get_json()
    huge = api("finance").act(path, "adjustments", {"amount": "999999999999.99", "reason": "溢出", "minutes": "纪要4"})
    assert huge.status_code in {409, 422}, huge.get_json()
    stands(api, fund, appropriated="2000.00")
    assert [str(row.amount) for row in rows(api, "SELECT amount FROM fund_adjustment ORDER BY id")] == [
        "1000.00",
        "-4000.00",
    ]


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"source": "pocket_money"}, "/source"),
        ({"year": "2026"}, "/year"),
        ({"year": 1999}, "/year"),
        ({"year": True}, "/year"),
        ({"year": 2026.5}, "/year"),
        ({"name": ""}, "/name"),
        ({"name": "  "}, "/name"),
        ({"unit_code": "AH-D99"}, "/unit_code"),
        ({"appropriated": "-1.00"}, "/appropriated"),
        ({"appropriated": None}, "/appropriated"),
        ({"available": "1.00"}, "/available"),
        ({"spent": "0.00"}, "/spent"),
    ],
)
def test_each_fault_of_a_fund_is_named(api: Api, change: dict[str, object], pointer: str) -> None:
    answer = api("finance").post("/funds", {**BODY, **change})
    assert answer.status_code == 422, answer.get_json()
    assert [each["pointer"] for each in answer.get_json()["errors"]] == [pointer]


def test_a_fund_is_one_of_its_name_and_year(api: Api) -> None:
    made = api("finance").post("/funds", BODY)
    assert made.headers["Location"] == f"/api/v1/funds/{made.get_json()['id']}"
    assert api("finance").get(made.headers["Location"]).get_json() == made.get_json()
    twice = api("finance").post("/funds", BODY)
    assert (twice.status_code, twice.get_json()["code"]) == (409, "already_exists")
    assert api("finance").post("/funds", {**BODY, "year": 2027}).status_code == 201
    items = done(api("finance").get("/funds?year=2026&unit_code=AH-D01"))["items"]
    assert [each["id"] for each in items] == [made.get_json()["id"]]


@pytest.mark.parametrize("who", ["officer", "reviewer", "cashier", "auditor", "admin"])
def test_only_finance_keeps_funds(api: Api, who: str) -> None:
    fund = new_fund(api)
    assert api(who).post("/funds", BODY).status_code == 403
    answer = api(who).post(f"/funds/{fund}/adjustments", {"amount": "1.00", "reason": "x"}, if_match='"1"')
    assert answer.status_code == 403


def test_a_fund_above_is_a_name_without_balances(api: Api) -> None:
    colleague(api, "d01-finance", "finance", unit="AH-D01", person=803)
    above = new_fund(api, unit="AH", name="省级资金")
    for who in ("officer2", "d01-finance"):
        caller = api(who)
        shown = done(caller.get(f"/funds/{above}"))
        assert shown["name"] == "省级资金", who
        assert [shown[part] for part in ("appropriated", "reserved", "committed", "spent", "available")] == [None] * 5
        assert [each["available"] for each in done(caller.get("/funds"))["items"]] == [None]
    answer = api("d01-finance").act(f"/funds/{above}", "adjustments", {"amount": "1.00", "reason": "x"})
    assert (answer.status_code, answer.get_json()["code"]) == (403, "not_permitted")


def test_a_unit_whose_code_begins_alike_is_another(api: Api) -> None:
    """A grant at AH-D01 reaches what is below it and not AH-D011."""
    with books(api) as session:
        session.execute(
            text(
                "INSERT INTO unit (id, code, name, parent_id, path, union_kind, unit_kind, division_code, remote_area, "
                "basic_education) SELECT gen_random_uuid(), 'AH-D011', 'x', id, '/AH/AH-D011/', 'primary', 'school', "
                "'340100', false, false FROM unit WHERE code = 'AH'"
            )
        )
    fund = new_fund(api, unit="AH-D011", name="相邻")
    assert api("officer2").get(f"/funds/{fund}").status_code == 404
    assert done(api("officer2").get("/funds"))["items"] == []


def test_goods_pay_a_named_supplier_and_never_the_member(api: Api) -> None:
    fund = new_fund(api)
    gift = {"programme": "holiday_visit", "on": "2026-09-25"}
    facts = {"kind": "festival_gift", "occasion": "mid_autumn", "form": "goods"}
    supplier = {"holder": "徽州粮油公司", "account_number": card(900), "bank": "徽商银行"}
    bought = filed(api, amount="600.00", **gift, facts=facts, payee=supplier)
    done(api("officer").act(bought, "submit"))
    shown = done(api("reviewer").act(bought, "approve", {"fund_id": fund}))
    assert [each["amount"] for each in shown["disbursements"]] == ["600.00"]

    issued = filed(api, "D01-002", "600.00", **gift, facts=facts)
    done(api("officer").act(issued, "submit"))
    assert done(api("reviewer").act(issued, "approve", {"fund_id": fund}))["disbursements"] == []
    assert balance(api, fund)["reserved"] == "1200.00"

    cash = filed(api, "D01-003", "600.00", **gift, facts=facts, payee={**supplier, "holder": "张桂兰"})
    refused = api("officer").act(cash, "submit")
    assert refused.get_json()["errors"][0]["code"] == "goods_paid_to_member"
