"""The house's own work: queued once a day however many workers ask; cases lapse and files grow old."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from benefits.jobs.daily import keep_daily, queue_daily
from benefits.jobs.work import Shop
from benefits.jobs.worker import work_once
from config.settings import Settings
from tests.clock import machine_now, now
from tests.driver import Api
from tests.story import GIFT, done, filed, rows, submitted
from tools.provision import Provisioned
from tools.worker import DAILY, HANDLERS, shop

ROSTER = "姓名,证件号码,性别,出生日期,单位代码,用工形式,会籍状态\n王芳,1,女,1987-03-15,AH-D01,在编,在职\n".encode()


class Clock:
    """The worker's clock, which can be moved."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return now() + self.ahead


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def serving(committed: Provisioned, settings: Settings, clock: Clock) -> Iterator[Shop]:
    made = replace(shop(replace(settings, database_url=committed.app_url), threading.Event()), now=clock)
    yield made
    made.engine.dispose()


def a_day(serving: Shop) -> None:
    """What a worker does in a day of its clock."""
    queue_daily(serving, DAILY, serving.now().date())
    while work_once(serving, HANDLERS):
        pass


def state(api: Api, path: str) -> str:
    return str(done(api("officer").get(path))["state"])


def test_the_days_work_is_queued_once_however_many_workers_ask(committed_api: Api, serving: Shop) -> None:
    day = date(2026, 11, 22)
    with ThreadPoolExecutor(8) as pool:
        queued = list(pool.map(lambda _: queue_daily(serving, DAILY, day), range(24)))
    assert sum(queued) == len(DAILY)
    assert queue_daily(serving, DAILY, day + timedelta(days=1)) == len(DAILY)
    jobs = rows(committed_api, "SELECT kind, account_id, request_id FROM job ORDER BY kind, id")
    assert [(job.kind, job.account_id) for job in jobs] == [(kind, None) for kind in sorted(DAILY) for _ in "ab"]
    assert committed_api("officer").get(f"/jobs/{rows(committed_api, 'SELECT id FROM job')[0].id}").status_code == 404


def test_a_worker_queues_the_day_as_it_starts_and_stops_when_told(committed_api: Api, serving: Shop) -> None:
    asking = threading.Thread(target=keep_daily, args=(serving, DAILY))
    asking.start()
    for _ in range(500):
        if rows(committed_api, "SELECT 1 FROM job"):
            break
        threading.Event().wait(0.01)
    serving.stop.set()
    asking.join(5)
    assert not asking.is_alive()
    assert len(rows(committed_api, "SELECT 1 FROM job")) == len(DAILY)


def test_what_lies_untouched_for_too_long_lapses_and_its_trail_says_so(
    committed_api: Api, serving: Shop, clock: Clock
) -> None:
    api = committed_api
    draft, returned, handed_in = filed(api, "D01-001"), submitted(api, "D01-002"), submitted(api, "D02-001")
    done(api("reviewer").act(returned, "return", {"reason": "请补充收入证明"}))
    clock.ahead = timedelta(days=179)
    a_day(serving)
    assert [state(api, path) for path in (draft, returned, handed_in)] == ["draft", "returned", "submitted"]
    clock.ahead = timedelta(days=181)
    a_day(serving)
    assert [state(api, path) for path in (draft, returned, handed_in)] == ["lapsed", "lapsed", "submitted"]
    last = done(api("officer").get(f"{draft}/trail"))["items"][-1]
    assert (last["act"], last["from_state"], last["to_state"], last["account_id"]) == ("lapse", "draft", "lapsed", None)
    assert last["note"] == "连续 180 天未办理 / Untouched for 180 days"
    assert api("officer").get(f"{draft}/form.pdf").status_code == 200
    refused = api("officer").act(draft, "submit")
    assert (refused.status_code, refused.get_json()["code"]) == (409, "state_forbids")
    a_day(serving)
    assert len(rows(api, "SELECT 1 FROM act WHERE act = 'lapse'")) == 2


