"""Who may do what with covers, across unions: own covers, duties, covers of another union, top-ups, public notices."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models.database import Scope, db, session_for
from models.policy import Policy
from tests.driver import Api
from tests.mutual_aid import approve, claim, covered, covers, enrol, enrolment, pool, transfer, worker
from tests.story import account_path, colleague, done, grant, identity, new_fund


def overridden(api: Api, **figures: Any) -> None:
    """Mutual aid's rules in force anew from 2022-07-01, with other figures."""
    with api.app.app_context(), session_for(db.engine, Scope(paths=("/",), request_id="test")) as session:
        running = session.scalars(select(Policy).where(Policy.programme == "mutual_aid")).one()
        begins = running.valid_from.replace(year=running.valid_from.year + 1)
        running.valid_to = begins - timedelta(days=1)
        session.flush()
        kept = {name: getattr(running, name) for name in ("programme", "state", "content", "digest")}
        session.add(Policy(**kept, edition="mutual_aid-2022", valid_from=begins, overrides=figures))


def test_nobody_confirms_the_premium_of_their_own_cover_or_what_they_filed(api: Api) -> None:
    fund, held = new_fund(api), pool(api)
    mine = identity(204, date(1983, 1, 3))  # finance, who is a member of AH-D01 too
    body = {"unit_code": "AH-D01", "name": "高财务", "id_number": mine, "employment_type": "established"}
    member = done(api("officer").post("/members", {**body, "dues_paid_through": "2026-12-31"}))["id"]
    approve(api, enrolment(api, member), fund)
    path = "/mutual-aid/premium-payments"
    refused = api("finance").post(path, transfer("40.00", held))
    assert (refused.status_code, refused.get_json()["code"]) == (403, "own_case")
    approve(api, enrolment(api, worker(api, 302), "accident", "2026-07-01"), fund)
    grant(api, account_path(api, "reviewer"), "finance")
    decided = api("reviewer").post(path, transfer("40.00", held, plan="accident", term_start_on="2026-07-01"))
    assert (decided.status_code, decided.get_json()["code"]) == (403, "duty_conflict")


def test_nobody_notes_their_own_leaving(api: Api) -> None:
    mine = identity(201, date(1981, 4, 1))
    body = {"unit_code": "AH-D01", "name": "方经办", "id_number": mine, "employment_type": "established"}
    member = done(api("officer2").post("/members", {**body, "dues_paid_through": "2026-12-31"}))["id"]
    approve(api, enrolment(api, member, by="officer2"), new_fund(api))
    (cover,) = covers(api)
    leaving = {"on": "2026-05-01", "reason": "left"}
    refused = api("officer").act(f"/mutual-aid/covers/{cover['id']}", "leave", leaving)
    assert (refused.status_code, refused.get_json()["code"]) == (403, "own_case")
    assert done(api("officer2").act(f"/mutual-aid/covers/{cover['id']}", "leave", leaving))["ended_reason"] == "left"


def test_a_cover_of_another_union_bears_the_claim_and_stays_out_of_sight(api: Api) -> None:
    """A worker enrolled at AH-D02 who claims through AH-D01; whoever decides must reach both."""
    held = pool(api)
    there = worker(api, 302, unit="AH-D02")
    enrol(api, enrolment(api, there, "critical_illness", "2022-07-01", amount="1.00"))
    paid = transfer("66.00", held, unit_code="AH-D02", plan="critical_illness", term_start_on="2022-07-01")
    done(api("finance").post("/mutual-aid/premium-payments", paid))
    here = worker(api, 302, by="officer2")
    stated = {"effective_on": "2020-01-01", "first_enrolment": False, "shares": 5, "known_before": False}
    path = claim(api, here, "500.00", "2022-12-01", plan="critical_illness", diagnosed_on="2022-08-20", **stated)
    done(api("officer").act(path, "submit"))
    page = f"/mutual-aid/claims/{path.split('/')[-1]}"
    assert done(api("officer2").get(page))["cover"] is None
    assert done(api("officer").get(page))["cover"]["unit_code"] == "AH-D02"
    colleague(api, "reviewer-d01", "reviewer", unit="AH-D01", person=611)
    colleague(api, "finance-d01", "finance", unit="AH-D01", person=612)
    fund = pool(api, "D01 互助金池", unit="AH-D01")
    low = api("reviewer-d01").act(path, "approve", {"fund_id": fund})
    assert (low.status_code, low.get_json()["code"]) == (403, "not_permitted")
    approve(api, path, fund)
    (cover,) = covers(api)
    assert (cover["unit_code"], cover["ended_reason"]) == ("AH-D02", "claimed_out")


