"""What the domain says of members (statements 5 to 12), as an officer meets it over HTTP."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.clock import today
from tests.dispatched import Dispatched
from tests.driver import Api
from tests.story import LIVING, colleague, done, identity, member_id

GIFT = {"kind": "festival_gift", "occasion": "mid_autumn", "form": "goods"}
AN_ID = "340000198703150027"


def joins(api: Api, number: str, **other: Any) -> Any:
    body = {"unit_code": "AH-D01", "name": "陈小满", "id_number": number, "employment_type": "established", **other}
    return api("officer").post("/members", body)


def changed(api: Api, member: str, **fields: Any) -> str:
    """A member of the demonstration with other fields; the id."""
    path = f"/members/{member_id(api, member)}"
    etag = api("officer").get(path).headers["ETag"]
    return str(done(api("officer").patch(path, fields, if_match=etag))["id"])


def unmet(api: Api, programme: str, member: str, on: str, facts: dict[str, Any]) -> list[str]:
    body = {"on": on, "member_id": member, "facts": facts}
    answer = done(api("officer").post(f"/programmes/{programme}/assessments", body))
    return [each["code"] for each in answer["findings"] if each["outcome"] == "unmet"]


# statement 5
def test_an_identity_number_of_fifteen_digits_is_rejected(api: Api) -> None:
    refused = joins(api, "340000870315002")
    assert refused.status_code == 422
    assert [fault["code"] for fault in refused.get_json()["errors"]] == ["id_retired_15_digits"]


# statement 6
@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("1310000000001711X7", 200),
        ("813400000000000196", 200),
        ("813400000000000195", 422),
        ("8134000000000001I6", 422),
    ],
)
def test_a_credit_code_is_held_against_its_check_sign(api: Api, code: str, status: int) -> None:
    etag = api("admin").get("/units/AH-D01").headers["ETag"]
    assert api("admin").patch("/units/AH-D01", {"credit_code": code}, if_match=etag).status_code == status


# statement 7
def test_an_identity_number_is_a_keyed_hash_and_ciphertext_and_is_shown_masked(api: Api, session: Session) -> None:
    shown = done(joins(api, AN_ID))
    assert shown["id_number"] == "340***********0027"
    kept = session.execute(text("SELECT id_hash, id_cipher FROM person ORDER BY created_at DESC LIMIT 1")).one()
    assert AN_ID.encode() not in bytes(kept.id_hash) + bytes(kept.id_cipher)
    assert len(bytes(kept.id_hash)) == 32
    again = done(api("officer").post("/members/searches", {"id_number": AN_ID.lower()}))
    assert [each["id"] for each in again["items"]] == [shown["id"]]


# statement 8
@pytest.mark.parametrize("kind", ["established", "contract", "off_establishment", "dispatched", "temporary"])
def test_the_type_of_employment_takes_nothing_away(api: Api, kind: str) -> None:
    member = changed(api, "D01-001", employment_type=kind)
    assert unmet(api, "holiday_visit", member, "2026-09-25", GIFT) == []


# statement 9
def test_from_the_day_of_the_new_rule_dues_count_for_collective_welfare(api: Api) -> None:
    member = changed(api, "D01-001", dues_paid_through="2025-07-31")
    assert unmet(api, "holiday_visit", member, "2025-08-20", GIFT) == []
    assert unmet(api, "holiday_visit", member, "2025-08-21", GIFT) == ["dues_paid"]
    left = changed(api, "D01-001", state="left")
    assert "membership_active" in unmet(api, "holiday_visit", left, "2025-08-20", GIFT)


# statement 10
def test_a_dispatched_worker_takes_one_collective_benefit_per_kind_occasion_and_year(api: Api) -> None:
    her = Dispatched(api)
    spring = {"kind": "festival_gift", "form": "goods", "occasion": "spring_festival"}
    her.gets(her.here, spring, "500.00")
    assert unmet(api, "holiday_visit", her.there, "2026-02-17", spring) == ["not_taken_elsewhere"]
    assert unmet(api, "holiday_visit", her.there, "2026-06-19", {**spring, "occasion": "dragon_boat"}) == []
    assert unmet(api, "holiday_visit", her.there, "2025-01-29", spring) == []


# statement 11
def test_a_retained_member_gets_no_collective_benefit_and_may_still_be_visited(api: Api) -> None:
    member = changed(api, "D01-001", state="retained")
    assert unmet(api, "holiday_visit", member, "2026-09-25", GIFT) == ["in_service"]
    visit = {"kind": "visit", "form": "bank_transfer", "union_kind": "county_and_above"}
    assert unmet(api, "holiday_visit", member, "2026-09-25", visit) == []
    assert "in_service" not in unmet(api, "hardship", member, "2026-06-01", LIVING)


# statement 12: the members of whom the task tells (tests/api/test_household_tasks.py); nobody is expelled
def test_members_whose_dues_are_months_behind_are_listed_and_stay_members(api: Api) -> None:
    behind = [today().year * 12 + today().month - 1 - months for months in (7, 6)]
    ends = [date(months // 12, months % 12 + 1, 28).isoformat() for months in behind]
    late, just = changed(api, "D01-001", dues_paid_through=ends[0]), changed(api, "D01-002", dues_paid_through=ends[1])
    changed(api, "D01-003", dues_paid_through=ends[0], state="retained")
    listed = done(api("officer").get("/members?dues_behind_months=6"))["items"]
    assert [each["id"] for each in listed] == [late]
    assert {each["id"] for each in done(api("officer").get("/members?dues_behind_months=5"))["items"]} == {late, just}
    assert done(api("officer").get(f"/members/{late}"))["membership_active"] is True
    colleague(api, "officer-d02", "officer", unit="AH-D02", person=601)
    assert done(api("officer-d02").get("/members?dues_behind_months=6"))["items"] == []
    assert api("officer").get("/members?dues_behind_months=0").status_code == 422
    assert identity(1) not in api("officer").get("/members").get_data(as_text=True)
