"""What is closed stays as it was read: earlier periods too; what an earlier year booked is put right in this one."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from models.vocabulary import BankOutcome
from tests import mutual_aid
from tests.api.test_ledger import receipt
from tests.api.test_vouchers_by_hand import proposal
from tests.bank import answers, bank_answers_judged, bank_says
from tests.clock import today
from tests.conftest import At
from tests.driver import Api
from tests.story import approved, balance, colleague, done, new_fund, payment, released, rows
from tests.year_end import AFTER, OFFICE, YEAR, a_year, close_months, closed, drawn_up, standing


@pytest.fixture
def fund(api: Api) -> str:
    colleague(api, "finance2", "finance", person=602)
    return new_fund(api)


def reversed_in_red(api: Api, voucher_id: str) -> dict[str, Any]:
    """The red voucher of another, drawn up by one and posted by another."""
    red = done(api("finance").post(f"/ledger/vouchers/{voucher_id}/reversals", {"reason": "金额录错"}))
    posted = done(api("finance2").act(f"/ledger/proposals/{red['id']}", "post"))
    shown: dict[str, Any] = done(api("finance").get(f"/ledger/vouchers/{posted['voucher_id']}"))
    return shown


def came_back(api: Api, batch: str, place: str) -> None:
    """The bank brings back what it had paid, and finance settles it so."""
    bank_answers_judged(api, answers(api, batch, {1: BankOutcome.RETURNED}, AFTER))
    body = {"outcome": "returned", "reason": "账号已销户", "on": AFTER.isoformat()}
    done(api("finance2").act(place, "resolve", body))


def test_a_closed_month_closes_the_months_before_it(api: Api, fund: str) -> None:
    last = today().replace(day=1) - timedelta(days=1)
    earlier = last.replace(day=1) - timedelta(days=1)
    done(api("finance").post("/ledger/months", {"unit_code": OFFICE, "year": last.year, "month": last.month}))
    made = done(api("finance").post("/ledger/proposals", proposal(on=earlier)))
    refused = api("finance2").act(f"/ledger/proposals/{made['id']}", "post")
    told = refused.get_json()["params"]
    assert (refused.status_code, told["state"], told["month"]) == (409, "month_closed", str(last.month))


def test_a_closed_year_closes_the_years_before_it(api: Api, fund: str, at: At) -> None:
    done(api("finance").post("/ledger/receipts", receipt(fund)))
    later = at(AFTER)
    close_months(later)
    path = drawn_up(later)
    alone = later("finance", language="zh-CN").act(path, "post").get_json()
    assert (alone["code"], alone["detail"]) == (
        "duty_conflict",
        "您已承担“制单”，不能再承担“审核过账”，须由另一人办理。",
    )
    done(later("finance2").act(path, "post"))
    made = done(later("finance").post("/ledger/proposals", proposal(on=date(YEAR - 1, 5, 5))))
    refused = later("finance2").act(f"/ledger/proposals/{made['id']}", "post")
    told = refused.get_json()["params"]
    assert (refused.status_code, told["state"], told["year"]) == (409, "year_closed", str(YEAR))
    assert (
        f"{YEAR} 年已年终结账"
        in later("finance2", language="zh-CN").act(f"/ledger/proposals/{made['id']}", "post").get_json()["detail"]
    )
    early = later("finance").post("/ledger/years", {"unit_code": OFFICE, "year": YEAR - 1})
    assert (early.status_code, early.get_json()["params"]["state"]) == (409, "year_closed")


def test_a_voucher_of_another_chart_is_not_reversed_under_todays(api: Api, fund: str) -> None:
    """50205 is 送温暖费 to 2021 and no account since; the books would not open any more."""
    made = done(api("finance").post("/ledger/proposals", proposal(OFFICE, "50205", date(2021, 12, 31))))
    posted = done(api("finance2").act(f"/ledger/proposals/{made['id']}", "post"))["voucher_id"]
    refused = api("finance").post(f"/ledger/vouchers/{posted}/reversals", {"reason": "误记"})
    assert (refused.status_code, refused.get_json()["params"]["state"]) == (409, "other_chart")


def test_a_receipt_typed_wrongly_is_reversed_and_entered_again_under_its_serial(api: Api, fund: str) -> None:
    wrong = done(api("finance").post("/ledger/receipts", receipt(fund, amount="5000.00")))
    assert reversed_in_red(api, wrong["id"])["fund_id"] == fund
    done(api("finance").post("/ledger/receipts", receipt(fund)))
    again = api("finance").post("/ledger/receipts", receipt(fund))
    assert (again.status_code, again.get_json()["code"]) == (409, "already_exists")
    told = done(api("finance").get(f"/reports/fund-statement?unit={OFFICE}"))["rows"]
    assert [row["received"] for row in told] == ["50000.00"]


def test_the_receipt_of_a_premium_is_not_reversed_while_its_covers_are_in_force(api: Api) -> None:
    held = mutual_aid.pool(api)
    mutual_aid.enrol(api, mutual_aid.enrolment(api, mutual_aid.worker(api, 302)))
    done(api("finance").post("/mutual-aid/premium-payments", mutual_aid.transfer("40.00", held)))
    (posted,) = rows(api, "SELECT id FROM voucher WHERE fund_id = :fund", fund=held)
    refused = api("finance").post(f"/ledger/vouchers/{posted.id}/reversals", {"reason": "误记"})
    assert (refused.status_code, refused.get_json()["params"]["state"]) == (409, "premium")


def test_what_an_earlier_year_received_is_taken_back_from_what_it_carried_over(api: Api, fund: str, at: At) -> None:
    wrong = done(api("finance").post("/ledger/receipts", receipt(fund, amount="5000.00")))
    later = at(AFTER)
    closed(later)
    red = reversed_in_red(later, wrong["id"])
    assert [(line["account"], line["debit"], line["credit"]) for line in red["lines"]] == [
        ("102", "-5000.00", "0.00"),
        ("E-311", "0.00", "-5000.00"),
    ]
    assert "402" not in {account for account, amount in standing(later, AFTER).items() if amount}


def test_what_came_back_of_an_earlier_year_lowers_no_spending_of_this_one(api: Api, fund: str, at: At) -> None:
    _, paid = approved(api, fund, "D01-001", "1000.00")
    batch = released(api, fund, [paid])
    bank_says(api, batch, {1: BankOutcome.PAID})
    later = at(AFTER)
    closed(later)
    came_back(later, batch, f"/disbursements/{paid}")
    stands = standing(later, AFTER)
    assert (stands["504"], stands["E-311"], stands["102"]) == (0, -1000, 0)
    assert (balance(later, fund)["reserved"], payment(later, paid)["state"]) == ("1000.00", "returned")


def test_what_came_back_since_the_year_ended_was_held_by_no_decision_then(api: Api, at: At) -> None:
    """结转 at the year's end is what the waiting case holds, whatever is known by the day of the closing."""
    a_year(api, new_fund(api))
    (paid,) = rows(api, "SELECT id, batch_id FROM disbursement WHERE state = 'paid'")
    later = at(AFTER)
    came_back(later, f"/payment-batches/{paid.batch_id}", f"/disbursements/{paid.id}")
    (union,) = closed(later)["purses"]
    assert (union["carried"], union["left"]) == ("1500.00", "47500.00")


