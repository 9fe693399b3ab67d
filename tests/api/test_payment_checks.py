"""The check before a payment: what it flags and what that rests on, and that nothing new is released unseen."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import text

from benefits.casework.prepayment.check import REASONS
from models.vocabulary import BankOutcome
from tests.bank import bank_says
from tests.driver import Api
from tests.story import (
    account_path,
    approved,
    books,
    card,
    colleague,
    done,
    identity,
    new_fund,
    prepared,
    released,
    submitted,
)

OTHER = {"holder": "王建国", "account_number": card(41), "bank": "徽商银行"}
ELSEWHERE = """
WITH paid AS (SELECT a.* FROM application a JOIN disbursement d ON d.application_id = a.id WHERE d.id = :d),
     theirs AS (INSERT INTO membership (id, person_id, unit_id, name, name_key, state, in_service, employment_type)
                SELECT gen_random_uuid(), p.person_id, u.id, m.name, m.name_key, m.state, m.in_service,
                       m.employment_type
                FROM paid p JOIN membership m ON m.id = p.membership_id JOIN unit u ON u.code = 'AH-D02'
                RETURNING id, unit_id, person_id),
     filed AS (INSERT INTO application (id, programme, unit_id, membership_id, person_id, state, event_on, facts_cipher,
                                        payee_named, submission, filed_by)
               SELECT gen_random_uuid(), p.programme, t.unit_id, t.id, t.person_id, 'draft', p.event_on, p.facts_cipher,
                      false, 0, p.filed_by FROM paid p, theirs t RETURNING id, unit_id, person_id)
INSERT INTO entitlement (id, person_id, unit_id, application_id, programme, kind, occasion, year, amount, once, state,
                         event_on)
SELECT gen_random_uuid(), f.person_id, f.unit_id, f.id, e.programme, e.kind, 'x', e.year, e.amount, false, e.state,
       e.event_on
