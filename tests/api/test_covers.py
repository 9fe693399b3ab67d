"""Covers over HTTP: an enrolment makes one for its term, the unit pays once for all, leaving ends it or lets it run."""

from __future__ import annotations

from typing import Any

import pytest

from tests.driver import Api
from tests.mutual_aid import TERM, approve, covered, covers, enrol, enrolment, faults, pool, transfer, worker
from tests.story import done, new_fund, rows


def test_an_approved_enrolment_makes_a_cover_whose_parts_are_the_premium(api: Api) -> None:
    """Statement 40: 60 = 20 + 20 + 20; statement 41 for a year."""
    member, fund = worker(api, 302), new_fund(api)
    approve(api, enrolment(api, member), fund)
    (cover,) = covers(api)
    parts = {name: cover[name] for name in ("member_part", "unit_part", "upper_part", "gift_part")}
    assert parts == {"member_part": "20.00", "unit_part": "20.00", "upper_part": "20.00", "gift_part": "0.00"}
    assert (cover["premium"], cover["state"], cover["first_enrolment"]) == ("60.00", "pending", True)
    assert (cover["term_start_on"], cover["term_end_on"], cover["effective_on"]) == (TERM, "2026-12-31", TERM)


def test_a_term_of_two_years_ends_on_the_day_before(api: Api) -> None:
    """Statement 41."""
    member, fund = worker(api, 304), new_fund(api)
    approve(api, enrolment(api, member, "women_illness", "2022-07-01", amount="25.00"), fund)
    (cover,) = covers(api)
    assert cover["term_end_on"] == "2024-06-30"
    assert (cover["state"], cover["premium"]) == ("pending", "36.00")


def test_nobody_is_covered_twice_at_one_time(api: Api) -> None:
    """Statement 39, over all unions: the second union hears that it is so, not where."""
    member, fund = worker(api, 302), new_fund(api)
    approve(api, enrolment(api, member, "critical_illness", "2025-01-01", amount="10.00"), fund)
    again = {"act": "enrol", "plan": "critical_illness", "term_start_on": "2026-01-01"}
    body = {"programme": "mutual_aid", "member_id": member, "on": TERM, "amount": "10.00", "facts": again}
    path = f"/applications/{done(api('officer').post('/applications', body))['id']}"
    refused = api("officer").act(path, "submit")
    assert (refused.status_code, refused.get_json()["code"]) == (422, "not_eligible")
    unmet = [each["code"] for each in refused.get_json()["findings"] if each["outcome"] == "unmet"]
    assert unmet == ["not_already_enrolled"]


def test_who_joins_mid_term_is_covered_from_then(api: Api) -> None:
    member, other, fund = worker(api, 302), worker(api, 304), new_fund(api)
    approve(api, enrolment(api, member, on="2026-05-04"), fund)
    approve(api, enrolment(api, other, effective_on="2026-06-01"), fund)
    found = {cover["member_id"]: cover["effective_on"] for cover in covers(api)}
    assert found == {member: "2026-05-04", other: "2026-06-01"}
    changes = done(api("officer").get(f"/mutual-aid/changes?unit=AH-D01&plan=medical&term_start_on={TERM}"))["items"]
    assert {each["member_id"] for each in changes} == {member, other}
    third = worker(api, 306)
    filed = {"act": "enrol", "plan": "medical", "term_start_on": TERM, "effective_on": "2027-01-01"}
    body = {"programme": "mutual_aid", "member_id": third, "on": TERM, "amount": "40.00", "facts": filed}
    path = f"/applications/{done(api('officer').post('/applications', body))['id']}"
    assert faults(api("officer").act(path, "submit")) == [("/facts/effective_on", "outside_cover")]


def test_leaving_ends_the_cover_or_lets_it_run_by_the_plans_rule(api: Api) -> None:
    fund = pool(api)
    accident = covered(api, fund, worker(api, 302), "accident", "2026-07-01", "40.00")
    medical = covered(api, fund, worker(api, 304), "medical", TERM, "40.00")
    officer = api("officer")

    def leave(cover: dict[str, Any], **body: str) -> Any:
        return officer.act(f"/mutual-aid/covers/{cover['id']}", "leave", {"reason": "retirement", **body})

    assert faults(leave(accident, on="2027-07-01")) == [("/on", "outside_cover")]
    ended = done(leave(accident, on="2026-09-30"))
    assert (ended["state"], ended["ended_reason"], ended["ended_on"]) == ("ended", "left", "2026-09-30")
    runs = done(leave(medical, on="2026-09-30"))
    assert (runs["state"], runs["left_on"], runs["left_reason"]) == ("in_force", "2026-09-30", "retirement")
    for cover in (accident, medical):
        refused = leave(cover, on="2026-10-01")
        assert (refused.status_code, refused.get_json()["code"]) == (409, "state_forbids")
    assert {each["id"] for each in done(officer.get("/mutual-aid/changes"))["items"]} == {accident["id"], medical["id"]}
    third = covered(api, fund, worker(api, 306), "critical_illness", "2026-07-01", "66.00")
    assert done(leave(third, on="2026-08-01", reason="death"))["ended_on"] == "2026-08-01"


