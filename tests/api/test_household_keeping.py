"""Keeping files: the paper copy, the move with the head, ten years of retention and the end of it."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import text

from tests.api.test_household_reviews import review
from tests.api.test_household_visits import codes
from tests.conftest import At
from tests.driver import Api
from tests.families import HEAD, number_of, seated
from tests.file_life import FACTS, exited, income, opened_file, second_reviewer, visit
from tests.story import books, colleague, done, member_id, rows

EXIT = date(2022, 6, 30)


def act(api: Api, who: str, path: str, name: str, body: dict[str, Any] | None = None) -> Any:
    return api(who).post(f"{path}/{name}", body or {}, if_match=api(who).get(path).headers["ETag"])


# statement 29, second half
def test_a_change_opens_a_paper_task_that_is_ticked_off(api: Api, at: At) -> None:
    then = at(date(2022, 3, 1))
    path = opened_file(then, date(2022, 1, 5))
    done(visit(then, path, date(2022, 3, 1)))
    done(income(then, path, date(2022, 2, 1), "1000.00"))  # the same task covers it
    (task,) = done(then("auditor").get(f"{path}/paper-tasks"))["items"]
    # 30 working days after 1 March 2022: Qingming (3 to 5 April) is off, Saturday 2 April is worked.
    assert (task["changed"], task["changed_on"], task["due_on"]) == ("visit", "2022-03-01", "2022-04-13")
    assert codes(act(then, "officer", path, "paper-done", {"done_on": "2022-03-02"})) == [("/done_on", "day_outside")]
    later = at(date(2022, 3, 9))
    assert done(act(later, "officer", path, "paper-done", {"done_on": "2022-03-08"}))["done_on"] == "2022-03-08"
    again = act(later, "officer", path, "paper-done", {"done_on": "2022-03-08"})
    assert (again.status_code, again.get_json()["params"]["state"]) == (409, "in_step")
    tag = later("officer").get(path).headers["ETag"]
    done(later("officer").patch(path, {"main_cause": "6"}, if_match=tag))
    assert len(done(later("officer").get(f"{path}/paper-tasks"))["items"]) == 2


def closed_file(api: Api, at: At) -> str:
    """A file with secrets in it, closed on 30 June 2022."""
    then = at(EXIT)
    second_reviewer(then)
    path = opened_file(then, date(2021, 3, 1), details=HEAD)
    seated(then, path)
    done(visit(then, path, EXIT))
    done(review(then, path, FACTS, EXIT))
    exited(at, path, EXIT)
    return path


# G40
def test_a_closed_file_is_kept_ten_years_then_destroyed_by_two(api: Api, at: At) -> None:
    path = closed_file(api, at)
    asked = {"reason": "保存期满"}
    early = at(date(2031, 1, 1))
    refused = act(early, "officer", path, "destruction", asked)
    assert (refused.status_code, refused.get_json()["code"]) == (409, "retention_runs")
    assert refused.get_json()["params"]["until"] == "2032-06-30"
    eve = at(date(2032, 6, 29))
    assert act(eve, "officer", path, "destruction", asked).get_json()["code"] == "retention_runs"

    over = at(date(2032, 6, 30))
    assert act(over, "reviewer", path, "destruction/approve").status_code == 404
    done(act(over, "officer", path, "destruction", asked))
    assert act(over, "officer", path, "destruction", asked).get_json()["params"]["state"] == "proposed"
    done(act(over, "reviewer", path, "hold", {"reason": "诉讼未结"}))
    held = act(over, "reviewer", path, "destruction/approve")
    assert (held.status_code, held.get_json()["params"]["state"]) == (409, "held")
    done(act(over, "reviewer", path, "hold", {"reason": None}))
    before = rows(over, "SELECT count(*) AS n FROM record_entry")[0].n
    done(act(over, "reviewer", path, "destruction/approve"))

    shown = done(over("officer").get(path))
    assert (shown["state"], shown["hardship_class"], shown["exited_on"]) == ("exited", "deep", "2022-06-30")
    assert (shown["details"], shown["members"]) == ({}, [])
    assert done(over("officer").get(f"{path}/visits"))["items"][0]["found"] is None
    (review_id,) = [each["id"] for each in done(over("officer").get(f"{path}/reviews"))["items"]]
    assert done(over("officer").get(f"{path}/reviews/{review_id}"))["assessment"] is None
    (row,) = rows(over, "SELECT key_wrapped, destroyed_at FROM household WHERE id = :id", id=path.rpartition("/")[2])
    assert row.key_wrapped is None
    assert row.destroyed_at is not None
    assert rows(over, "SELECT count(*) AS n FROM record_entry")[0].n > before  # the record stays, and says so
    assert act(over, "reviewer", path, "destruction/approve").get_json()["params"]["state"] == "destroyed"
    assert act(over, "officer", path, "destruction", asked).status_code == 409


def test_the_one_who_proposed_the_destruction_does_not_approve_it(api: Api, at: At) -> None:
    path = closed_file(api, at)
    over = at(date(2033, 1, 4))
    colleague(over, "both", "officer", person=621)
    (account,) = done(over("admin").get("/accounts?username=both"))["items"]
    done(
        over("admin").post(
            f"/accounts/{account['id']}/grants", {"role": "reviewer", "unit_code": "AH", "valid_from": "2020-01-01"}
        )
    )
    done(act(over, "both", path, "destruction", {"reason": "保存期满"}))
    refused = act(over, "both", path, "destruction/approve")
    assert (refused.status_code, refused.get_json()["code"]) == (403, "duty_conflict")
    assert act(over, "officer", path, "destruction/approve").status_code == 403
    done(act(over, "reviewer", path, "destruction/approve"))


def test_an_open_file_has_no_end_of_retention(api: Api, at: At) -> None:
    path = opened_file(at(EXIT), date(2021, 3, 1))
    refused = act(api, "officer", path, "destruction", {"reason": "x"})
    assert (refused.status_code, refused.get_json()["params"]["state"]) == (409, "active")


def joined(api: Api, unit: str, staff_number: str = "D01-001") -> str:
    """The id of the member's new membership in another unit, which they joined after leaving the old one."""
    number = number_of(api, staff_number)
    (old,) = rows(api, "SELECT id FROM membership WHERE staff_number = :s", s=staff_number)
    tag = api("officer").get(f"/members/{old.id}").headers["ETag"]
    done(api("officer").patch(f"/members/{old.id}", {"state": "left"}, if_match=tag))
    body = {"unit_code": unit, "name": "王建国", "id_number": number, "employment_type": "established"}
    return str(done(api("officer").post("/members", body))["id"])