FROM filed f, entitlement e JOIN paid p ON p.id = e.application_id
"""


@pytest.fixture
def fund(api: Api) -> str:
    colleague(api, "finance2", "finance", person=602)
    return new_fund(api)


def checks(api: Api, batch: str, who: str = "finance", **headers: str) -> dict[str, Any]:
    shown: dict[str, Any] = done(api(who).get(f"{batch}/checks"))
    return shown


def flags(api: Api, batch: str, serial: int = 1) -> dict[str, dict[str, str]]:
    """What one payment is flagged for, and what that rests on."""
    found = [each for each in checks(api, batch)["items"] if each["serial"] == serial]
    return {reason["code"]: reason["rests_on"] for each in found for reason in each["reasons"]}


def test_a_first_payment_to_an_account_is_new_until_one_was_paid(api: Api, fund: str) -> None:
    _, paid = approved(api, fund)
    batch = prepared(api, fund, [paid])
    assert flags(api, batch) == {"account_new": {"account": "****1012", "earlier": "0"}}
    done(api("finance").act(batch, "approve"))
    done(api("cashier").act(batch, "release"))
    bank_says(api, batch, {1: BankOutcome.PAID})
    again = prepared(api, fund, [approved(api, fund, amount="600.00", programme="holiday_visit", **hospital())[1]])
    assert flags(api, again) == {}
    assert checks(api, again)["flagged"] == 0


def hospital() -> dict[str, Any]:
    facts = {"kind": "hospital", "event": "I21", "form": "bank_transfer", "dues_paid_through": "2026-12-31"}
    return {"facts": facts, "on": "2026-06-01"}


def test_another_account_than_last_paid_and_registered_is_changed(api: Api, fund: str) -> None:
    bank_says(api, released(api, fund, [approved(api, fund)[1]]), {1: BankOutcome.PAID})
    _, second = approved(api, fund, amount="600.00", programme="holiday_visit", payee=OTHER, **hospital())
    found = flags(api, prepared(api, fund, [second]))
    assert set(found) == {"account_new", "account_changed"}
    account = f"****{card(41)[-4:]}"
    assert found["account_changed"] == {"account": account, "last_paid": "****1012", "register": "****1012"}
    assert found["account_new"] == {"account": account, "earlier": "1"}


def test_one_account_of_several_persons_and_a_holder_who_is_not_the_member(api: Api, fund: str) -> None:
    first = approved(api, fund, "D01-001", payee=OTHER)[1]
    second = approved(api, fund, "D01-002", "600.00", programme="holiday_visit", payee=OTHER, **hospital())[1]
    batch = prepared(api, fund, [first, second])
    for serial in (1, 2):
        assert flags(api, batch, serial)["account_shared"] == {"account": f"****{card(41)[-4:]}", "people": "2"}
    assert "holder_differs" not in flags(api, batch, 1)
    assert flags(api, batch, 2)["holder_differs"] == {"holder": "王**", "member": "李**"}


@pytest.mark.parametrize(("amount", "near"), [("4749.99", False), ("4750.00", True), ("5000.00", True)])
def test_an_amount_just_below_a_band_is_near_it(api: Api, fund: str, amount: str, near: bool) -> None:
    _, paid = approved(api, fund, amount=amount)
    found = flags(api, prepared(api, fund, [paid]))
    assert ("near_threshold" in found) is near
    if near:
        assert found["near_threshold"] == {"amount": amount, "band": "5000.00", "percent": "5"}


def test_a_payee_close_to_one_who_filed_or_decided_is_related(api: Api, fund: str) -> None:
    _, paid = approved(api, fund)
    batch = prepared(api, fund, [paid])
    assert "officer_related" not in flags(api, batch)
    kin = {"id_number": identity(101, date(1952, 3, 8)), "relation": "父亲"}
    declared = api("admin").post(f"{account_path(api, 'reviewer')}/relatives", kin)
    assert declared.status_code == 201, declared.get_json()
    assert flags(api, batch)["officer_related"] == {"how": "relative"}


def test_an_account_of_one_who_filed_or_decided_is_related(api: Api, fund: str) -> None:
    colleague(api, "reviewer-too", "reviewer", person=identity(104, date(1955, 6, 1)))  # D01-003
    path = submitted(api, payee=OTHER)
    shown = done(api("reviewer-too").act(path, "approve", {"fund_id": fund}))
    batch = prepared(api, fund, [shown["disbursements"][0]["id"]])
    assert "officer_related" not in flags(api, batch)
    with books(api) as session:
        session.execute(
            text(
                "UPDATE membership SET account_hash = (SELECT payee_hash FROM disbursement WHERE id = :d) "
                "WHERE staff_number = 'D01-003'"
            ),
            {"d": shown["disbursements"][0]["id"]},
        )
    found = flags(api, batch)
    assert (found["officer_related"], found["account_shared"]["people"]) == ({"how": "account"}, "2")


def test_an_award_in_another_unit_is_told_as_elsewhere_and_no_more(api: Api, fund: str) -> None:
    _, paid = approved(api, fund, amount="600.00", programme="holiday_visit", **hospital())
    batch = prepared(api, fund, [paid])
    assert "same_person_elsewhere" not in flags(api, batch)
    with books(api) as session:  # the same person in AH-D02, with a case and an award there
        session.execute(text(ELSEWHERE), {"d": paid})
    assert flags(api, batch)["same_person_elsewhere"] == {}


def test_a_flag_blocks_nothing_and_a_new_one_is_not_released(api: Api, fund: str) -> None:
    _, paid = approved(api, fund, payee=OTHER)
    batch = prepared(api, fund, [paid])
    assert set(flags(api, batch)) == {"account_new", "account_changed"}
    done(api("finance").act(batch, "approve"))
    assert not any(reason["new"] for each in checks(api, batch)["items"] for reason in each["reasons"])
    approved(api, fund, "D01-002", payee={**OTHER, "holder": "李秀英"})  # the same account for another person
    refused = api("cashier").act(batch, "release")
    assert (refused.status_code, refused.get_json()["code"]) == (409, "checks_changed")
    assert refused.get_json()["params"] == {"new": "1", "reasons": "account_shared"}
    assert done(api("finance").get(batch))["state"] == "approved"
    (each,) = checks(api, batch)["items"]
    assert [reason["code"] for reason in each["reasons"] if reason["new"]] == ["account_shared"]
    done(api("finance").act(batch, "cancel"))
    done(api("cashier").act(approved_anew(api, fund, paid), "release"))


def approved_anew(api: Api, fund: str, paid: str) -> str:
    batch = prepared(api, fund, [paid])
    done(api("finance").act(batch, "approve"))
    return batch


def test_flags_that_went_do_not_hold_a_release(api: Api, fund: str) -> None:
    _, paid = approved(api, fund, payee=OTHER)
    batch = prepared(api, fund, [paid])
    done(api("finance").act(batch, "approve"))
    with books(api) as session:
        session.execute(text("UPDATE membership SET account_hash = NULL WHERE staff_number = 'D01-001'"))
    assert set(flags(api, batch)) == {"account_new"}
    done(api("cashier").act(batch, "release"))


def test_an_approval_may_name_the_check_it_saw(api: Api, fund: str) -> None:
    _, paid = approved(api, fund, payee=OTHER)
    batch = prepared(api, fund, [paid])
    seen = checks(api, batch)["digest"]
    approved(api, fund, "D01-002", payee={**OTHER, "holder": "李秀英"})
    refused = api("finance").act(batch, "approve", {"checks": seen})
    assert (refused.status_code, refused.get_json()["code"]) == (409, "checks_changed")
    assert api("finance").act(batch, "approve", {"checks": "x"}).status_code == 422
    done(api("finance").act(batch, "approve", {"checks": checks(api, batch)["digest"]}))


def test_reasons_have_words_and_are_for_those_who_pay(api: Api, fund: str) -> None:
    batch = prepared(api, fund, [approved(api, fund)[1]])
    (each,) = checks(api, batch)["items"]
    assert each["payee"] == {"holder": "王**", "bank": "徽商银行", "account_number": "****1012"}
    assert each["reasons"][0]["message"] == "first payment to this account (****1012; 0 earlier payments to the person)"
    zh = {code: REASONS.label(code, "zh-CN") for code in REASONS.labels}
    assert zh["account_new"] == "首次向该账户付款（{account}；此前向本人付款 {earlier} 笔）"
    for who, status in (("officer", 403), ("reviewer", 403), ("admin", 403), ("cashier", 200), ("auditor", 200)):
        assert api(who).get(f"{batch}/checks").status_code == status, who
    colleague(api, "finance-d02", "finance", unit="AH-D02", person=603)
    assert api("finance-d02").get(f"{batch}/checks").status_code == 404
