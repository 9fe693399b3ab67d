"""Rounds over HTTP: one sweep decides every member as a single assessment would, and refreshes only what changed."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from benefits.access.actors import load_actor
from benefits.casework.round import find_round
from benefits.casework.sweep import sweep
from tests.driver import Api
from tests.story import done, rows

GIFT = {"kind": "festival_gift", "occasion": "mid_autumn", "form": "goods"}


def opened(api: Api, **other: Any) -> dict[str, Any]:
    body = {
        "unit_code": "AH",
        "programme": "holiday_visit",
        "title": "中秋慰问",
        "event_on": "2026-09-25",
        "opens_on": "2026-09-01",
        "closes_on": "2026-09-30",
        "facts": GIFT,
        **other,
    }
    made: dict[str, Any] = done(api("officer").post("/rounds", body))
    return made


def swept(api: Api, session: Session, round_id: str) -> dict[str, Any]:
    """What the job would do, in the test's own transaction."""
    account = rows(api, "SELECT id FROM account WHERE username = 'officer'")[0].id
    at = rows(api, "SELECT now() AS at")[0].at
    actor = load_actor(session, account, at, "test-sweep")
    result = sweep(session, actor, find_round(session, actor, round_id))  # type: ignore[arg-type]
    session.commit()
    return result


def test_a_sweep_says_of_each_member_what_a_single_assessment_says(api: Api, session: Session) -> None:
    of = opened(api)
    job = api("officer").post(f"/rounds/{of['id']}/sweep")
    assert (job.status_code, job.get_json()["state"]) == (202, "queued")
    result = swept(api, session, of["id"])
    assert result["members"] == result["eligible"] == result["changed"] == 10
    lines = done(api("officer").get(f"/rounds/{of['id']}/candidates?limit=200"))["items"]
    assert len(lines) == 10
    for line in lines:
        answer = done(
            api("officer").post(
                "/programmes/holiday_visit/assessments",
                {"on": "2026-09-25", "member_id": line["member_id"], "facts": GIFT},
            )
        )
        by_outcome = {
            name: [each["code"] for each in answer["findings"] if each["outcome"] == name]
            for name in ("unmet", "unknown", "not_applicable")
        }
        assert {name: line[name] for name in by_outcome} == by_outcome
        assert line["outcome"] == answer["outcome"]
        assert line["amount_max"] == answer["entitlement"]["amount_max"]


def test_a_second_sweep_refreshes_only_what_changed_and_explains_it(api: Api, session: Session) -> None:
    of = opened(api)
    swept(api, session, of["id"])
    member = done(api("officer").get("/members?limit=1"))["items"][0]
    changed = api("officer").patch(
        f"/members/{member['id']}",
        {"state": "retained"},
        if_match=api("officer").get(f"/members/{member['id']}").headers["ETag"],
    )
    assert changed.status_code == 200, changed.get_json()
    again = swept(api, session, of["id"])
    assert (again["members"], again["changed"], again["ineligible"]) == (10, 1, 1)
    refused = done(api("officer").get(f"/rounds/{of['id']}/candidates?outcome=ineligible"))["items"]
    assert [(line["member_id"], line["unmet"]) for line in refused] == [(member["id"], ["in_service"])]
    by_criterion = done(api("officer").get(f"/rounds/{of['id']}/candidates?criterion=in_service"))["items"]
    assert [line["member_id"] for line in by_criterion] == [member["id"]]
    page = done(api("officer").get(f"/rounds/{of['id']}/candidates/{member['id']}"))
    unmet = [each for each in page["assessment"]["findings"] if each["outcome"] == "unmet"]
    assert [each["code"] for each in unmet] == page["unmet"] == ["in_service"]
    assert unmet[0]["clause"]


def test_a_unit_below_sees_the_round_and_its_own_members_only(api: Api, session: Session) -> None:
    of = opened(api)
    swept(api, session, of["id"])
    assert api("officer2").get(f"/rounds/{of['id']}").status_code == 200
    lines = done(api("officer2").get(f"/rounds/{of['id']}/candidates?limit=200"))["items"]
    assert {line["unit_code"] for line in lines} == {"AH-D01"}
    theirs = next(
        line["member_id"]
        for line in done(api("officer").get(f"/rounds/{of['id']}/candidates?limit=200"))["items"]
        if line["unit_code"] == "AH-D02"
    )
    assert api("officer2").get(f"/rounds/{of['id']}/candidates/{theirs}").status_code == 404
    assert api("officer2").post(f"/rounds/{of['id']}/sweep").status_code == 403


def test_what_each_member_has_of_their_own_cannot_be_laid_down_for_all(api: Api) -> None:
    body = {
        "unit_code": "AH",
        "programme": "holiday_visit",
        "title": "x",
        "event_on": "2017-01-01",
        "opens_on": "2026-09-30",
        "closes_on": "2026-09-01",
    }
    refused = api("officer").post("/rounds", {**body, "facts": GIFT})
    assert refused.get_json()["errors"][0]["code"] == "days_out_of_order"
    in_order = {**body, "opens_on": "2016-12-01", "closes_on": "2017-01-01"}
    assert api("officer").post("/rounds", {**in_order, "facts": GIFT}).get_json()["errors"][0]["code"] == (
        "no_policy_in_force"
    )
    own = {**in_order, "event_on": "2026-09-25", "facts": {**GIFT, "in_service": True}}
    assert api("officer").post("/rounds", own).get_json()["errors"][0]["code"] == "fact_of_each_member"
