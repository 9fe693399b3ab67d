"""Vouchers by hand: drawn up by one person, posted by another; closed months; the accounts each union may use."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from tests.api.test_ledger import OFFICE, paid, voucher, vouchers
from tests.clock import today
from tests.driver import Api
from tests.story import account_path, colleague, done, grant, identity, new_fund


@pytest.fixture
def fund(api: Api) -> str:
    colleague(api, "finance2", "finance", person=602)
    return new_fund(api)


def proposal(unit: str = OFFICE, account: str = "505", on: date | None = None, **other: object) -> dict[str, Any]:
    return {
        "unit_code": unit,
        "on": (on or today()).isoformat(),
        "reference": "发票 001",
        "memo": "培训费",
        "lines": [
            {"account": account, "debit": "300.00", "credit": "0.00"},
            {"account": "102", "debit": "0.00", "credit": "300.00"},
        ],
        **other,
    }


def test_a_voucher_by_hand_is_posted_by_another_person(api: Api, fund: str) -> None:
    made = done(api("finance").post("/ledger/proposals", proposal()))
    path = f"/ledger/proposals/{made['id']}"
    refused = api("finance").act(path, "post")
    assert (refused.status_code, refused.get_json()["code"]) == (403, "duty_conflict")
    posted = done(api("finance2").act(path, "post"))
    assert (posted["state"], voucher(api, posted["voucher_id"])["number"]) == ("posted", 1)
    again = api("finance2").act(path, "drop")
    assert (again.status_code, again.get_json()["code"]) == (409, "state_forbids")


def test_the_same_person_under_another_account_posts_nothing(api: Api, fund: str) -> None:
    colleague(api, "finance-again", "finance", person=identity(204, date(1983, 1, 3)))  # `finance` once more
    made = done(api("finance").post("/ledger/proposals", proposal()))
    refused = api("finance-again").act(f"/ledger/proposals/{made['id']}", "post")
    assert (refused.status_code, refused.get_json()["code"]) == (403, "duty_conflict")


@pytest.mark.parametrize(
    ("unit", "account", "on"),
    [
        ("AH", "50105", date(2022, 3, 1)),  # G34: 501 is for 基层工会
        (OFFICE, "506", date(2022, 3, 1)),  # G35: 506 is for 县级以上工会
        (OFFICE, "502", date(2022, 3, 1)),  # statement 49
    ],
)
def test_accounts_of_the_other_kind_of_union_are_refused(api: Api, unit: str, account: str, on: date) -> None:
    refused = api("finance").post("/ledger/proposals", proposal(unit, account, on))
    (fault,) = refused.get_json()["errors"]
    assert (fault["pointer"], fault["code"]) == ("/lines/0/account", "account_not_for_union")
    assert "财会〔2021〕7号" in fault["detail"]


def test_the_same_number_means_something_else_before_2022(api: Api) -> None:
    made = done(api("finance").post("/ledger/proposals", proposal(OFFICE, "502", date(2021, 12, 31))))
    assert made["state"] == "proposed"


def test_sides_that_differ_are_refused(api: Api) -> None:
    body = proposal()
    body["lines"][0]["debit"] = "300.01"
    (fault,) = api("finance").post("/ledger/proposals", body).get_json()["errors"]
    assert (fault["pointer"], fault["code"]) == ("/lines", "not_balanced")


@pytest.mark.parametrize("amount", ["0.00", "5.00"])
def test_a_line_stands_on_one_side(api: Api, amount: str) -> None:
    """It was accepted when drawn up, and posting it was an error of ours."""
    body = proposal()
    body["lines"].append({"account": "505", "debit": amount, "credit": amount})
    (fault,) = api("finance").post("/ledger/proposals", body).get_json()["errors"]
    assert (fault["pointer"], fault["code"]) == ("/lines/2", "one_side")


def test_a_voucher_by_hand_is_reversed_in_red_once(api: Api, fund: str) -> None:
    made = done(api("finance").post("/ledger/proposals", proposal()))
    posted = done(api("finance2").act(f"/ledger/proposals/{made['id']}", "post"))["voucher_id"]
    red = done(api("finance").post(f"/ledger/vouchers/{posted}/reversals", {"reason": "重复入账"}))
    twice = done(api("finance").post(f"/ledger/vouchers/{posted}/reversals", {"reason": "重复入账"}))
    done(api("finance2").act(f"/ledger/proposals/{red['id']}", "post"))
    refused = api("finance2").act(f"/ledger/proposals/{twice['id']}", "post")
    assert (refused.status_code, refused.get_json()["code"]) == (409, "state_forbids")
    shown = done(api("auditor").get(f"/ledger/trial-balance?unit={OFFICE}&on={today()}"))
    assert {line["closing"] for line in shown["lines"]} == {"0.00"}
    assert [each["total"] for each in vouchers(api, unit_code=OFFICE)] == ["300.00", "-300.00"]


def test_what_an_act_posted_is_not_reversed_by_hand(api: Api, fund: str) -> None:
    paid(api, fund, "1000.00")
    (listed,) = vouchers(api, fund_id=fund)
    refused = api("finance").post(f"/ledger/vouchers/{listed['id']}/reversals", {"reason": "x"})
    assert (refused.status_code, refused.get_json()["code"]) == (409, "state_forbids")


def test_a_closed_month_takes_nothing_more(api: Api, fund: str) -> None:
    last_month = today().replace(day=1) - timedelta(days=1)
    made = done(api("finance").post("/ledger/proposals", proposal(on=last_month)))
    month = {"unit_code": OFFICE, "year": last_month.year, "month": last_month.month}
    done(api("finance").post("/ledger/months", month))
    refused = api("finance2").act(f"/ledger/proposals/{made['id']}", "post")
    assert (refused.status_code, refused.get_json()["params"]["state"]) == (409, "month_closed")
    again = api("finance").post("/ledger/months", month)
    assert again.get_json()["params"]["state"] == "month_closed"
    running = api("finance").post("/ledger/months", {**month, "year": today().year, "month": today().month})
    assert running.get_json()["params"]["state"] == "month_running"


def test_an_earlier_month_is_closed_first(api: Api, fund: str) -> None:
    last = today().replace(day=1) - timedelta(days=1)
    earlier = last.replace(day=1) - timedelta(days=1)
    made = done(api("finance").post("/ledger/proposals", proposal(on=earlier)))
    done(api("finance2").act(f"/ledger/proposals/{made['id']}", "post"))
    refused = api("finance").post("/ledger/months", {"unit_code": OFFICE, "year": last.year, "month": last.month})
    assert refused.get_json()["params"]["state"] == "earlier_month_open"


def test_auditors_read_the_books_and_write_nothing(api: Api) -> None:
    grant(api, account_path(api, "officer"), "auditor")
    assert api("officer").get("/ledger/vouchers").status_code == 200
    assert api("officer").post("/ledger/proposals", proposal()).status_code == 403
