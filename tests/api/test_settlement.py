"""What was given in kind is booked by finance against its invoice, once: no money stays reserved for ever."""

from __future__ import annotations

from typing import Any

import pytest

from tests import mutual_aid, rosters, screened
from tests.clock import today
from tests.driver import Api
from tests.story import GIFT, balance, done, new_fund, recomputed, submitted

BILL = {"invoice": "25342000000000000009", "amount": "80.00"}


def gift(api: Api, fund: str, member: str = "D01-001") -> str:
    """The path of an approved gift in goods that nobody is paid for by bank."""
    facts = {**GIFT, "dues_paid_through": f"{today().year}-12-31"}
    on = f"{today().year}-09-25"
    path = submitted(api, member, "100.00", programme="holiday_visit", facts=facts, on=on)
    done(api("reviewer").act(path, "approve", {"fund_id": fund}))
    return path


def settled(api: Api, path: str, **other: Any) -> Any:
    return api("finance").act(path, "settle", {**BILL, **other})


def state_of(answer: Any) -> tuple[int, str]:
    return (answer.status_code, answer.get_json()["params"]["state"])


def test_a_gift_is_booked_once_for_what_it_came_to_and_the_rest_is_free(api: Api) -> None:
    fund = new_fund(api)
    path = gift(api, fund)
    assert balance(api, fund)["reserved"] == "100.00"
    shown = done(settled(api, path))
    assert (shown["state"], shown["approved_amount"]) == ("approved", "80.00")
    after = balance(api, fund)
    assert (after["reserved"], after["spent"], after["available"]) == ("0.00", "80.00", "99920.00")
    assert state_of(settled(api, path)) == (409, "settled")
    assert state_of(api("reviewer").act(path, "return", {"reason": "x"})) == (409, "settled")
    assert balance(api, fund) == after
    (voucher,) = done(api("finance").get(f"/ledger/vouchers?fund_id={fund}"))["items"]
    assert (voucher["kind"], voucher["total"], voucher["reference"]) == ("issue", "80.00", BILL["invoice"])


@pytest.mark.parametrize("amount", ["0.00", "100.01"])
def test_not_more_is_booked_than_was_approved(api: Api, amount: str) -> None:
    path = gift(api, new_fund(api))
    (fault,) = settled(api, path, amount=amount).get_json()["errors"]
    assert (fault["pointer"], fault["code"]) == ("/amount", "above_approved")


def test_what_the_bank_pays_is_not_settled_by_hand(api: Api) -> None:
    fund = new_fund(api)
    path = submitted(api)
    done(api("reviewer").act(path, "approve", {"fund_id": fund}))
    assert state_of(settled(api, path)) == (409, "paid_otherwise")
    assert balance(api, fund) == recomputed(api, fund)


def test_finance_settles_and_neither_who_filed_nor_who_decided(api: Api) -> None:
    path = gift(api, new_fund(api))
    for name in ("officer", "reviewer", "cashier"):
        refused = api(name).act(path, "settle", BILL)
        assert (refused.status_code, refused.get_json()["code"]) == (403, "not_permitted")
    assert api("finance").post(f"{path}/settle", BILL).status_code == 428


def test_a_line_is_its_rosters_to_close(api: Api) -> None:
    path, _ = rosters.approved(api)
    case = done(api("officer").get(f"{path}/lines"))["items"][0]["application_id"]
    assert state_of(settled(api, f"/applications/{case}")) == (409, "on_roster")


def test_a_cover_is_booked_when_its_premium_is_confirmed(api: Api) -> None:
    member, held = mutual_aid.worker(api, 302), mutual_aid.pool(api)
    fund = new_fund(api, unit="AH", name="参保经费")
    path = mutual_aid.enrolment(api, member)
    mutual_aid.approve(api, path, fund)
    assert state_of(settled(api, path, amount="40.00")) == (409, "not_given")
    paid = mutual_aid.transfer("40.00", held, plan="medical", term_start_on=mutual_aid.TERM)
    done(api("finance").post("/mutual-aid/premium-payments", paid))
    done(settled(api, path, amount="40.00"))
    assert balance(api, fund)["spent"] == "40.00"


def test_a_roster_of_invitations_closes_when_everybody_was_examined_or_is_declared_not_to_come(api: Api) -> None:
    of = screened.round_of(api)
    women = [screened.teacher(api, number) for number in (620, 622)]
    body = {"unit_code": "AH-D03", "title": "两癌筛查", "cut_off_on": "2026-01-01", "round_id": of[0]}
    path = f"/rosters/{done(api('officer').post('/rosters', {**body, 'amount': '520.00'}))['id']}"
    for woman in women:
        done(api("officer").act(path, "lines", {"member_id": woman, "facts": {"last_normal_on": None}}))
    done(api("officer").act(path, "freeze"))
    done(api("reviewer").act(path, "approve", {"fund_id": of[1]}))
    assert state_of(api("finance").act(path, "close")) == (409, "lines_open")
    for line in done(api("officer").get(f"{path}/lines"))["items"]:
        done(api("officer").act(f"{path}/lines/{line['id']}", "unclaimed", {"reason": "未到检"}))
    done(api("finance").act(path, "close"))
    after = balance(api, of[1])
    assert (after["reserved"], after["spent"]) == ("0.00", "0.00")
    appointments = done(api("officer").get("/screening/appointments"))["items"]
    assert {each["state"] for each in appointments} == {"withdrawn"}
