"""The official calendar: a notice is brought in as a file, and what was decided before it stays as it was decided."""

from __future__ import annotations

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import date
from typing import Any

import chinese_calendar
import pytest

from benefits.casework.policy_book import load_shipped
from benefits.registry.official_calendar import OfficialDay, add_days
from tests.api.test_replay import replay
from tests.clock import later
from tests.driver import Api
from tests.mutual_aid import claim, covered, pool
from tests.mutual_aid import worker as insured
from tests.story import account_path, books, done, grant, notice_days, rows, submitted

NOTICE = "国办发明电〔2026〕7号"
OF_2027 = [("2027-01-01", "否", "元旦"), ("2027-01-02", "是", "元旦"), ("2027-02-06", "否", "春节")]


def brought(api: Api, worker: Callable[[], bool], *days: tuple[str, str, str], who: str = "admin") -> dict[str, Any]:
    """What an import of these days came to, with the codes of its findings."""
    lines = ["日期,上班,名称,依据", *(",".join((*day, NOTICE)) for day in days)]
    form = {"kind": "calendar", "mode": "apply", "file": (io.BytesIO("\n".join(lines).encode()), "calendar.csv")}
    answer = api(who).post("/imports", data=form)
    assert answer.status_code == 202, answer.get_json()
    assert worker()
    path = f"/imports/{answer.get_json()['id']}"
    shown: dict[str, Any] = done(api(who).get(path))
    return {**shown, "codes": [each["code"] for each in done(api(who).get(f"{path}/findings"))["items"]]}


def year(api: Api, of: int) -> dict[str, Any]:
    shown: dict[str, Any] = done(api("officer").get(f"/calendar?year={of}"))
    return shown


def test_a_year_that_is_not_known_is_brought_in_by_its_notice(committed_api: Api, worker: Callable[[], bool]) -> None:
    api = committed_api
    assert year(api, 2027) == {"year": 2027, "known": False, "items": []}
    this_year = done(api("officer").get("/calendar"))
    assert (this_year["year"], this_year["known"], this_year["items"][0]["name"]) == (2026, True, "元旦")
    notice_days(api, 20)
    settings = api.app.config["SETTINGS"]
    case = submitted(api, on="2026-03-01")
    then = later(api, date(2026, 12, 20))
    refused = then("reviewer").act(case, "endorse")
    assert (refused.status_code, refused.get_json()["params"]["state"]) == (409, "calendar_missing")
    assert "administrator" in refused.get_json()["detail"]

    api.app.config["SETTINGS"] = settings
    came = brought(api, worker, *OF_2027)
    assert (came["state"], came["accepted"], came["rejected"]) == ("done", 3, 0)
    shown = year(api, 2027)
    assert shown["known"]
    assert [(each["day"], each["working"], each["edition"], each["source"]) for each in shown["items"]] == [
        (day, working == "是", 2, NOTICE) for day, working, _ in OF_2027
    ]
    then = later(api, date(2026, 12, 20))
    done(then("reviewer").act(case, "endorse"))
    (notice,) = done(then("officer").get("/notices"))["items"]
    assert notice["complete_on"] == "2027-01-16"  # nine days of December, 2 January and ten more


def test_what_was_decided_by_the_calendar_of_its_day_stays(committed_api: Api, worker: Callable[[], bool]) -> None:
    api, officer = committed_api, committed_api("officer")
    member, fund = insured(api, 302), pool(api)
    covered(api, fund, member, "medical", "2022-01-01", "40.00")
    facts = {"plan": "medical", "discharged_on": "2022-01-20", "personal_part": "4000.00"}
    before = claim(api, member, "1.00", "2022-03-08", **facts, filed_on="2022-03-08")
    done(officer.act(before, "submit"))
    late = claim(api, member, "1.00", "2022-03-09", **facts, filed_on="2022-03-09")
    assert officer.act(late, "submit").status_code == 422

    assert brought(api, worker, ("2022-03-08", "否", "更正"))["accepted"] == 1
    assert officer.act(late, "submit").status_code == 200
    deadlines = [
        done(officer.get(f"/mutual-aid/claims/{path.rpartition('/')[2]}"))["filing_deadline"] for path in (before, late)
    ]
    assert deadlines == ["2022-03-08", "2022-03-09"]
    result = replay(api, worker)
    assert (result["assessments"], result["different"]) == (4, 0)


def test_a_notice_that_says_nothing_new_adds_nothing(committed_api: Api, worker: Callable[[], bool]) -> None:
    api = committed_api
    brought(api, worker, *OF_2027)
    editions = "SELECT edition, count(*) AS days FROM calendar_day GROUP BY edition ORDER BY edition"
    before = rows(api, editions)
    assert [row.days for row in before][1:] == [3]
    assert brought(api, worker, *OF_2027)["accepted"] == 3
    with books(api) as session:
        load_shipped(session, {})
    assert rows(api, editions) == before


def test_a_year_that_a_new_library_knows_comes_with_the_program(
    committed_api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(chinese_calendar.constants.holidays, date(2027, 2, 6), "Spring Festival")
    with books(committed_api) as session:
        load_shipped(session, {})
    shown = year(committed_api, 2027)
    assert shown["known"]
    assert [(each["day"], each["working"], each["name"], each["edition"]) for each in shown["items"]] == [
        ("2027-01-01", False, "元旦", 2),
        ("2027-02-06", False, "春节", 2),
    ]


def test_two_notices_at_once_are_two_editions(committed_api: Api) -> None:
    def add(day: date) -> None:
        with books(committed_api) as session:
            add_days(session, [OfficialDay(day, working=False, name=None, source=NOTICE)])

    with ThreadPoolExecutor(1) as pool:
        with books(committed_api) as session:
            add_days(session, [OfficialDay(date(2027, 1, 1), working=False, name=None, source=NOTICE)])
            second = pool.submit(add, date(2027, 2, 6))
            assert not wait([second], timeout=0.5).done  # an edition is whole before the next one begins
        second.result(timeout=30)
    assert [each["edition"] for each in year(committed_api, 2027)["items"]] == [2, 3]


def test_faults_of_a_notice_are_told_by_row(committed_api: Api, worker: Callable[[], bool]) -> None:
    came = brought(
        committed_api,
        worker,
        ("2028-01-02", "否", "元旦"),  # the year comes for the first time, without its 1 January
        ("2026-10-01", "放假", "国庆节"),
        ("2026-10-02", "否", "国庆节"),
        ("2026-10-02", "是", "国庆节"),
    )
    assert came["codes"] == ["year_incomplete", "code_unknown", "duplicate_in_file"]
    assert not year(committed_api, 2028)["known"]


def test_only_the_highest_unit_brings_in_a_notice(committed_api: Api, worker: Callable[[], bool]) -> None:
    api = committed_api
    grant(api, account_path(api, "officer2"), "admin", "AH-D01")
    came = brought(api, worker, *OF_2027, who="officer2")
    assert came["state"] == "failed"
    assert not year(api, 2027)["known"]
