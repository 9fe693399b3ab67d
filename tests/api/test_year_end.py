"""Year end: income and expense go to nothing, what decisions hold stays payable, what is left over moves on."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from benefits.core.errors import StateForbids
from benefits.money import fund as funds
from models.vocabulary import BankOutcome
from tests.bank import bank_says
from tests.conftest import At
from tests.driver import Api
from tests.story import (
    MEDICAL,
    balance,
    books,
    colleague,
    done,
    new_fund,
    recomputed,
    released,
    submitted,
)
from tests.year_end import AFTER, OFFICE, YEAR, a_year, closed, standing, successor

LAST = date(YEAR, 12, 31)


@pytest.fixture
def fund(api: Api) -> str:
    return new_fund(api)


def test_income_and_expense_go_to_nothing_and_balances_carry_on(api: Api, fund: str, at: At) -> None:
    a_year(api, fund)
    later = at(AFTER)
    shown = closed(later)
    (union,) = shown["purses"]
    assert (union["income"], union["expense"]) == ("50000.00", "1000.00")
    # 结转 is what the waiting case holds, 结余 the rest.
    assert (union["carried"], union["left"]) == ("1500.00", "47500.00")
    assert standing(later, LAST) == {
        "102": Decimal(49000),
        "402": 0,
        "504": 0,
        "E-311": Decimal(-1500),
        "E-312": Decimal(-47500),
    }
    assert standing(later, LAST, before_closing=True) == {
        "102": Decimal(49000),
        "402": Decimal(-50000),
        "504": Decimal(1000),
    }
    opening = done(later("finance").get(f"/ledger/trial-balance?unit={OFFICE}&on={AFTER}"))["lines"]
    assert {line["account"]: line["opening"] for line in opening if line["opening"] != "0.00"} == {
        "102": "49000.00",
        "E-311": "-1500.00",
        "E-312": "-47500.00",
    }
    months = done(later("finance").get(f"/ledger/months?unit={OFFICE}&year={YEAR}"))["items"]
    assert [each["month"] for each in months] == list(range(1, 13))
    (voucher_id,) = shown["voucher_ids"]
    voucher = done(later("finance").get(f"/ledger/vouchers/{voucher_id}"))
    assert (voucher["kind"], voucher["posted_on"], voucher["number"]) == ("closing", LAST.isoformat(), 3)


def test_what_a_decision_holds_stays_payable_and_what_is_left_moves_on(api: Api, fund: str, at: At) -> None:
    waiting = a_year(api, fund)
    later = at(AFTER)
    closed(later)
    old, new = balance(later, fund), balance(later, successor(later, fund))
    assert old == {
        "appropriated": "2500.00",
        "reserved": "1500.00",
        "committed": "0.00",
        "spent": "1000.00",
        "available": "0.00",
    }
    assert old == recomputed(later, fund)
    assert (new["appropriated"], new["available"]) == ("97500.00", "97500.00")
    (payment,) = done(later("finance").get(waiting))["disbursements"]
    bank_says(later, released(later, fund, [payment["id"]]), {1: BankOutcome.PAID})
    assert balance(later, fund)["spent"] == "2500.00"
    assert standing(later, AFTER)["504"] == Decimal(1500)
    assert standing(later, LAST)["504"] == 0


def test_a_carried_fund_approves_nothing_new_and_the_next_year_s_pays(api: Api, fund: str, at: At) -> None:
    a_year(api, fund)
    later = at(AFTER)
    closed(later)
    path = submitted(later, "D01-003", "700.00")
    refused = later("reviewer").act(path, "approve", {"fund_id": fund})
    assert (refused.status_code, refused.get_json()["errors"][0]["code"]) == (422, "fund_carried_over")
    adjusted = later("finance").post(
        f"/funds/{fund}/adjustments",
        {"amount": "10.00", "reason": "x"},
        if_match=later("finance").get(f"/funds/{fund}").headers["ETag"],
    )
    assert (adjusted.status_code, adjusted.get_json()["params"]["state"]) == (409, "fund_carried_over")
    done(later("reviewer").act(path, "approve", {"fund_id": successor(later, fund)}))


def test_what_is_released_after_the_closing_is_carried_by_its_own_act(api: Api, fund: str, at: At) -> None:
    waiting = a_year(api, fund)
    later = at(AFTER)
    running = later("finance").act(f"/funds/{new_fund(later, name='其他')}", "carry-over")
    assert running.get_json()["params"]["state"] == "fund_running"
    closed(later)
    nothing = later("finance").act(f"/funds/{fund}", "carry-over")
    assert (nothing.status_code, nothing.get_json()["params"]["state"]) == (409, "nothing_available")
    done(later("reviewer").act(waiting, "return", {"reason": "情况有变"}))
    assert balance(later, fund)["available"] == "1500.00"
    # Control: `running` of `fund.reserve`; without it what a closed year released could be given out again.
    with books(later) as session, pytest.raises(StateForbids):
        funds.reserve(session, UUID(fund), Decimal("1.00"))
    done(later("finance").act(f"/funds/{fund}", "carry-over"))
    assert (balance(later, fund)["available"], balance(later, fund)["appropriated"]) == ("0.00", "1000.00")
    assert balance(later, successor(later, fund))["available"] == "99000.00"
    assert later("officer").act(f"/funds/{fund}", "carry-over").status_code == 403


def test_a_case_first_reviewed_before_the_closing_is_decided_with_the_successor(api: Api, fund: str, at: At) -> None:
    colleague(api, "reviewer2", "reviewer", person=601)
    a_year(api, fund)
    path = submitted(api, "D01-003", "6000.00", facts=MEDICAL)
    done(api("reviewer").act(path, "approve", {"fund_id": fund}))
    later = at(AFTER)
    closed(later)
    shown = done(later("reviewer2").act(path, "approve", {"fund_id": successor(later, fund)}))
    assert (shown["state"], shown["disbursements"][0]["amount"]) == ("approved", "6000.00")


def test_treasury_money_is_closed_apart(api: Api, at: At) -> None:
    body = {
        "unit_code": OFFICE,
        "name": "专项",
        "year": YEAR,
        "source": "treasury_earmarked",
        "appropriated": "9000.00",
    }
    treasury = done(api("finance").post("/funds", body))["id"]
    a_year(api, treasury)
    later = at(AFTER)
    shown = closed(later)
    assert [(each["purse"], each["carried"], each["left"]) for each in shown["purses"]] == [
        ("treasury", "1500.00", "47500.00")
    ]
    after = standing(later, LAST)
    assert (after["E-313"], after["E-314"], after["404"]) == (Decimal(-1500), Decimal(-47500), 0)
