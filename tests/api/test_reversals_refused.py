"""Who may take paid money back and when; a reversal that makes no sense, and what the bank says before and after it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from models.vocabulary import BankOutcome
from tests.api.test_reversals import BACK, TOO_MUCH, WHOLE, awards, fund, money, paid, refused
from tests.bank import answers, bank_answers_judged, bank_says
from tests.clock import today
from tests.driver import Api
from tests.story import approved, balance, colleague, done, identity, payment, released, rows

__all__ = ["fund", "money"]


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({**TOO_MUCH, "amount": "2000.01"}, "/amount", "above_paid"),
        ({**TOO_MUCH, "amount": "0.00"}, "/amount", "above_paid"),
        ({**TOO_MUCH, "amount": "-1.00"}, "/amount", "money_malformed"),
        ({**TOO_MUCH, "minutes": ""}, "/minutes", "length_refused"),
        ({**TOO_MUCH, "kind": "other"}, "/kind", "choice_unknown"),
        ({**TOO_MUCH, "bank_serial": "B"}, "/bank_serial", "not_with_kind"),
        ({**TOO_MUCH, "fund_id": "x"}, "/fund_id", "unknown_field"),
        ({**BACK, "bank_serial": None}, "/bank_serial", "required"),
        ({**BACK, "received_on": None}, "/received_on", "required"),
        ({**BACK, "received_on": (today() + timedelta(1)).isoformat()}, "/received_on", "day_to_come"),
        ({**BACK, "received_on": (today() - timedelta(1)).isoformat()}, "/received_on", "before_payment"),
    ],
)
def test_reversals_that_make_no_sense(
    api: Api, fund: str, money: None, body: dict[str, Any], pointer: str, code: str
) -> None:
    _, place = paid(api, fund)
    answer = api("finance2").act(place, "reverse", body)
    assert answer.status_code == 422
    assert [(each["pointer"], each["code"]) for each in answer.get_json()["errors"]] == [(pointer, code)]
    assert awards(api) == [("granted", "2000.00")]


def test_who_takes_money_back(api: Api, fund: str, money: None) -> None:
    """Finance, by one who neither approved nor released the payment; not for themselves or a relative."""
    colleague(api, "finance-d02", "finance", unit="AH-D02", person=603)
    _, place = paid(api, fund)
    refused(api("finance").act(place, "reverse", TOO_MUCH), 403, "duty_conflict")
    refused(api("finance-d02").act(place, "reverse", TOO_MUCH, if_match='"1"'), 404, "not_found")
    for who in ("officer", "reviewer", "cashier", "auditor"):
        refused(api(who).act(place, "reverse", TOO_MUCH), 403, "not_permitted")
    refused(api("finance2").act(place, "reverse", TOO_MUCH, if_match='"99"'), 412, "stale")
    assert api("finance2").post(f"{place}/reverse", TOO_MUCH).status_code == 428
    me = done(api("finance2").get("/me"))["id"]
    kin = {"id_number": identity(101, date(1952, 3, 8)), "relation": "父亲"}
    done(api("finance2").post(f"/accounts/{me}/relatives", kin))
    refused(api("finance2").act(place, "reverse", TOO_MUCH), 403, "own_case")


def test_what_was_not_paid_is_not_taken_back(api: Api, fund: str, money: None) -> None:
    _, waiting = approved(api, fund)
    refused(api("finance2").act(f"/disbursements/{waiting}", "reverse", WHOLE), 409, "state_forbids", "reserved")
    batch = released(api, fund, [waiting])
    bank_says(api, batch, {1: BankOutcome.UNKNOWN})
    refused(api("finance2").act(f"/disbursements/{waiting}", "reverse", WHOLE), 409, "state_forbids", "unknown")


def test_what_the_bank_contradicts_is_settled_first(api: Api, fund: str, money: None) -> None:
    _, paid_id = approved(api, fund)
    place, batch = f"/disbursements/{paid_id}", released(api, fund, [paid_id])
    bank_says(api, batch, {1: BankOutcome.PAID})
    bank_says(api, batch, {1: BankOutcome.RETURNED})
    refused(api("finance2").act(place, "reverse", WHOLE), 409, "state_forbids", "contradicted")
    upheld = {"outcome": "upheld", "reason": "银行更正", "on": today().isoformat()}
    done(api("finance2").act(place, "resolve", upheld))
    done(api("finance2").act(place, "reverse", TOO_MUCH))
    bank_answers_judged(api, answers(api, batch, {1: BankOutcome.RETURNED}, today() - timedelta(1)))
    turned = {"outcome": "returned", "reason": "x", "bank_serial": "R-1", "on": today().isoformat()}
    refused(api("finance2").act(place, "resolve", turned), 409, "state_forbids", "partly_reversed")
    done(api("finance2").act(place, "resolve", upheld))


def test_the_banks_file_sent_again_after_a_reversal_changes_nothing(api: Api, fund: str, money: None) -> None:
    _, paid_id = approved(api, fund)
    batch = released(api, fund, [paid_id])
    bank_says(api, batch, {1: BankOutcome.PAID})
    done(api("finance2").act(f"/disbursements/{paid_id}", "reverse", WHOLE))
    before = balance(api, fund), payment(api, paid_id)
    assert [each.verdict for each in bank_says(api, batch, {1: BankOutcome.PAID})] == ["known"]
    assert [each.verdict for each in bank_says(api, batch, {1: BankOutcome.RETURNED})] == ["evidence"]
    assert (balance(api, fund), payment(api, paid_id)) == before
    said = {"reason": "见对账单", "on": today().isoformat()}
    for outcome in ("paid", "returned"):
        refused(
            api("finance2").act(f"/disbursements/{paid_id}", "resolve", {**said, "outcome": outcome}),
            409,
            "state_forbids",
        )
    assert (
        done(api("finance2").act(f"/disbursements/{paid_id}", "resolve", {**said, "outcome": "upheld"}))["state"]
        == "reversed"
    )


def test_the_reason_enters_the_record_as_a_digest(api: Api, fund: str) -> None:
    _, place = paid(api, fund)
    done(api("finance2").act(place, "reverse", {**WHOLE, "reason": "配偶隐瞒工资收入"}))
    entries = rows(api, "SELECT body::text AS body FROM record_entry WHERE table_name IN ('reversal', 'act')")
    assert any("会议纪要" in entry.body for entry in entries)
    assert not any("配偶隐瞒" in entry.body for entry in entries)
