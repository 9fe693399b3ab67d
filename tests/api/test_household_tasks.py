"""The work list: what is due when, worked out from the rows; statements 12, 29, 30 as an officer meets them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import text

from tests.api.test_household_keeping import EXIT, act, closed_file
from tests.api.test_household_reviews import confirm, review
from tests.conftest import At
from tests.driver import Api
from tests.file_life import FACTS, cause_removed, incomes, opened_file, visit
from tests.story import books, colleague, done, member_id

OPENED = date(2022, 1, 5)
ABOVE = "2400.03"


def tasks(api: Api, by: str = "officer", **query: str) -> list[dict[str, Any]]:
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    found: list[dict[str, Any]] = done(api(by).get(f"/households/tasks?{asked}"))["items"]
    return found


def due(api: Api, kind: str, **query: str) -> list[tuple[str, bool]]:
    return [(each["due_on"], each["overdue"]) for each in tasks(api, kind=kind, **query)]


# statement 29, first half
def test_a_file_without_a_review_this_year_is_overdue_after_31_december(api: Api, at: At) -> None:
    path = opened_file(at(date(2022, 12, 31)), OPENED)
    assert due(at(date(2022, 12, 31)), "review") == [("2022-12-31", False)]
    assert due(at(date(2023, 1, 1)), "review") == [("2022-12-31", True)]
    then = at(date(2022, 11, 21))
    made = done(review(then, path, FACTS))
    assert due(then, "review") == [("2022-12-31", False)]  # filed, not confirmed
    done(confirm(then, path, made["id"]))
    assert due(then, "review") == []
    assert due(at(date(2023, 1, 1)), "review") == [("2023-12-31", False)]


def test_a_visit_is_due_every_half_year(api: Api, at: At) -> None:
    path = opened_file(at(OPENED), OPENED)
    assert due(at(date(2022, 7, 4)), "visit") == []
    assert due(at(date(2022, 7, 4)), "visit", due_before="2022-08-01") == [("2022-07-05", False)]
    assert due(at(date(2022, 7, 5)), "visit") == [("2022-07-05", False)]
    then = at(date(2022, 8, 31))
    assert due(then, "visit") == [("2022-07-05", True)]
    done(visit(then, path, date(2022, 8, 31)))
    assert due(then, "visit") == []
    assert due(at(date(2023, 3, 1)), "visit") == [("2023-02-28", True)]


# statement 29, second half
def test_a_paper_file_is_behind_after_thirty_working_days(api: Api, at: At) -> None:
    then = at(date(2022, 3, 1))
    path = opened_file(then, OPENED)
    done(visit(then, path, date(2022, 3, 1)))
    assert due(at(date(2022, 4, 13)), "paper") == [("2022-04-13", False)]
    behind = at(date(2022, 4, 14))
    assert due(behind, "paper") == [("2022-04-13", True)]
    done(act(behind, "officer", path, "paper-done", {"done_on": "2022-04-14"}))
    assert due(behind, "paper") == []


# statement 30, G17
def test_an_exit_is_listed_when_it_would_be_accepted(api: Api, at: At) -> None:
    then = at(date(2022, 7, 4))
    path = opened_file(then, OPENED)
    incomes(then, path, date(2022, 1, 1), [ABOVE] * 5)
    cause_removed(then, path, date(2022, 5, 1))
    assert due(then, "exit_possible") == []
    incomes(then, path, date(2022, 6, 1), [ABOVE])
    assert due(then, "exit_possible") == [("2022-07-01", True)]
    assert due(at(date(2022, 9, 30)), "exit_possible") == [("2022-07-01", True)]
    assert due(at(date(2022, 10, 1)), "exit_possible") == []  # the months are too old
    done(at(date(2022, 7, 4))("officer").act(path, "exits", {"reason": "out_of_hardship"}))
    assert due(at(date(2022, 7, 4)), "exit_possible") == []


@pytest.mark.parametrize(("amount", "listed"), [("2400.00", 0), ("2400.01", 1)])
def test_the_list_and_the_act_agree_on_the_line(api: Api, at: At, amount: str, listed: int) -> None:
    then = at(date(2022, 7, 4))
    path = opened_file(then, OPENED)
    rows = incomes(then, path, date(2022, 1, 1), [ABOVE] * 5 + ["2000.00"])
    cause_removed(then, path, date(2022, 5, 1))
    body = {"month": "2022-06-01", "income": amount, "persons": 3, "replaces_id": rows[-1]}
    done(then("officer").act(path, "incomes", body))
    assert len(due(then, "exit_possible")) == listed
    answer = then("officer").act(path, "exits", {"reason": "out_of_hardship"})
    assert answer.status_code == (201 if listed else 409)


def test_a_closed_file_is_followed_up_for_six_months(api: Api, at: At) -> None:
    path = closed_file(api, at)
    with books(api) as session:  # closed for another reason than death
        session.execute(text("UPDATE household_exit SET reason = 'refused_verification'"))
    assert due(at(EXIT), "follow_up") == []
    assert due(at(date(2022, 9, 30)), "follow_up") == [("2022-09-30", False)]
    then = at(date(2022, 10, 10))
    assert due(then, "follow_up") == [("2022-09-30", True)]
    done(visit(then, path, date(2022, 10, 10), "follow_up"))
    assert due(then, "follow_up", due_before="2024-01-01") == [("2022-12-30", False)]
    later = at(date(2023, 1, 4))
    done(visit(later, path, date(2023, 1, 4), "follow_up"))
    assert due(later, "follow_up", due_before="2024-01-01") == []


# statement 12: a task, never an expulsion
def test_six_full_months_without_dues_are_a_task_for_the_unit(api: Api, at: At) -> None:
    with books(api) as session:
        paid = "UPDATE membership SET dues_paid_through = '2022-05-31' WHERE staff_number = 'D01-001'"
        session.execute(text(paid))
    assert due(at(date(2022, 11, 30)), "dues_unpaid") == []
    then = at(date(2022, 12, 1))
    (task,) = tasks(then, kind="dues_unpaid")
    assert (task["member_id"], task["household_id"], task["unit_code"]) == (member_id(then, "D01-001"), None, "AH-D01")
    assert (task["due_on"], "lapsed" in task["title"]) == ("2022-12-01", True)
    chinese = then("officer", language="zh-CN").get("/households/tasks?kind=dues_unpaid").get_json()["items"]
    assert "可能自动退会" in chinese[0]["title"]
    assert done(then("officer").get(f"/members/{task['member_id']}"))["state"] == "active"
    assert tasks(then, "officer2", kind="dues_unpaid") == [task]
    colleague(then, "officer-d02", "officer", unit="AH-D02", person=601)
    assert tasks(then, "officer-d02", kind="dues_unpaid") == []


def test_the_list_goes_by_day_in_pages_and_by_unit(api: Api, at: At) -> None:
    then = at(date(2023, 3, 1))
    for member in ("D01-001", "D01-002", "D02-001"):
        opened_file(then, OPENED, member)
    with books(api) as session:
        session.execute(text("UPDATE membership SET dues_paid_through = '2022-01-31' WHERE staff_number = 'D02-002'"))
    whole = tasks(then)
    assert [each["kind"] for each in whole] == (["visit"] * 3 + ["dues_unpaid"] + ["review"] * 3 + ["incomplete"] * 3)
    gathered: list[dict[str, Any]] = []
    after = ""
    while True:
        answer = done(then("auditor").get(f"/households/tasks?limit=3{after}"))
        gathered += answer["items"]
        if answer["next"] is None:
            break
        after = f"&after={answer['next']}"
    assert gathered == whole
    assert {each["unit_code"] for each in tasks(then, unit="AH-D02")} == {"AH-D02"}
    assert [each["kind"] for each in tasks(then, due_before="2022-09-01")] == ["visit"] * 3 + ["dues_unpaid"]
    assert then("finance").get("/households/tasks").status_code == 403
    assert then("officer").get("/households/tasks?kind=tea").status_code == 422
