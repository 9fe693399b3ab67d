"""公示: a case waits for full working days in public, an objection holds it, and names are masked."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from benefits.registry.official_calendar import calendar
from tests.conftest import At
from tests.driver import Api
from tests.story import books, colleague, done, new_fund, notice_days, submitted


def posted_on(api: Api, at: At, day: date, days: int, member: str = "D01-001") -> tuple[str, str]:
    """The paths of a case put on notice that day, and of its notice."""
    notice_days(api, days)
    then = at(day, 10)
    path = submitted(then, member, on="2026-03-01")
    assert done(then("reviewer").act(path, "endorse"))["state"] == "on_notice"
    items = done(then("officer").get("/notices"))["items"]
    (notice,) = [each for each in items if each["application_id"] == path.rpartition("/")[2]]
    return path, f"/notices/{notice['id']}"


# The day it is put up does not count; five full working days do, and the union's calendar says which those are.
@pytest.mark.parametrize(
    ("posted", "days", "first_day"),
    [
        (date(2026, 11, 2), 5, date(2026, 11, 10)),  # Monday; a weekend between
        (date(2026, 11, 6), 5, date(2026, 11, 14)),  # Friday
        (date(2026, 9, 29), 3, date(2026, 10, 10)),  # before the National Day holidays
        (date(2026, 11, 2), 1, date(2026, 11, 4)),
    ],
)
def test_it_is_approved_after_full_working_days(api: Api, at: At, posted: date, days: int, first_day: date) -> None:
    fund = new_fund(api)
    path, notice = posted_on(api, at, posted, days)
    shown = done(at(posted, 11)("officer").get(notice))
    assert shown["working_days"] == days
    counted, day = 0, posted
    with books(api) as session:
        official = calendar(session)
        while counted < days:
            day += timedelta(days=1)
            counted += official.working_days_after(day - timedelta(days=1), 1) == day
    assert shown["complete_on"] == (day + timedelta(days=1)).isoformat() == first_day.isoformat()

    too_early = at(day, 23)("reviewer").act(path, "approve", {"fund_id": fund})
    assert (too_early.status_code, too_early.get_json()["code"]) == (409, "state_forbids")
    assert too_early.get_json()["params"]["state"] == "notice_running"
    then = at(day + timedelta(days=1), 0)
    assert done(then("reviewer").act(path, "approve", {"fund_id": fund}))["state"] == "approved"
    assert done(then("officer").get(notice))["closed_at"] is not None


def test_without_the_notice_there_is_no_approval(api: Api, at: At) -> None:
    notice_days(api, 5)
    path = submitted(api)
    answer = api("reviewer").act(path, "approve", {"fund_id": new_fund(api)})
    assert (answer.status_code, answer.get_json()["code"]) == (409, "state_forbids")


def test_an_open_objection_holds_and_its_answer_frees(api: Api, at: At) -> None:
    fund = new_fund(api)
    path, notice = posted_on(api, at, date(2026, 11, 2), 1)
    objected = done(at(date(2026, 11, 3), 9)("officer").act(notice, "objections", {"reason": "收入不实"}))
    later = at(date(2026, 11, 9), 9)
    held = later("reviewer").act(path, "approve", {"fund_id": fund})
    assert (held.status_code, held.get_json()["params"]["state"]) == (409, "objection_open")
    resolve = f"objections/{objected['objections'][0]['id']}/resolve"
    assert later("officer").act(notice, resolve, {"resolution": "查无实据"}).status_code == 403
    shown = done(later("reviewer").act(notice, resolve, {"resolution": "查无实据"}))
    assert shown["objections"][0]["resolution"] == "查无实据"
    again = later("reviewer").act(notice, resolve, {"resolution": "再次"})
    assert (again.status_code, again.get_json()["code"]) == (409, "state_forbids")
    assert done(later("reviewer").act(path, "approve", {"fund_id": fund}))["state"] == "approved"


def test_a_founded_objection_is_followed_by_return_and_a_new_notice(api: Api, at: At) -> None:
    path, notice = posted_on(api, at, date(2026, 11, 2), 1)
    day = at(date(2026, 11, 3), 9)
    done(day("officer").act(notice, "objections", {"reason": "收入不实"}))
    done(day("reviewer").act(path, "return", {"reason": "异议成立"}))
    assert done(day("officer").get(notice))["closed_at"] is not None
    late = day("officer").act(notice, "objections", {"reason": "再来"})
    assert (late.status_code, late.get_json()["code"]) == (409, "state_forbids")
    done(day("officer").act(path, "submit"))
    done(day("reviewer").act(path, "endorse"))
    running = done(day("officer").get("/notices?running=true"))["items"]
    assert [each["posted_on"] for each in running] == ["2026-11-03"]
    assert len(done(day("officer").get("/notices"))["items"]) == 2


def test_two_reviewers_on_notice(api: Api, at: At) -> None:
    colleague(api, "reviewer2", "reviewer", person=601)
    fund = new_fund(api)
    notice_days(api, 1)
    then = at(date(2026, 11, 2), 9)
    path = submitted(then, amount="6000.00", on="2026-03-01")
    done(then("reviewer").act(path, "endorse"))
    then = at(date(2026, 11, 9), 9)
    assert done(then("reviewer").act(path, "approve", {"fund_id": fund}))["state"] == "on_notice"
    assert done(then("reviewer2").act(path, "approve", {"fund_id": fund}))["state"] == "approved"


def test_the_name_is_masked_and_nothing_private_is_shown(api: Api, at: At) -> None:
    _, notice = posted_on(api, at, date(2026, 11, 2), 1, "D02-003")
    shown = done(at(date(2026, 11, 2), 11)("officer").get(notice))
    assert shown["name"] == "孙*"  # the given name is a character beyond the basic plane
    assert set(shown) == {
        *("id", "application_id", "name", "kind", "amount", "posted_on", "working_days", "complete_on"),
        *("closed_at", "objections"),
    }


def test_beyond_the_official_calendar_nothing_is_counted(api: Api, at: At) -> None:
    notice_days(api, 20)
    then = at(date(2026, 12, 20), 9)
    path = submitted(then, on="2026-03-01")
    answer = then("reviewer").act(path, "endorse")
    assert (answer.status_code, answer.get_json()["params"]["state"]) == (409, "calendar_missing")
    assert done(then("officer").get(path))["state"] == "submitted"
