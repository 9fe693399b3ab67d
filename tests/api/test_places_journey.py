"""A place from confirmation to the way home: nobody leaves uninsured, and the books remember who went."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from tests.api.test_rounds import swept
from tests.driver import Api
from tests.leave import (
    BACK,
    BEGINS,
    DRAW,
    FACTS,
    NOTICED,
    OPEN,
    At,
    alone,
    approved,
    opened,
    refused,
    returned,
)
from tests.story import done, filing, new_fund, rows

INSURED = {"insurance_number": "PICC-2026-000123", "health_flags": []}


def test_nobody_leaves_without_approval_insurance_and_health(at: At) -> None:
    """Statements 37 and 38."""
    case, place = alone(at)
    then = at(DRAW, 12)
    assert refused(then("officer").act(place, "confirm", INSURED)) == (409, "submitted")
    approved(at, case, new_fund(then, unit="AH"))
    then = at(NOTICED, 10)
    assert refused(then("officer").act(place, "depart")) == (409, "held")
    assert refused(then("officer").act(place, "confirm", {"health_flags": []})) == (422, "required")
    uninsured = then("officer").act(place, "confirm", {**INSURED, "insurance_number": " "})
    assert refused(uninsured)[0] == 422
    ill = then("officer").act(place, "confirm", {**INSURED, "health_flags": ["hypertension"]})
    assert refused(ill) == (422, "health_unfit")
    assert refused(at(BEGINS + timedelta(days=1), 9)("officer").act(place, "confirm", INSURED)) == (409, "begun")
    shown = done(at(NOTICED, 10)("officer").act(place, "confirm", INSURED))
    assert (shown["state"], shown["health_declared_on"]) == ("confirmed", NOTICED.isoformat())
    assert refused(at(BEGINS - timedelta(days=1), 9)("officer").act(place, "depart")) == (409, "not_begun")
    done(at(BEGINS, 9)("officer").act(place, "depart"))
    taken_back = at(BEGINS, 10)("reviewer").act(case, "return", {"reason": "迟了"})
    assert refused(taken_back) == (409, "departed")


@pytest.mark.parametrize(
    ("days", "ended_on", "code"),
    [
        (5, "2026-11-07", "day_outside_leave"),
        (1, "2026-11-01", "day_outside_leave"),
        (4, "2026-11-04", "out_of_range"),
        (0, "2026-11-04", "out_of_range"),
    ],
)
def test_the_sign_in_sheet_must_fit_the_leave(at: At, days: int, ended_on: str, code: str) -> None:
    case, place = alone(at)
    approved(at, case, new_fund(at(DRAW, 12), unit="AH"))
    done(at(NOTICED, 10)("officer").act(place, "confirm", INSURED))
    done(at(BEGINS, 9)("officer").act(place, "depart"))
    answer = at(BACK, 9)("officer").act(place, "return", {"attended_days": days, "ended_on": ended_on})
    assert refused(answer) == (422, code)


def asked(api: Api, on: str, rule: str, **facts: Any) -> str:
    """What the rules say of the member's next leave, the books asked."""
    member = rows(api, "SELECT id FROM membership WHERE staff_number = 'D01-002'")[0].id
    given = {"days": 5, "out_of_province": False, "health_flags": [], "repeat_rule": rule, **facts}
    body = {"on": on, "member_id": str(member), "facts": given}
    answer = done(api("officer").post("/programmes/convalescence/assessments", body))
    (finding,) = [each for each in answer["findings"] if each["code"] == "repeat_interval"]
    return str(finding["outcome"])


def test_the_books_tell_when_the_last_leave_ended(at: At, api: Api) -> None:
    """G23, statement 36: three years after the end of the last leave with this union, or never again."""
    then = at(OPEN, 8)
    assert asked(then, "2026-12-01", "three_years") == "unknown"
    returned(at, api)  # until 2026-11-06
    then = at(BACK, 10)
    assert asked(then, "2026-11-06", "three_years") == "unknown"  # not before it ended
    for day, rule, outcome in (
        ("2029-11-04", "three_years", "unmet"),
        ("2029-11-06", "three_years", "met"),
        ("2029-11-04", "once", "unmet"),
        ("2029-11-06", "once", "unmet"),
    ):
        assert asked(then, day, rule) == outcome
    case = filing(then, "D01-002", "2300.00", programme="convalescence", on="2029-11-04")
    case["facts"] = {**FACTS, "health_flags": [], "last_leave_ended_on": None}  # what is given cannot unsay the books
    path = f"/applications/{done(then('officer').post('/applications', case))['id']}"
    refusal = then("officer").act(path, "submit").get_json()
    assert [each["code"] for each in refusal["findings"] if each["outcome"] == "unmet"] == ["repeat_interval"]


def test_the_trail_of_the_case_names_every_step_and_the_record_no_insurance_number(at: At, api: Api) -> None:
    case, place, _ = returned(at, api)
    acts = [act["act"] for act in done(at(BACK, 10)("auditor").get(f"{case}/trail"))["items"]]
    assert acts == ["file", "submit", "endorse", "approve", "confirm_place", "depart", "come_back"]
    entries = rows(api, "SELECT body::text AS body FROM record_entry WHERE table_name = 'place'")
    assert entries
    assert not any("PICC-2026-000123" in entry.body for entry in entries)
    assert done(at(BACK, 10)("officer").get(place))["insurance_number"] == "PICC-2026-000123"


def test_a_sweep_knows_of_the_last_leave_as_a_single_question_does(at: At, api: Api, session: Session) -> None:
    returned(at, api)
    of = opened(at(BACK, 10), {}, event_on="2028-05-08", opens_on="2028-04-01", closes_on="2028-04-20")
    swept(api, session, of.rpartition("/")[2])
    member = rows(api, "SELECT id FROM membership WHERE staff_number = 'D01-002'")[0].id
    line = done(at(BACK, 11)("officer").get(f"{of}/candidates/{member}"))
    assert line["unmet"] == ["repeat_interval"]
    told = {each["code"]: each["outcome"] for each in line["assessment"]["findings"]}
    assert (told["repeat_interval"], line["outcome"]) == ("unmet", "ineligible")