def test_a_term_that_is_over_has_expired_by_its_date(api: Api) -> None:
    cover = covered(api, pool(api), worker(api, 302), "accident", "2024-07-01", "40.00")
    assert (cover["state"], cover["ended_reason"], cover["ended_on"]) == ("ended", "expired", "2025-06-30")
    assert covers(api, state="in_force") == []
    assert [each["id"] for each in covers(api, state="ended")] == [cover["id"]]
    leave = api("officer").act(f"/mutual-aid/covers/{cover['id']}", "leave", {"on": "2025-01-01", "reason": "left"})
    assert leave.get_json()["code"] == "state_forbids"


def test_covers_are_filtered_and_stay_within_the_reach(api: Api) -> None:
    fund = pool(api)
    mine = covered(api, fund, worker(api, 302), "medical", TERM, "40.00")
    enrol(api, enrolment(api, worker(api, 304, unit="AH-D02")))
    (theirs,) = covers(api, unit="AH-D02")
    assert [each["id"] for each in covers(api, state="pending")] == [theirs["id"]]
    assert len(covers(api, payer="member")) == 2
    assert covers(api, payer="gift") == []
    below = api("officer2")
    assert [each["id"] for each in done(below.get("/mutual-aid/covers"))["items"]] == [mine["id"]]
    assert below.get(f"/mutual-aid/covers/{theirs['id']}").status_code == 404
    body = {"on": "2026-03-01", "reason": "left"}
    assert below.post(f"/mutual-aid/covers/{theirs['id']}/leave", body, if_match='"1"').status_code == 404
    assert api("reviewer").act(f"/mutual-aid/covers/{mine['id']}", "leave", body).status_code == 403
    assert below.post(f"/mutual-aid/covers/{mine['id']}/leave", body).status_code == 428
    assert api("cashier").get("/mutual-aid/covers").status_code == 403
    assert api("officer").post("/mutual-aid/premium-payments", transfer("1.00", None)).status_code == 403
    bad = below.act(f"/mutual-aid/covers/{mine['id']}", "leave", {"on": "2026-03-01", "reason": "bored"})
    assert faults(bad) == [("/reason", "choice_unknown")]


def test_a_group_enrolled_by_roster_is_covered_as_one_enrolled_singly(api: Api) -> None:
    """A roster's lines are cases: each makes its cover, and a return undoes it."""
    members = [worker(api, 302), worker(api, 304)]
    facts = {"act": "enrol", "plan": "medical", "term_start_on": TERM}
    body = {"programme": "mutual_aid", "title": "医疗互助参保", "event_on": TERM, "facts": facts, "amount": "40.00"}
    roster = {"unit_code": "AH-D01", "cut_off_on": TERM, **body}
    path = f"/rosters/{done(api('officer').post('/rosters', roster))['id']}"
    for member in members:
        done(api("officer").act(path, "lines", {"member_id": member}))
    done(api("officer").act(path, "freeze"))
    done(api("reviewer").act(path, "approve", {"fund_id": new_fund(api)}))
    assert {(each["member_id"], each["state"]) for each in covers(api)} == {(each, "pending") for each in members}
    done(api("reviewer").act(path, "return", {"reason": "误录"}))
    assert covers(api) == []


def test_the_record_holds_no_beneficiary_in_the_clear(api: Api) -> None:
    member = worker(api, 302)
    approve(api, enrolment(api, member, beneficiary="王受益人"), new_fund(api))
    (cover,) = covers(api)
    assert cover["has_beneficiary"] is True
    (held,) = rows(api, "SELECT count(*) AS n FROM record_entry WHERE body::text LIKE '%王受益人%'")
    assert held.n == 0


@pytest.mark.parametrize("plan", ["critical_illness", "women_illness", "accident", "medical"])
def test_the_parts_of_every_plan_are_its_premium(api: Api, plan: str) -> None:
    """Statement 40; the database would refuse any other row."""
    approve(api, enrolment(api, worker(api, 302), plan, "2026-07-01", amount="1.00", shares=3), new_fund(api))
    (cover,) = covers(api)
    parts = sum(float(cover[f"{payer}_part"]) for payer in ("member", "unit", "upper", "gift"))
    assert (f"{parts:.2f}", cover["shares"]) == (cover["premium"], 3)
