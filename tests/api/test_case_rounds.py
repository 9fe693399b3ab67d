"""Single cases filed in a round: the round's day and facts hold, and a member has one live case in it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.test_rounds import GIFT, opened
from tests.driver import Api
from tests.story import colleague, done, filing, member_id

OPEN = {"opens_on": "2026-01-01", "closes_on": "2099-12-31"}
ABSENT = "0190a3f0-0000-7000-8000-000000000000"


def body(api: Api, round_id: str, member: str = "D01-001", **other: Any) -> dict[str, Any]:
    about = {"programme": "holiday_visit", "on": "2026-09-25", "facts": {}, "round_id": round_id}
    return filing(api, member, "100.00", **{**about, **other})


def faults(api: Api, sent: dict[str, Any], by: str = "officer") -> list[tuple[str, str]]:
    answer = api(by).post("/applications", sent)
    assert answer.status_code == 422, answer.get_json()
    return [(each["pointer"], each["code"]) for each in answer.get_json()["errors"]]


def test_the_facts_of_the_round_are_the_cases_and_its_own_are_added(api: Api) -> None:
    of = opened(api, **OPEN)["id"]
    case = done(api("officer").post("/applications", body(api, of, facts={"granted_this_year": "5.00"})))
    assert (case["round_id"], case["facts"]) == (of, {**GIFT, "granted_this_year": "5.00"})
    done(api("officer").act(f"/applications/{case['id']}", "submit"))


def test_what_is_not_the_rounds_is_refused_all_at_once(api: Api) -> None:
    of = opened(api, **OPEN)["id"]
    other = body(api, of, on="2026-09-26", facts={"form": "cash", "occasion": "spring_festival"})
    wanted = [(f"/{place}", "differs_from_round") for place in ("facts/form", "facts/occasion", "on")]
    assert sorted(faults(api, other)) == wanted
    case = done(api("officer").post("/applications", body(api, of)))
    path = f"/applications/{case['id']}"
    tag = api("officer").get(path).headers["ETag"]
    moved = api("officer").patch(path, {"on": "2026-09-26"}, if_match=tag)
    assert moved.get_json()["errors"][0]["code"] == "differs_from_round"
    kept = done(api("officer").patch(path, {"facts": {}, "amount": "90.00"}, if_match=tag))
    assert (kept["facts"], kept["amount"]) == (GIFT, "90.00")


def test_a_round_that_is_not_open_today_takes_nothing(api: Api) -> None:
    over = opened(api, opens_on="2026-01-01", closes_on="2026-01-31")["id"]
    ahead = opened(api, opens_on="2099-01-01", closes_on="2099-01-31")["id"]
    for each in (over, ahead):
        assert faults(api, body(api, each)) == [("/round_id", "round_closed")]


@pytest.mark.parametrize("why", ["absent", "another programme", "another unit"])
def test_a_round_for_others_looks_like_none(api: Api, why: str) -> None:
    of = {
        "absent": ABSENT,
        "another programme": opened(api, programme="summer_relief", facts={"kind": "relief_goods"}, **OPEN)["id"],
        "another unit": opened(api, unit_code="AH-D02", **OPEN)["id"],
    }[why]
    assert faults(api, body(api, of)) == [("/round_id", "round_unknown")]


def test_another_unions_round_cannot_be_told_from_none(api: Api) -> None:
    colleague(api, "officer-d02", "officer", unit="AH-D02", person=601)
    of = opened(api, unit_code="AH-D01", **OPEN)["id"]
    assert faults(api, body(api, of, "D02-001"), by="officer-d02") == [("/round_id", "round_unknown")]


def test_a_member_has_one_live_case_in_a_round(api: Api) -> None:
    of = opened(api, **OPEN)["id"]
    case = done(api("officer").post("/applications", body(api, of)))
    again = api("officer").post("/applications", body(api, of))
    assert (again.status_code, again.get_json()["code"]) == (409, "already_exists")
    done(api("officer").post("/applications", body(api, of, "D01-002")))
    done(api("officer").act(f"/applications/{case['id']}", "withdraw", {"reason": "重报"}))
    assert done(api("officer").post("/applications", body(api, of)))["member_id"] == member_id(api, "D01-001")
