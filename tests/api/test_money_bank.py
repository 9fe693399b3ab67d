"""What the bank answers: booked once, contradicted never, repaid once, and what it leaves open settled by hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from models.vocabulary import BankOutcome
from tests.bank import answers, bank_answers_judged, bank_says
from tests.clock import today
from tests.driver import Api
from tests.story import (
    approved,
    balance,
    card,
    colleague,
    done,
    new_fund,
    payment,
    prepared,
    recomputed,
    released,
    rows,
)

ACCOUNT = {"holder": "王建国", "account_number": card(41), "bank": "徽商银行"}


@pytest.fixture
def fund(api: Api) -> str:
    colleague(api, "finance2", "finance", person=602)
    return new_fund(api)


@pytest.fixture
def money(api: Api, fund: str) -> Iterator[None]:
    """Whatever happened, the fund agrees with its payments."""
    yield
    assert balance(api, fund) == recomputed(api, fund)


def codes(judged: list[Any]) -> list[list[str]]:
    return [[finding.code for finding in each.findings] for each in judged]


def test_the_same_answers_again_change_nothing(api: Api, fund: str, money: None) -> None:
    payments = [approved(api, fund, f"D01-00{n}", "1000.00")[1] for n in (1, 2, 3)]
    batch = released(api, fund, payments)
    said = {1: BankOutcome.PAID, 2: BankOutcome.RETURNED, 3: BankOutcome.UNKNOWN}
    assert [each.verdict for each in bank_says(api, batch, said)] == ["book"] * 3
    before = (balance(api, fund), [payment(api, each) for each in payments])
    assert [each.verdict for each in bank_says(api, batch, said)] == ["known"] * 3
    assert (balance(api, fund), [payment(api, each) for each in payments]) == before
    assert len(rows(api, "SELECT 1 FROM bank_result")) == 3


def test_answers_that_do_not_fit_are_refused_row_by_row(api: Api, fund: str, money: None) -> None:
    payments = [approved(api, fund, f"D01-00{n}", "1000.00")[1] for n in (1, 2)]
    batch = released(api, fund, payments)
    good, other = answers(api, batch, {1: BankOutcome.PAID, 2: BankOutcome.PAID})
    wrong = [
        ({"account_number": card(9)}, "account_mismatch"),
        ({"amount": Decimal("1000.01")}, "amount_mismatch"),
        ({"amount": Decimal("100000.00")}, "amount_mismatch"),
        ({"serial": 3}, "serial_unknown"),
        ({"answered_on": today() + timedelta(days=1)}, "in_the_future"),
        ({"batch_number": "2026-999999"}, "batch_unknown"),
    ]
    given = [replace(good, parsed=replace(good.parsed, **change)) for change, _ in wrong]
    assert codes(bank_answers_judged(api, given)) == [[code] for _, code in wrong]
    same_serial = replace(other, parsed=replace(other.parsed, bank_serial=good.parsed.bank_serial))
    assert codes(bank_answers_judged(api, [good, same_serial])) == [[], ["bank_serial_used"]]
    assert [payment(api, each)["state"] for each in payments] == ["paid", "released"]


def test_a_day_before_the_release_is_booked_and_told(api: Api, fund: str, money: None) -> None:
    """Often a year typed wrongly; but a bank's calendar need not be the union's."""
    _, paid = approved(api, fund)
    batch = released(api, fund, [paid])
    (judged,) = bank_answers_judged(api, answers(api, batch, {1: BankOutcome.PAID}, today() - timedelta(days=365)))
    assert (judged.verdict, [finding.code for finding in judged.findings]) == ("book", ["before_release"])


def test_a_batch_that_was_not_released_has_no_results(api: Api, fund: str, money: None) -> None:
    _, paid = approved(api, fund)
    batch = prepared(api, fund, [paid])
    done(api("finance").act(batch, "approve"))
    assert codes(bank_says(api, batch, {1: BankOutcome.PAID})) == [["batch_not_released"]]
    assert payment(api, paid)["state"] == "batched"


def test_what_contradicts_is_kept_and_moves_nothing(api: Api, fund: str, money: None) -> None:
    _, paid = approved(api, fund)
    batch = released(api, fund, [paid])
    bank_says(api, batch, {1: BankOutcome.PAID})
    for other in (BankOutcome.RETURNED, BankOutcome.UNKNOWN):
        assert codes(bank_says(api, batch, {1: other})) == [["contradicts_booked"]]
        assert payment(api, paid)["state"] == "paid"
    kept = rows(api, "SELECT outcome, booked FROM bank_result ORDER BY id")
    assert [(row.outcome, row.booked) for row in kept] == [("paid", True), ("returned", False), ("unknown", False)]


@pytest.mark.parametrize("who", ["officer", "reviewer", "finance", "auditor", "admin"])
def test_only_the_cashier_brings_results(api: Api, fund: str, who: str) -> None:
    _, paid = approved(api, fund)
    batch = released(api, fund, [paid])
    assert codes(bank_says(api, batch, {1: BankOutcome.PAID}, by=who)) == [["batch_unknown"]]
    assert payment(api, paid)["state"] == "released"


def test_a_returned_payment_is_repaid_once(api: Api, fund: str, money: None) -> None:
    path, paid = approved(api, fund)
    place = f"/disbursements/{paid}"
    batch = released(api, fund, [paid])
    for act, who in (("account", "officer"), ("approve", "reviewer")):
        early = api(who).act(place, act, ACCOUNT if act == "account" else {})
        assert (early.status_code, early.get_json()["code"]) == (409, "state_forbids")
    bank_says(api, batch, {1: BankOutcome.RETURNED})
    told = payment(api, paid)
    assert (told["bank_reason"], told["bank_reason_code"]) == ("户名不符", "holder_mismatch")
    assert told["bank_reason_label"] == "the holder's name does not match"
    unapproved = api("reviewer").act(place, "approve")
    assert (unapproved.status_code, unapproved.get_json()["code"]) == (409, "state_forbids")
    again = api("finance").post("/payment-batches", {"fund_id": fund, "disbursement_ids": [paid]})
    assert (again.status_code, again.get_json()["code"]) == (409, "state_forbids")

    wrong = api("officer").act(place, "account", {**ACCOUNT, "account_number": "6217990000000001013"})
    assert [each["pointer"] for each in wrong.get_json()["errors"]] == ["/account_number"]
    done(api("officer").act(place, "account", ACCOUNT))
    made = api("reviewer").act(place, "approve")
    repaid = made.get_json()
    assert (made.status_code, made.headers["Location"]) == (201, f"/api/v1/disbursements/{repaid['id']}")
    assert (repaid["state"], repaid["replaces_id"], repaid["amount"]) == ("reserved", paid, "2000.00")
    assert repaid["payee"]["account_number"] == f"****{card(41)[-4:]}"
    assert payment(api, paid)["state"] == "returned"

    for act, who in (("account", "officer"), ("approve", "reviewer")):
        twice = api(who).act(place, act, ACCOUNT if act == "account" else {})
        assert (twice.status_code, twice.get_json()["code"]) == (409, "already_paid")

    second = released(api, fund, [repaid["id"]])
    content = api("cashier").get(f"{second}/file").get_data().decode("utf-8-sig")
    assert card(41) in content
    bank_says(api, second, {1: BankOutcome.PAID})
    assert payment(api, repaid["id"])["state"] == "paid"
    assert balance(api, fund)["spent"] == "2000.00"
    shown = done(api("officer").get(path))["disbursements"]
    assert [each["state"] for each in shown] == ["returned", "paid"]
    acts = [each["act"] for each in done(api("auditor").get(f"{path}/trail"))["items"]]
    assert acts.count("correct_account") == acts.count("approve_account") == 1


def test_the_last_corrected_account_is_the_one_approved(api: Api, fund: str) -> None:
    _, paid = approved(api, fund)
    bank_says(api, released(api, fund, [paid]), {1: BankOutcome.RETURNED})
    place = f"/disbursements/{paid}"
    done(api("officer").act(place, "account", ACCOUNT))
    seen = api("reviewer").get(place).headers["ETag"]
    done(api("officer").act(place, "account", {**ACCOUNT, "account_number": card(42)}))
    assert api("reviewer").post(f"{place}/approve", if_match=seen).status_code == 412
    repaid = done(api("reviewer").act(place, "approve"))
    assert repaid["payee"]["account_number"] == f"****{card(42)[-4:]}"


def test_an_unknown_outcome_is_settled_by_hand_and_never_sent_again(api: Api, fund: str, money: None) -> None:
    path, paid = approved(api, fund)
    place = f"/disbursements/{paid}"
    batch = released(api, fund, [paid])
    bank_says(api, batch, {1: BankOutcome.UNKNOWN})
    body = {"outcome": "returned", "reason": "对账单无此笔", "on": "2026-11-20"}
    assert payment(api, paid)["state"] == "unknown"
    for who, act, sent in (("officer", "account", ACCOUNT), ("reviewer", "approve", {})):
        assert api(who).act(place, act, sent).get_json()["code"] == "state_forbids"
    again = api("finance").post("/payment-batches", {"fund_id": fund, "disbursement_ids": [paid]})
    assert again.get_json()["code"] == "state_forbids"
    assert api("reviewer").act(path, "return", {"reason": "x"}).get_json()["code"] == "state_forbids"
    assert codes(bank_says(api, batch, {1: BankOutcome.PAID})) == [["resolution_needed"]]
    assert payment(api, paid)["state"] == "unknown"

    own = api("finance").act(place, "resolve", body)  # approved the batch
    assert (own.status_code, own.get_json()["code"]) == (403, "duty_conflict")
    for wrong in ({"outcome": "unknown"}, {"outcome": "cancelled"}, {"reason": ""}, {"on": "gestern"}, {"x": 1}):
        assert api("finance2").act(place, "resolve", {**body, **wrong}).status_code == 422, wrong
    settled = done(api("finance2").act(place, "resolve", body))
    assert (settled["state"], settled["settled_on"]) == ("returned", "2026-11-20")
    assert done(api("finance").get(batch))["state"] == "settled"
    twice = api("finance2").act(place, "resolve", body)
    assert (twice.status_code, twice.get_json()["code"]) == (409, "state_forbids")


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"bank_serial": None}, "/bank_serial", "required"),
        ({"on": (today() + timedelta(days=1)).isoformat()}, "/on", "in_the_future"),
        ({"reason": f"账号{card(41)}已入账"}, "/reason", "names_a_number"),
        ({"reason": "账号６２２８４８００００００００００４１４已入账"}, "/reason", "names_a_number"),
    ],
)
def test_what_settles_an_unknown_outcome_is_whole_and_names_nobody(
    api: Api, fund: str, change: dict[str, Any], pointer: str, code: str
) -> None:
    """A payment without the bank's serial could be taken twice; the reason stands in the books for thirty years."""
    _, paid = approved(api, fund)
    bank_says(api, released(api, fund, [paid]), {1: BankOutcome.UNKNOWN})
    body = {"outcome": "paid", "reason": "对账单", "on": today().isoformat(), "bank_serial": "S-1", **change}
    (fault,) = api("finance2").act(f"/disbursements/{paid}", "resolve", body).get_json()["errors"]
    assert (fault["pointer"], fault["code"]) == (pointer, code)


def test_a_bank_serial_is_one_payments(api: Api, fund: str, money: None) -> None:
    payments = [approved(api, fund, f"D01-00{n}", "1000.00")[1] for n in (1, 2)]
    batch = released(api, fund, payments)
    bank_says(api, batch, {1: BankOutcome.PAID, 2: BankOutcome.UNKNOWN})
    used = payment(api, payments[0])["bank_serial"]
    body = {"outcome": "paid", "reason": "x", "on": "2026-11-20", "bank_serial": used}
    answer = api("finance2").act(f"/disbursements/{payments[1]}", "resolve", body)
    assert (answer.status_code, answer.get_json()["code"]) == (409, "already_exists")
    assert payment(api, payments[1])["state"] == "unknown"
