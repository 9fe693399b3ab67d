"""The work list of payments: what came back or was left open stands there until somebody has seen to it."""

from __future__ import annotations

from typing import Any

import pytest

from models.vocabulary import BankOutcome
from tests.bank import bank_says
from tests.clock import today
from tests.driver import Api
from tests.story import approved, card, colleague, done, new_fund, released

ACCOUNT = {"holder": "王建国", "account_number": card(41), "bank": "徽商银行"}


@pytest.fixture
def fund(api: Api) -> str:
    colleague(api, "finance2", "finance", person=602)
    return new_fund(api)


def tasks(api: Api, by: str = "officer", **query: str) -> list[tuple[str, str]]:
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    return [(each["kind"], each["disbursement_id"]) for each in done(api(by).get(f"/payment-tasks?{asked}"))["items"]]


def counts(api: Api, by: str = "officer", query: str = "") -> dict[str, int]:
    found: list[dict[str, Any]] = done(api(by).get(f"/payment-tasks/counts{query}"))["items"]
    return {each["kind"]: each["count"] for each in found if each["count"]}


def test_a_returned_payment_stands_there_until_it_is_repaid(api: Api, fund: str) -> None:
    _, paid = approved(api, fund)
    batch = released(api, fund, [paid])
    assert tasks(api) == []
    bank_says(api, batch, {1: BankOutcome.RETURNED})
    (told,) = done(api("officer").get("/payment-tasks"))["items"]
    assert (told["kind"], told["disbursement_id"], told["amount"]) == ("give_account", paid, "2000.00")
    assert (told["bank_reason_code"], told["unit_code"]) == ("holder_mismatch", "AH-D01")
    assert told["since"] == today().isoformat()
    assert told["title"].startswith("Returned by the bank")
    done(api("officer").act(f"/disbursements/{paid}", "account", ACCOUNT))
    assert tasks(api, "reviewer") == [("approve_account", paid)]
    done(api("reviewer").act(f"/disbursements/{paid}", "approve"))
    assert tasks(api) == []


def test_what_is_given_up_is_seen_to(api: Api, fund: str) -> None:
    _, paid = approved(api, fund)
    bank_says(api, released(api, fund, [paid]), {1: BankOutcome.RETURNED})
    assert counts(api) == {"give_account": 1}
    done(api("reviewer").act(f"/disbursements/{paid}", "abandon", {"reason": "拒收"}))
    assert counts(api) == {}


def test_what_finance_settles_stands_there_too(api: Api, fund: str) -> None:
    first, second = (approved(api, fund, f"D01-00{n}", "1000.00")[1] for n in (1, 2))
    batch = released(api, fund, [first, second])
    bank_says(api, batch, {1: BankOutcome.PAID, 2: BankOutcome.UNKNOWN})
    bank_says(api, batch, {1: BankOutcome.RETURNED})
    assert sorted(tasks(api, "finance2")) == sorted([("settle_contradiction", first), ("settle_unknown", second)])
    assert tasks(api, "finance2", kind="settle_unknown") == [("settle_unknown", second)]
    assert counts(api, "finance2") == {"settle_unknown": 1, "settle_contradiction": 1}
    said = {"reason": "对账单", "on": today().isoformat()}
    done(api("finance2").act(f"/disbursements/{first}", "resolve", {**said, "outcome": "upheld"}))
    done(api("finance2").act(f"/disbursements/{second}", "resolve", {**said, "outcome": "returned"}))
    assert tasks(api) == [("give_account", second)]


def test_the_list_is_of_ones_own_units_and_has_pages(api: Api, fund: str) -> None:
    colleague(api, "officer-d02", "officer", unit="AH-D02", person=605)
    payments = [approved(api, fund, f"D01-00{n}", "1000.00")[1] for n in (1, 2)]
    bank_says(api, released(api, fund, payments), dict.fromkeys((1, 2), BankOutcome.RETURNED))
    assert tasks(api, "officer-d02") == []
    assert counts(api, "officer-d02") == {}
    assert api("admin").get("/payment-tasks").status_code == 403
    assert tasks(api, unit="AH-D02") == []
    assert counts(api, "auditor", "?unit=AH-D01") == {"give_account": 2}
    first = done(api("officer").get("/payment-tasks?limit=1"))
    rest = done(api("officer").get(f"/payment-tasks?limit=1&after={first['next']}"))
    assert {each["disbursement_id"] for each in (*first["items"], *rest["items"])} == set(payments)
    assert rest["next"] is None
    assert api("officer").get("/payment-tasks?kind=other").status_code == 422