def test_a_gift_comes_beside_the_units_own_cover_only_where_the_union_says_so(api: Api) -> None:
    """§6.1: the top-up rule is a parameter, by default skip; topped up, a claim counts the shares of both."""
    overridden(api, gift_tops_up=True)
    held, member, start = pool(api), worker(api, 302), "2026-07-01"
    done(
        api("officer").post(
            f"/members/{member}/honours", {"title": "全国劳动模范", "level": "national", "awarded_on": "2015-05-01"}
        )
    )
    covered(api, held, member, "critical_illness", start, "66.00")
    gift = {"act": "gift"}
    enrol(api, enrolment(api, member, "critical_illness", start, amount="66.00", **gift))
    assert {(each["top_up"], each["state"]) for each in covers(api)} == {(False, "in_force"), (True, "in_force")}
    facts = {"plan": "critical_illness", "known_before": False, "diagnosed_on": "2026-11-01"}
    path = claim(api, member, "5000.00", "2026-11-02", **facts)
    assert done(api("officer").get(path))["assessment"]["entitlement"]["amount_max"] == "20000.00"
    done(api("officer").act(path, "submit"))
    approve(api, path, held)
    assert {each["ended_reason"] for each in covers(api)} == {"claimed_out"}
    done(api("reviewer").act(path, "return", {"reason": "误录"}))
    assert {each["state"] for each in covers(api)} == {"in_force"}
    again = {"programme": "mutual_aid", "member_id": member, "on": start, "amount": "66.00"}
    twice = {"act": "gift", "plan": "critical_illness", "term_start_on": start}
    second = f"/applications/{done(api('officer').post('/applications', {**again, 'facts': twice}))['id']}"
    assert api("officer").act(second, "submit").get_json()["code"] == "not_eligible"


def test_the_notice_of_a_claim_names_no_illness(api: Api) -> None:
    """§6.3: 公示 (no health data)."""
    overridden(api, notice_working_days=3)
    member, held = worker(api, 302), pool(api)
    covered(api, held, member, "critical_illness", "2022-07-01", "66.00")
    path = claim(
        *(api, member, "500.00", "2022-12-01"),
        plan="critical_illness",
        known_before=False,
        diagnosed_on="2022-08-20",
        disease="罕见病XYZ",
    )
    done(api("officer").act(path, "submit"))
    done(api("reviewer").act(path, "endorse"))
    (notice,) = done(api("officer").get("/notices"))["items"]
    assert (notice["name"], notice["kind"], notice["amount"]) == ("丁**", "claim", "500.00")
    shown = api("officer").get(f"/notices/{notice['id']}").get_data(as_text=True)
    assert "XYZ" not in shown
    assert "2022-08-20" not in shown


@pytest.mark.parametrize("part", ["member_part", "unit_part", "upper_part", "gift_part"])
def test_the_books_refuse_parts_that_are_not_the_premium(api: Api, session: Session, part: str) -> None:
    """Statement 40, whoever writes."""
    approve(api, enrolment(api, worker(api, 302)), new_fund(api))
    with (
        pytest.raises(IntegrityError, match=r"ck_cover_(parts_are_the_premium|a_gift_is_whole)"),
        session.begin_nested(),
    ):
        session.execute(text(f"UPDATE cover SET {part} = {part} + 0.01"))
