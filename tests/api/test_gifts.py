"""Gifts of mutual aid: a round finds the model workers, their cases are filed in one go, and each brings a cover."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from benefits.access.actors import load_actor
from benefits.casework.round import find_round
from benefits.casework.sweep import sweep
from tests.clock import today
from tests.driver import Api
from tests.mutual_aid import approve, covers, enrolment, worker
from tests.story import done, new_fund, rows

START = "2026-07-01"


def honoured(api: Api, sequence: int, title: str, level: str, **other: Any) -> str:
    member = worker(api, sequence)
    body = {"title": title, "level": level, "awarded_on": "2015-05-01"}
    made = api("officer").post(f"/members/{member}/honours", body)
    honour, tag = (
        f"/members/{member}/honours/{done(made)['id']}",
        api("officer").get(f"/members/{member}").headers["ETag"],
    )
    if other:
        done(api("officer").patch(honour, other, if_match=tag))
    return member


def swept(api: Api, session: Session, plan: str, **other: Any) -> str:
    """An open round of gifts of a plan, swept; its id."""
    body = {
        "unit_code": "AH",
        "programme": "mutual_aid",
        "title": "为劳模赠送互助保障",
        "event_on": START,
        "opens_on": str(today()),
        "closes_on": str(today()),
        "facts": {"act": "gift", "plan": plan, "term_start_on": START, **other},
    }
    round_id = str(done(api("officer").post("/rounds", body))["id"])
    account = rows(api, "SELECT id FROM account WHERE username = 'officer'")[0].id
    actor = load_actor(session, account, rows(api, "SELECT now() AS at")[0].at, "test-sweep")
    assert actor is not None
    sweep(session, actor, find_round(session, actor, round_id))  # type: ignore[arg-type]
    session.commit()
    return round_id


def gifts(api: Api, round_id: str) -> tuple[set[str], dict[str, list[str]]]:
    """Whose gifts were filed, and who was left out for what."""
    found = done(api("officer").post("/mutual-aid/gifts", {"round_id": round_id}))
    return {each["member_id"] for each in found["filed"]}, {s["member_id"]: s["reasons"] for s in found["skipped"]}


def test_model_workers_are_given_the_plans_that_are_theirs(api: Api, session: Session) -> None:
    """Statement 44, G20, G22: a woman of national rank gets both, a man the first; a provincial medal alone none."""
    woman = honoured(api, 302, "全国先进工作者", "national")
    man = honoured(api, 303, "全国五一劳动奖章", "provincial")
    honoured(api, 304, "安徽省五一劳动奖章", "provincial_may_day_medal")
    honoured(api, 306, "安徽省劳动模范", "provincial", revoked_on="2020-01-01")
    assert gifts(api, swept(api, session, "critical_illness")) == ({woman, man}, {})
    assert gifts(api, swept(api, session, "women_illness")) == ({woman}, {})
    fund = new_fund(api, unit="AH")
    for case in done(api("reviewer").get("/applications?state=submitted&programme=mutual_aid"))["items"]:
        approve(api, f"/applications/{case['id']}", fund)
    found = covers(api, payer="gift")
    assert {(each["member_id"], each["plan"]) for each in found} == {
        (woman, "critical_illness"),
        (woman, "women_illness"),
        (man, "critical_illness"),
    }
    assert {each["state"] for each in found} == {"in_force"}  # nothing is due from the unit
    assert all(each["gift_part"] == each["premium"] and each["member_part"] == "0.00" for each in found)


def test_whom_the_unit_enrolled_is_left_out_and_reported(api: Api, session: Session) -> None:
    """§6.1: default skip and report; asked again, nothing is filed twice."""
    enrolled = honoured(api, 302, "全国劳动模范", "national")
    other = honoured(api, 304, "全国劳动模范", "national")
    approve(api, enrolment(api, enrolled, "critical_illness", START, amount="1.00"), new_fund(api))
    round_id = swept(api, session, "critical_illness")
    assert gifts(api, round_id) == ({other}, {enrolled: ["not_already_enrolled"]})
    assert gifts(api, round_id) == (set(), {enrolled: ["not_already_enrolled"]})


def test_what_changed_since_the_sweep_is_reported(api: Api, session: Session) -> None:
    member = honoured(api, 302, "全国劳动模范", "national")
    round_id = swept(api, session, "critical_illness")
    tag = api("officer").get(f"/members/{member}").headers["ETag"]
    done(api("officer").patch(f"/members/{member}", {"state": "retained"}, if_match=tag))
    assert gifts(api, round_id) == (set(), {member: ["in_service"]})


def test_a_gift_is_the_whole_premium_and_only_rounds_of_gifts_are_filed(api: Api, session: Session) -> None:
    member = honoured(api, 302, "全国劳动模范", "national")
    facts = {"act": "gift", "plan": "critical_illness", "term_start_on": START}
    body = {"programme": "mutual_aid", "member_id": member, "on": START, "amount": "10.00", "facts": facts}
    path = f"/applications/{done(api('officer').post('/applications', body))['id']}"
    refused = api("officer").act(path, "submit")
    assert [fault["code"] for fault in refused.get_json()["errors"]] == ["gift_is_whole_premium"]
    enrolments = {"unit_code": "AH", "programme": "mutual_aid", "title": "x", "event_on": START}
    enrolments |= {"opens_on": START, "closes_on": START, "facts": {"act": "enrol", "plan": "medical"}}  # type: ignore[dict-item]
    other = done(api("officer").post("/rounds", enrolments))["id"]
    for wrong, code in ((other, "round_of_gifts_wanted"), ("0" * 8 + "-0000-0000-0000-" + "0" * 12, "round_unknown")):
        answer = api("officer").post("/mutual-aid/gifts", {"round_id": wrong})
        assert [fault["code"] for fault in answer.get_json()["errors"]] == [code]
    assert api("reviewer").post("/mutual-aid/gifts", {"round_id": other}).status_code == 403
