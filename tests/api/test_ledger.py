"""The books: what moves money posts a balanced voucher, numbered without gaps, and nothing posted is ever changed."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from benefits.core.retention import keep_until
from models.vocabulary import BankOutcome
from tests import rosters
from tests.bank import bank_says
from tests.clock import today
from tests.driver import Api
from tests.story import HOSPITAL, approved, colleague, done, new_fund, released

OFFICE = "AH-D01"


@pytest.fixture
def fund(api: Api) -> str:
    colleague(api, "finance2", "finance", person=602)
    return new_fund(api)


def vouchers(api: Api, **query: object) -> list[dict[str, Any]]:
    words = "&".join(f"{name}={value}" for name, value in query.items())
    found: list[dict[str, Any]] = done(api("finance").get(f"/ledger/vouchers?{words}"))["items"]
    return found


def voucher(api: Api, voucher_id: str) -> dict[str, Any]:
    shown: dict[str, Any] = done(api("finance").get(f"/ledger/vouchers/{voucher_id}"))
    return shown


def sides(shown: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    return [(line["key"], line["account"], line["debit"], line["credit"]) for line in shown["lines"]]


def paid(api: Api, fund: str, *amounts: str) -> str:
    """A batch of living aid that the bank paid; its path."""
    payments = [approved(api, fund, f"D01-00{n}", amount)[1] for n, amount in enumerate(amounts, start=1)]
    batch = released(api, fund, payments)
    bank_says(api, batch, dict.fromkeys(range(1, len(amounts) + 1), BankOutcome.PAID))
    return batch


def test_what_the_bank_paid_is_one_voucher_with_its_payments_as_annex(api: Api, fund: str) -> None:
    batch = paid(api, fund, "1000.00", "1500.00")
    (listed,) = vouchers(api, fund_id=fund)
    shown = voucher(api, listed["id"])
    assert sides(shown) == [("RIGHTS.HARDSHIP", "504", "2500.00", "0.00"), ("BANK", "102", "0.00", "2500.00")]
    assert (shown["kind"], shown["total"], shown["chart"], shown["number"]) == ("payment", "2500.00", "2021", 1)
    assert shown["reference"] == done(api("finance").get(batch))["number"]
    annex = done(api("finance").get(f"/ledger/vouchers/{listed['id']}/annex"))["items"]
    assert sorted(line["amount"] for line in annex) == ["1000.00", "1500.00"]


def test_what_came_back_and_what_is_unknown_is_not_posted_until_the_bank_has_paid(api: Api, fund: str) -> None:
    _, first = approved(api, fund, "D01-001", "1000.00")
    _, second = approved(api, fund, "D01-002", "1500.00")
    batch = released(api, fund, [first, second])
    bank_says(api, batch, {1: BankOutcome.RETURNED, 2: BankOutcome.UNKNOWN})
    assert vouchers(api, fund_id=fund) == []
    body = {"outcome": "paid", "reason": "对账单", "bank_serial": "S-1", "on": today().isoformat()}
    done(api("finance2").act(f"/disbursements/{second}", "resolve", body))
    assert [each["total"] for each in vouchers(api, fund_id=fund)] == ["1500.00"]


def test_the_same_answer_again_posts_nothing(api: Api, fund: str) -> None:
    batch = paid(api, fund, "1000.00")
    bank_says(api, batch, {1: BankOutcome.PAID})
    assert len(vouchers(api, fund_id=fund)) == 1


def test_a_payment_is_booked_to_what_its_edition_says_it_is_for(api: Api, fund: str) -> None:
    facts = {**HOSPITAL, "dues_paid_through": f"{today().year}-12-31"}
    on = f"{today().year}-06-01"
    _, first = approved(api, fund, "D01-001", "500.00", programme="holiday_visit", facts=facts, on=on)
    _, second = approved(api, fund, "D01-002", "1000.00")
    bank_says(api, released(api, fund, [first, second]), dict.fromkeys((1, 2), BankOutcome.PAID))
    (listed,) = vouchers(api, fund_id=fund)
    assert {line[0]: line[1] for line in sides(voucher(api, listed["id"]))} == {
        "ACTIVITY.MEMBER": "50105",
        "RIGHTS.HARDSHIP": "504",
        "BANK": "102",
    }


def receipt(fund: str, **other: object) -> dict[str, Any]:
    return {
        "fund_id": fund,
        "amount": "50000.00",
        "received_on": today().isoformat(),
        "payer": "省总工会",
        "bank_serial": "R-1",
        **other,
    }


def test_money_that_came_in_is_booked_to_its_source_once(api: Api, fund: str) -> None:
    made = done(api("finance").post("/ledger/receipts", receipt(fund)))
    assert sides(made) == [("BANK", "102", "50000.00", "0.00"), ("INCOME.UNION_FUNDS", "402", "0.00", "50000.00")]
    again = api("finance").post("/ledger/receipts", receipt(fund))
    assert (again.status_code, again.get_json()["code"]) == (409, "already_exists")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"amount": "0.00"}, "out_of_range"),
        ({"received_on": (today() + timedelta(days=1)).isoformat()}, "in_the_future"),
    ],
)
def test_a_receipt_that_cannot_be(api: Api, fund: str, change: dict[str, Any], code: str) -> None:
    refused = api("finance").post("/ledger/receipts", receipt(fund, **change))
    assert [fault["code"] for fault in refused.get_json()["errors"]] == [code]


def test_the_trial_balance_balances_and_says_what_stands(api: Api, fund: str) -> None:
    done(api("finance").post("/ledger/receipts", receipt(fund)))
    paid(api, fund, "1000.00", "1500.00")
    shown = done(api("auditor").get(f"/ledger/trial-balance?unit={OFFICE}&on={today()}"))
    standing = {line["account"]: line["closing"] for line in shown["lines"]}
    assert standing == {"102": "47500.00", "402": "-50000.00", "504": "2500.00"}
    assert shown["debit"] == shown["credit"] == "52500.00"


def test_goods_are_booked_when_finance_closes_their_roster(api: Api) -> None:
    path, _ = rosters.approved(api)
    rosters.signed_by_all(api, path)
    shown = done(api("finance").act(path, "close"))
    (listed,) = [each for each in vouchers(api) if each["kind"] == "issue"]
    total = shown["totals"]["issued"]["amount"]
    assert sides(voucher(api, listed["id"])) == [
        ("ACTIVITY.MEMBER", "50105", total, "0.00"),
        ("BANK", "102", "0.00", total),
    ]


def test_the_books_of_a_year_are_reports_in_every_form(api: Api, fund: str) -> None:
    done(api("finance").post("/ledger/receipts", receipt(fund)))
    paid(api, fund, "1000.00", "1500.00")
    balance = done(api("finance").get(f"/reports/trial-balance?unit={OFFICE}"))
    assert balance["totals"]["debit"] == balance["totals"]["credit"] == "52500.00"
    assert balance["totals"]["closing"] == "0.00"
    budgets = done(api("finance").get(f"/reports/budget-execution?unit={OFFICE}"))["rows"]
    (of_fund,) = [row for row in budgets if row["spent"] == "2500.00"]
    assert (of_fund["appropriated"], of_fund["available"]) == ("100000.00", "97500.00")
    journal = done(api("finance").get(f"/reports/journal?unit={OFFICE}"))
    assert [row["number"] for row in journal["rows"]] == [1, 1, 2, 2]
    for form in ("csv", "xlsx", "pdf"):
        assert api("auditor").get(f"/reports/journal?unit={OFFICE}&format={form}").status_code == 200
    assert done(api("officer").get("/reports/journal"))["rows"] == []


def test_the_books_of_another_union_are_not_there(api: Api, fund: str) -> None:
    paid(api, fund, "1000.00")
    (listed,) = vouchers(api, fund_id=fund)
    colleague(api, "finance-z", "finance", unit="AH-D02", person=633)
    away = api("finance-z")
    nowhere = away.get(f"/ledger/vouchers/{uuid.uuid4()}")
    assert away.get(f"/ledger/vouchers/{listed['id']}").status_code == nowhere.status_code == 404
    assert done(away.get("/ledger/vouchers"))["items"] == []
    refused = away.get(f"/ledger/trial-balance?unit={OFFICE}&on={today()}")
    assert refused.status_code == 422
    assert api("officer").get("/ledger/vouchers").status_code == 403


@pytest.mark.parametrize("act", ["UPDATE voucher SET total = 1", "DELETE FROM voucher_line"])
def test_the_serving_role_changes_nothing_posted(api: Api, fund: str, connection: Connection, act: str) -> None:
    paid(api, fund, "1000.00")
    with pytest.raises(DBAPIError), connection.begin_nested():
        connection.execute(text(act))


def test_a_voucher_of_2022_is_kept_to_the_end_of_2052() -> None:
    """Statement 51, G39."""
    assert keep_until("voucher", date(2022, 6, 30)) == date(2052, 12, 31)