# domain §2.3: 件随人走
def test_the_file_goes_with_its_head_to_another_unit(api: Api, at: At) -> None:
    then = at(date(2022, 11, 21))
    colleague(then, "officer-d02", "officer", unit="AH-D02", person=601)
    path = opened_file(then, date(2022, 1, 5), details=HEAD)
    seated(then, path)
    done(visit(then, path, date(2022, 11, 1)))
    number = done(then("officer").get(path))["number"]
    assert then("officer-d02").get(path).status_code == 404
    body = {"member_id": member_id(then, "D02-001"), "reason": "调动"}  # another person
    assert codes(act(then, "officer", path, "transfer", body)) == [("/member_id", "member_unknown")]

    body["member_id"] = joined(then, "AH-D02")
    moved = done(act(then, "officer", path, "transfer", body))
    assert (moved["unit_code"], moved["member_id"], moved["number"]) == ("AH-D02", body["member_id"], number)
    shown = done(then("officer-d02").get(path))
    assert (shown["state"], len(shown["members"])) == ("active", 1)
    assert done(then("officer-d02").get(f"{path}/visits"))["items"][0]["found"]
    assert done(then("officer-d02").post(f"{path}/incomes", {
        "month": "2022-10-01", "income": "1.00", "persons": 2
    }, if_match=then("officer-d02").get(path).headers["ETag"]))  # fmt: skip
    # The unit that it left sees where it went, and nothing else of it.
    assert then("officer2").get(path).status_code == 404
    (line,) = done(then("officer2").get(f"{path}/transfers"))["items"]
    assert line["moved_on"] == "2022-11-21"
    units = {row.unit_id for table in ("household_member", "household_visit") for row in rows(
        then, f"SELECT unit_id FROM {table} WHERE household_id = :id", id=path.rpartition("/")[2])}  # fmt: skip
    assert len(units) == 1
    other = rows(then, "SELECT id FROM unit WHERE code = 'AH-D02'")[0].id
    assert units == {other}


def test_a_file_stays_while_its_head_does(api: Api, at: At) -> None:
    then = at(date(2022, 11, 21))
    path = opened_file(then, date(2022, 1, 5))
    member = joined(then, "AH-D02")
    with books(then) as session:
        session.execute(text("UPDATE membership SET state = 'active' WHERE staff_number = 'D01-001'"))
    refused = act(then, "officer", path, "transfer", {"member_id": member, "reason": "调动"})
    assert (refused.status_code, refused.get_json()["params"]["state"]) == (409, "member_still_here")
    below = then("officer2").act(path, "transfer", {"member_id": member, "reason": "调动"})
    assert below.status_code == 422  # another unit's membership looks like none