def test_what_was_taken_back_since_the_year_ended_changes_nothing_that_was_held(api: Api, at: At) -> None:
    a_year(api, new_fund(api))
    (paid,) = rows(api, "SELECT id FROM disbursement WHERE state = 'paid'")
    later = at(AFTER)
    back = {"kind": "bank_took_back", "reason": "多付", "minutes": "纪要", "bank_serial": "TH-9"}
    body = {**back, "amount": "300.00", "received_on": AFTER.isoformat()}
    done(later("finance2").act(f"/disbursements/{paid.id}", "reverse", body))
    (union,) = closed(later)["purses"]
    assert (union["carried"], union["left"]) == ("1500.00", "47500.00")


def test_a_premium_of_a_closed_month_is_confirmed_and_posted_today(api: Api) -> None:
    """The transfer keeps its own day; the books take it on the first day that is open."""
    held = mutual_aid.pool(api)
    mutual_aid.enrol(api, mutual_aid.enrolment(api, mutual_aid.worker(api, 302)))
    (unit,) = rows(api, "SELECT u.code FROM unit u JOIN fund f ON f.unit_id = u.id WHERE f.id = :fund", fund=held)
    done(api("finance").post("/ledger/months", {"unit_code": unit.code, "year": 2026, "month": 1}))
    paid = done(api("finance").post("/mutual-aid/premium-payments", mutual_aid.transfer("40.00", held)))
    (posted,) = rows(api, "SELECT posted_on FROM voucher WHERE fund_id = :fund", fund=held)
    assert (paid["paid_on"], posted.posted_on) == ("2026-01-05", today())
