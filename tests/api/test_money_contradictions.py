"""What the bank says against the books: kept, settled once by one who neither approved nor released, and booked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from models.vocabulary import BankOutcome
from tests.api.test_ledger import sides, voucher, vouchers
from tests.bank import answers, bank_answers_judged, bank_says
from tests.driver import Api
from tests.story import (
    approved,
    balance,
    card,
    colleague,
    done,
    new_fund,
    payment,
    recomputed,
    released,
    rows,
)

CAME_BACK = {"outcome": "returned", "reason": "对账单：11 月 20 日退回", "bank_serial": "R-9", "on": "2026-11-20"}
PAID = {"outcome": "paid", "reason": "对账单：已入账", "bank_serial": "P-9", "on": "2026-11-20"}
UPHELD = {"outcome": "upheld", "reason": "银行更正：前一笔回盘有误", "on": "2026-11-20"}


@pytest.fixture
def fund(api: Api) -> str:
    colleague(api, "finance2", "finance", person=602)
    return new_fund(api)


@pytest.fixture
def money(api: Api, fund: str) -> Iterator[None]:
    """Whatever happened, the fund agrees with its payments."""
    yield
    assert balance(api, fund) == recomputed(api, fund)


def contradicted(api: Api, fund: str, booked: BankOutcome, said: BankOutcome) -> tuple[str, str]:
    """The paths of a batch and of its payment, booked so and then told otherwise by the bank."""
    _, paid = approved(api, fund)
    batch = released(api, fund, [paid])
    bank_says(api, batch, {1: booked})
    assert [each.verdict for each in bank_says(api, batch, {1: said})] == ["evidence"]
    return batch, f"/disbursements/{paid}"


def open_ones(api: Api, batch: str) -> list[dict[str, Any]]:
    items = done(api("finance").get(f"{batch}/contradictions"))["items"]
    return [each for each in items if each["settled_at"] is None]


def award(api: Api) -> str:
    (row,) = rows(api, "SELECT state FROM entitlement WHERE state <> 'released'")
    return str(row.state)


def refused(answer: Any, status: int, code: str) -> None:
    assert (answer.status_code, answer.get_json()["code"]) == (status, code)


def test_money_that_came_back_is_taken_back_in_red_and_repaid_once(api: Api, fund: str, money: None) -> None:
    batch, place = contradicted(api, fund, BankOutcome.PAID, BankOutcome.RETURNED)
    assert award(api) == "granted"
    (told,) = open_ones(api, batch)
    assert (told["state"], told["outcome"], told["serial"]) == ("paid", "returned", 1)
    refused(api("finance").act(place, "resolve", CAME_BACK), 403, "duty_conflict")
    refused(api("cashier").act(place, "resolve", CAME_BACK), 403, "not_permitted")
    shown = done(api("finance2").act(place, "resolve", CAME_BACK))
    assert (shown["state"], shown["bank_serial"], shown["settled_on"]) == ("returned", "R-9", "2026-11-20")
    assert (balance(api, fund)["reserved"], balance(api, fund)["spent"]) == ("2000.00", "0.00")
    assert award(api) == "reserved"
    red = voucher(api, vouchers(api, fund_id=fund)[-1]["id"])
    assert sides(red) == [("RIGHTS.HARDSHIP", "504", "-2000.00", "0.00"), ("BANK", "102", "0.00", "-2000.00")]
    annex = done(api("finance").get(f"/ledger/vouchers/{red['id']}/annex"))["items"]
    assert [line["amount"] for line in annex] == ["2000.00"]
    assert open_ones(api, batch) == []
    (settled,) = done(api("finance").get(f"{batch}/contradictions"))["items"]
    assert (settled["settled_as"], settled["settled_note"]) == ("returned", CAME_BACK["reason"])
    for body in (CAME_BACK, PAID, UPHELD):
        refused(api("finance2").act(place, "resolve", body), 409, "state_forbids")

    done(api("officer").act(place, "account", {"holder": "王建国", "account_number": card(41), "bank": "徽商银行"}))
    repaid = done(api("reviewer").act(place, "approve"))["id"]
    bank_says(api, released(api, fund, [repaid]), {1: BankOutcome.PAID})
    assert (payment(api, repaid)["state"], award(api)) == ("paid", "granted")
    assert balance(api, fund)["spent"] == "2000.00"


def test_what_was_returned_was_paid_after_all(api: Api, fund: str, money: None) -> None:
    batch, place = contradicted(api, fund, BankOutcome.RETURNED, BankOutcome.PAID)
    assert vouchers(api, fund_id=fund) == []
    assert done(api("finance2").act(place, "resolve", PAID))["state"] == "paid"
    assert (balance(api, fund)["reserved"], balance(api, fund)["spent"]) == ("0.00", "2000.00")
    assert award(api) == "granted"
    (listed,) = vouchers(api, fund_id=fund)
    assert (listed["total"], listed["reference"]) == ("2000.00", done(api("finance").get(batch))["number"])
    refused(
        api("officer").act(place, "account", {"holder": "x", "account_number": card(41), "bank": "x"}),
        409,
        "state_forbids",
    )
    refused(api("finance2").act(place, "resolve", PAID), 409, "state_forbids")
    # Finance has no answer of a bank that says it, and turns nothing by itself.
    refused(api("finance2").act(place, "resolve", CAME_BACK), 409, "state_forbids")


def test_what_was_repaid_is_not_paid_again(api: Api, fund: str, money: None) -> None:
    batch, place = contradicted(api, fund, BankOutcome.RETURNED, BankOutcome.PAID)
    done(api("officer").act(place, "account", {"holder": "王建国", "account_number": card(41), "bank": "徽商银行"}))
    done(api("reviewer").act(place, "approve"))
    refused(api("finance2").act(place, "resolve", PAID), 409, "already_paid")
    assert len(open_ones(api, batch)) == 1
    assert done(api("finance2").act(place, "resolve", UPHELD))["state"] == "returned"


@pytest.mark.parametrize("booked", [BankOutcome.PAID, BankOutcome.RETURNED])
def test_what_is_booked_may_stand(api: Api, fund: str, money: None, booked: BankOutcome) -> None:
    batch, place = contradicted(api, fund, booked, BankOutcome.UNKNOWN)
    before = (balance(api, fund), award(api), len(vouchers(api, fund_id=fund)))
    refused(api("finance2").act(place, "resolve", {**UPHELD, "outcome": booked.value}), 409, "state_forbids")
    assert done(api("finance2").act(place, "resolve", UPHELD))["state"] == booked.value
    assert (balance(api, fund), award(api), len(vouchers(api, fund_id=fund))) == before
    assert open_ones(api, batch) == []
    refused(api("finance2").act(place, "resolve", UPHELD), 409, "state_forbids")


def test_a_payment_that_nothing_contradicts_is_not_turned(api: Api, fund: str, money: None) -> None:
    _, paid = approved(api, fund)
    batch = released(api, fund, [paid])
    for outcome in (BankOutcome.PAID, BankOutcome.PAID):
        bank_says(api, batch, {1: outcome})
    for body in (CAME_BACK, UPHELD):
        refused(api("finance2").act(f"/disbursements/{paid}", "resolve", body), 409, "state_forbids")


def test_unknown_is_not_upheld_and_settles_what_was_said_of_it(api: Api, fund: str, money: None) -> None:
    batch, place = contradicted(api, fund, BankOutcome.UNKNOWN, BankOutcome.PAID)
    refused(api("finance2").act(place, "resolve", UPHELD), 409, "state_forbids")
    done(api("finance2").act(place, "resolve", PAID))
    assert open_ones(api, batch) == []


def test_a_serial_stays_its_payments_after_the_money_came_back(api: Api, fund: str, money: None) -> None:
    first, second = (approved(api, fund, f"D01-00{n}", "1000.00")[1] for n in (1, 2))
    batch = released(api, fund, [first, second])
    bank_says(api, batch, {1: BankOutcome.PAID, 2: BankOutcome.UNKNOWN})
    serial = payment(api, first)["bank_serial"]
    bank_says(api, batch, {1: BankOutcome.RETURNED})
    done(api("finance2").act(f"/disbursements/{first}", "resolve", {**CAME_BACK, "bank_serial": None}))
    body = {**PAID, "bank_serial": serial}
    refused(api("finance2").act(f"/disbursements/{second}", "resolve", body), 409, "already_exists")


def test_the_first_answer_sent_again_turns_nothing_back(api: Api, fund: str, money: None) -> None:
    _, paid = approved(api, fund)
    batch = released(api, fund, [paid])
    bank_says(api, batch, {1: BankOutcome.PAID})
    bank_says(api, batch, {1: BankOutcome.RETURNED})
    done(api("finance2").act(f"/disbursements/{paid}", "resolve", {**CAME_BACK, "bank_serial": None}))
    before = balance(api, fund)
    both = [answers(api, batch, {1: each})[0] for each in (BankOutcome.PAID, BankOutcome.RETURNED)]
    assert [bank_answers_judged(api, [each])[0].verdict for each in both] == ["known", "known"]
    assert (payment(api, paid)["state"], balance(api, fund)) == ("returned", before)
    assert open_ones(api, batch) == []  # that line is known: it was booked, and turned


def test_contradictions_are_those_of_visible_batches(api: Api, fund: str) -> None:
    batch, _ = contradicted(api, fund, BankOutcome.PAID, BankOutcome.RETURNED)
    colleague(api, "finance-d02", "finance", unit="AH-D02", person=603)
    refused(api("finance-d02").get(f"{batch}/contradictions"), 404, "not_found")
    assert api("admin").get(f"{batch}/contradictions").status_code == 403
    assert done(api("auditor").get(f"{batch}/contradictions?limit=1"))["next"] is None