def test_a_draft_of_a_round_lapses_when_the_round_has_closed(committed_api: Api, serving: Shop, clock: Clock) -> None:
    api = committed_api
    today = serving.now().date()
    opened = done(
        api("officer").post(
            "/rounds",
            {
                "unit_code": "AH",
                "programme": "holiday_visit",
                "title": "中秋慰问",
                "event_on": "2026-09-25",
                "opens_on": (today - timedelta(days=2)).isoformat(),
                "closes_on": (today + timedelta(days=2)).isoformat(),
                "facts": GIFT,
            },
        )
    )
    of_round: dict[str, Any] = {"programme": "holiday_visit", "on": "2026-09-25", "facts": GIFT}
    late = filed(api, "D01-001", "200.00", round_id=opened["id"], **of_round)
    in_time = submitted(api, "D01-002", "200.00", round_id=opened["id"], **of_round)
    outside = filed(api, "D01-003", "200.00", **of_round)
    clock.ahead = timedelta(days=1)
    a_day(serving)
    assert state(api, late) == "draft"
    clock.ahead = timedelta(days=4)
    a_day(serving)
    assert [state(api, path) for path in (late, in_time, outside)] == ["lapsed", "submitted", "draft"]


def test_a_lapse_that_dies_on_the_way_is_finished_later(committed_api: Api, serving: Shop, clock: Clock) -> None:
    cases = [filed(committed_api, member) for member in ("D01-001", "D01-002", "D02-001")]
    clock.ahead = timedelta(days=181)
    queue_daily(serving, DAILY, serving.now().date())
    serving.stop.set()  # between the first case and the second
    while work_once(serving, HANDLERS) and rows(committed_api, "SELECT 1 FROM act WHERE act = 'lapse'") == []:
        pass
    assert [state(committed_api, path) for path in cases].count("lapsed") == 1
    serving.stop.clear()
    while work_once(serving, HANDLERS):
        pass
    assert [state(committed_api, path) for path in cases] == ["lapsed"] * 3


def test_files_are_forgotten_by_age_and_what_they_were_stays(committed_api: Api, serving: Shop, clock: Clock) -> None:
    api = committed_api
    form = {"file": (io.BytesIO(ROSTER), "roster.csv"), "kind": "members", "mode": "check"}
    sent = done_or_queued(api("officer").post("/imports", data=form))
    export = done_or_queued(api("auditor").post("/audit/exports", {"format": "csv", "table": "unit"}))
    while work_once(serving, HANDLERS):
        pass
    file = f"/audit/exports/{export['id']}/file"
    assert api("auditor").get(file).status_code == 200
    older(serving, 89)
    a_day(serving)
    assert api("auditor").get(file).status_code == 200
    older(serving, 2)
    clock.ahead = timedelta(days=1)
    a_day(serving)
    assert api("auditor").get(file).status_code == 404
    assert api("officer").get(f"/imports/{sent['id']}/workbook.xlsx").status_code == 404
    assert done(api("officer").get(f"/imports/{sent['id']}"))["rows"] == 1
    assert done(api("officer").get(f"/imports/{sent['id']}/findings"))["items"] != []
    assert done(api("auditor").get(f"/jobs/{export['id']}"))["result"]["sha256"]
    assert rows(api, "SELECT digest FROM import WHERE id = :id", id=sent["id"])[0].digest
    assert len(rows(api, "SELECT 1 FROM record_entry WHERE kind = 'deletion' AND action = 'forget_files'")) == 1


def older(serving: Shop, days: int) -> None:
    """The jobs that ended did so earlier."""
    with serving.engine.begin() as connection:
        connection.exec_driver_sql("SET LOCAL benefits.worker = 'on'")
        connection.exec_driver_sql(f"UPDATE job SET finished_at = finished_at - interval '{days} days'")


def test_no_file_of_the_last_day_can_be_forgotten(committed_api: Api, serving: Shop, clock: Clock) -> None:
    clock.ahead = machine_now() - now()  # which day is the last one the database says
    export = done_or_queued(committed_api("auditor").post("/audit/exports", {"format": "csv", "table": "unit"}))
    while work_once(serving, HANDLERS):
        pass
    with serving.engine.begin() as connection:
        assert connection.scalar(text("SELECT files_forget('2999-01-01')")) == 0
    assert committed_api("auditor").get(f"/audit/exports/{export['id']}/file").status_code == 200


def done_or_queued(answer: Any) -> Any:
    assert answer.status_code == 202, answer.get_json()
    return answer.get_json()
