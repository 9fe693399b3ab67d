"""Who may act: four different persons by person and not by role or account; never one's own case or a relative's."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from models.vocabulary import BankOutcome
from tests.bank import bank_says
from tests.driver import Api
from tests.story import (
    account_path,
    approved,
    colleague,
    done,
    filed,
    filing,
    grant,
    identity,
    new_fund,
    notice_days,
    payment,
    prepared,
    released,
    submitted,
)

REVIEWER = identity(202, date(1975, 8, 2))  # the demonstration union's accounts and a member of it
OFFICER = identity(201, date(1981, 4, 1))
FINANCE = identity(204, date(1983, 1, 3))
CASHIER = identity(206, date(1990, 6, 4))
MEMBER = identity(101, date(1952, 3, 8))  # D01-001


def refused(answer: Any, code: str) -> None:
    assert (answer.status_code, answer.get_json()["code"]) == (403, code), answer.get_json()


@pytest.fixture
def fund(api: Api) -> str:
    return new_fund(api)


def test_a_second_account_is_the_same_person(api: Api, fund: str) -> None:
    colleague(api, "officer-reviews", "reviewer", person=OFFICER)
    colleague(api, "reviewer-files", "officer", person=REVIEWER)
    colleague(api, "officer-pays", "finance", person=OFFICER)
    colleague(api, "reviewer-pays", "finance", person=REVIEWER)
    colleague(api, "officer-releases", "cashier", person=OFFICER)
    colleague(api, "reviewer-releases", "cashier", person=REVIEWER)
    colleague(api, "finance-releases", "cashier", person=FINANCE)

    path = submitted(api)
    for act, body in (
        *(("endorse", {}), ("approve", {"fund_id": fund})),
        *(("return", {"reason": "x"}), ("reject", {"reason": "x"})),
    ):
        refused(api("officer-reviews").act(path, act, body), "duty_conflict")
    done(api("reviewer").act(path, "return", {"reason": "补"}))
    refused(api("reviewer-files").act(path, "submit"), "duty_conflict")
    refused(api("reviewer-files").act(path, "withdraw", {"reason": "x"}), "duty_conflict")
    tag = api("officer").get(path).headers["ETag"]
    refused(api("reviewer-files").patch(path, {"amount": "1.00"}, if_match=tag), "duty_conflict")
    done(api("officer").act(path, "submit"))
    shown = done(api("reviewer").act(path, "approve", {"fund_id": fund}))

    batch = prepared(api, fund, [shown["disbursements"][0]["id"]])
    refused(api("officer-pays").act(batch, "approve"), "duty_conflict")
    refused(api("reviewer-pays").act(batch, "approve"), "duty_conflict")
    done(api("finance").act(batch, "approve"))
    for who in ("officer-releases", "reviewer-releases", "finance-releases"):
        refused(api(who).act(batch, "release"), "duty_conflict")
    assert done(api("cashier").act(batch, "release"))["state"] == "released"


def test_a_new_role_in_mid_case_does_not_help(api: Api, fund: str) -> None:
    path = submitted(api)
    grant(api, account_path(api, "officer"), "reviewer")
    refused(api("officer").act(path, "approve", {"fund_id": fund}), "duty_conflict")
    shown = done(api("reviewer").act(path, "approve", {"fund_id": fund}))
    batch = prepared(api, fund, [shown["disbursements"][0]["id"]])
    grant(api, account_path(api, "reviewer"), "finance")
    refused(api("reviewer").act(batch, "approve"), "duty_conflict")
    done(api("finance").act(batch, "approve"))
    grant(api, account_path(api, "finance"), "cashier")
    refused(api("finance").act(batch, "release"), "duty_conflict")


def test_two_reviewers_are_two_persons(api: Api, fund: str) -> None:
    colleague(api, "reviewer-again", "reviewer", person=REVIEWER)
    path = submitted(api, amount="6000.00")
    done(api("reviewer").act(path, "approve", {"fund_id": fund}))
    refused(api("reviewer-again").act(path, "approve", {"fund_id": fund}), "duty_conflict")


def test_preparing_a_batch_is_no_duty(api: Api, fund: str) -> None:
    _, paid = approved(api, fund)
    batch = prepared(api, fund, [paid])
    assert done(api("finance").act(batch, "approve"))["state"] == "approved"


def test_one_case_of_a_batch_is_enough(api: Api, fund: str) -> None:
    account = colleague(api, "both", "reviewer", person=610)
    grant(api, account, "finance")
    path = submitted(api, "D01-002")
    done(api("both").act(path, "endorse"))
    shown = done(api("reviewer").act(path, "approve", {"fund_id": fund}))
    others = [approved(api, fund, member)[1] for member in ("D01-001", "D01-003")]
    batch = prepared(api, fund, [others[0], shown["disbursements"][0]["id"], others[1]])
    refused(api("both").act(batch, "approve"), "duty_conflict")


def test_a_declaration_keeps_both_sides_away(api: Api, fund: str) -> None:
    members_own = colleague(api, "member-too", "officer", unit="AH-D01", person=MEMBER)
    path = submitted(api)
    declared = api("admin").post(f"{members_own}/relatives", {"id_number": REVIEWER, "relation": "儿媳"})
    assert declared.status_code == 201, declared.get_json()
    refused(api("reviewer").act(path, "approve", {"fund_id": fund}), "own_case")


@pytest.mark.parametrize("kin", ["oneself", "relative"])
def test_ones_own_case_and_a_relatives(api: Api, fund: str, kin: str) -> None:
    """File, submit, decide, approve the payment, release, correct the account, resolve: each by somebody close."""
    for sequence, role in enumerate(("officer", "reviewer", "finance", "cashier"), start=620):
        person = MEMBER if kin == "oneself" else sequence
        account = colleague(api, f"close-{role}", role, person=person)
        if kin == "relative":
            declared = api("admin").post(f"{account}/relatives", {"id_number": MEMBER, "relation": "父亲"})
            assert declared.status_code == 201
    notice_days(api, 1)
    refused(api("close-officer").post("/applications", filing(api)), "own_case")
    path = filed(api)
    refused(api("close-officer").act(path, "submit"), "own_case")
    tag = api("officer").get(path).headers["ETag"]
    refused(api("close-officer").patch(path, {"amount": "1.00"}, if_match=tag), "own_case")
    refused(api("close-officer").act(path, "withdraw", {"reason": "x"}), "own_case")
    done(api("officer").act(path, "submit"))
    decisions = {"endorse": {}, "approve": {"fund_id": fund}, "return": {"reason": "x"}, "reject": {"reason": "x"}}
    for act, body in decisions.items():
        refused(api("close-reviewer").act(path, act, body), "own_case")

    done(api("reviewer").act(path, "endorse"))
    (posted,) = done(api("officer").get("/notices"))["items"]
    notice = f"/notices/{posted['id']}"
    refused(api("close-officer").act(notice, "objections", {"reason": "x"}), "own_case")
    objected = done(api("officer").act(notice, "objections", {"reason": "有异议"}))
    objection = f"objections/{objected['objections'][0]['id']}/resolve"
    refused(api("close-reviewer").act(notice, objection, {"resolution": "不成立"}), "own_case")
    done(api("reviewer").act(notice, objection, {"resolution": "不成立"}))
    notice_days(api, 0)
    done(api("reviewer").act(path, "return", {"reason": "改"}))
    done(api("officer").act(path, "submit"))
    shown = done(api("reviewer").act(path, "approve", {"fund_id": fund}))

    paid = shown["disbursements"][0]["id"]
    batch = prepared(api, fund, [paid])
    refused(api("close-finance").act(batch, "approve"), "own_case")
    done(api("finance").act(batch, "approve"))
    refused(api("close-cashier").act(batch, "release"), "own_case")
    done(api("cashier").act(batch, "release"))
    bank_says(api, batch, {1: BankOutcome.UNKNOWN})
    body = {"outcome": "returned", "reason": "对账单", "on": "2026-11-20"}
    refused(api("close-finance").act(f"/disbursements/{paid}", "resolve", body), "own_case")
    colleague(api, "finance2", "finance", person=630)
    done(api("finance2").act(f"/disbursements/{paid}", "resolve", body))
    new_account = {"holder": "王建国", "account_number": "6217990000000002010", "bank": "徽商银行"}
    refused(api("close-officer").act(f"/disbursements/{paid}", "account", new_account), "own_case")
    refused(api("close-reviewer").act(f"/disbursements/{paid}", "approve"), "own_case")
    assert payment(api, paid)["state"] == "returned"


def test_whoever_took_an_objection_down_does_not_answer_it(api: Api, fund: str) -> None:
    account = colleague(api, "clerk", "officer", person=640)
    colleague(api, "clerk-reviews", "reviewer", person=640)
    grant(api, account, "reviewer")
    notice_days(api, 1)
    path = submitted(api)
    done(api("reviewer").act(path, "endorse"))
    notice = f"/notices/{done(api('officer').get('/notices'))['items'][0]['id']}"
    objected = done(api("clerk").act(notice, "objections", {"reason": "有异议"}))
    act = f"objections/{objected['objections'][0]['id']}/resolve"
    for who in ("clerk", "clerk-reviews"):
        answer = api(who).act(notice, act, {"resolution": "不成立"})
        assert answer.status_code in {403, 409}, (who, answer.get_json())
    assert done(api("reviewer").act(notice, act, {"resolution": "不成立"}))["objections"][0]["resolved_at"]
    items = done(api("auditor").get(f"{path}/trail"))["items"]
    assert [each["act"] for each in items[-2:]] == ["object", "resolve_objection"]


@pytest.mark.parametrize("who", ["reviewer", "finance", "cashier", "auditor", "admin", "policy", "medical"])
def test_only_officers_file(api: Api, who: str) -> None:
    refused(api(who).post("/applications", filing(api)), "not_permitted")


def test_roles_do_only_their_own_acts(api: Api, fund: str) -> None:
    path, paid = approved(api, fund)
    batch = prepared(api, fund, [paid])
    everybody = {"officer", "reviewer", "finance", "cashier", "auditor"}
    acts: list[tuple[str, str, dict[str, Any], set[str]]] = [
        (path, "submit", {}, {"officer"}),
        (path, "withdraw", {"reason": "x"}, {"officer"}),
        (path, "appeal", {"reason": "x"}, {"officer"}),
        (path, "endorse", {}, {"reviewer"}),
        (path, "approve", {"fund_id": fund}, {"reviewer"}),
        (path, "reject", {"reason": "x"}, {"reviewer"}),
        (batch, "approve", {}, {"finance"}),
        (batch, "release", {}, {"cashier"}),
        (batch, "cancel", {}, {"finance"}),
        (f"/disbursements/{paid}", "account", {}, {"officer"}),
        (f"/disbursements/{paid}", "approve", {}, {"reviewer"}),
        (f"/disbursements/{paid}", "resolve", {}, {"finance"}),
        (f"/funds/{fund}", "adjustments", {"amount": "1.00", "reason": "x"}, {"finance"}),
    ]
    for thing, act, body, allowed in acts:
        tag = api("officer").get(thing).headers["ETag"]
        for who in everybody - allowed:
            refused(api(who).post(f"{thing}/{act}", body, if_match=tag), "not_permitted")


def test_the_released_batch_has_four_different_persons_on_it(api: Api, fund: str) -> None:
    path, paid = approved(api, fund)
    released(api, fund, [paid])
    items = done(api("auditor").get(f"{path}/trail"))["items"]
    names = {each["account_id"] for each in items if each["act"] != "submit"}
    assert len(names) == 4
