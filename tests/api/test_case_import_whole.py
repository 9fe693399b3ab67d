"""A sheet of cases is filed as a whole or not at all, once however often it comes, and its cases are like others."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from sqlalchemy.orm import Session

from benefits.casework.filing import case_import
from benefits.jobs.work import Work
from benefits.jobs.worker import work_once
from config.settings import Settings
from tests.case_sheet import HEADER, cases, living, number_of, sent, sheet, told
from tests.driver import Api
from tests.story import approved, done, new_fund, rows
from tools.provision import Provisioned
from tools.worker import HANDLERS, shop


@pytest.fixture
def numbers(committed_api: Api) -> Callable[[str], str]:
    """Identity numbers of the demonstration's members by staff number."""
    return partial(number_of, committed_api)


def test_a_worker_that_dies_files_none_and_another_files_all(
    committed_api: Api, numbers: Callable[[str], str], worker: Callable[[], bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    content = sheet(HEADER, living(numbers("D01-001")), living(numbers("D01-002")))
    sent(committed_api, content)

    def die(_work: Work, _session: Session, _result: dict[str, Any]) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Work, "finish", die)
        with pytest.raises(KeyboardInterrupt):
            worker()
    assert cases(committed_api) == []
    sent(committed_api, content)
    assert worker()
    assert len(cases(committed_api)) == 2


def test_the_same_sheet_sent_twice_at_once_files_each_row_once(
    committed_api: Api, numbers: Callable[[str], str], committed: Provisioned, settings: Settings
) -> None:
    people = ("D01-001", "D01-002", "D01-003")
    forth = sheet(HEADER, *(living(numbers(each)) for each in people))
    back = sheet(HEADER, *(living(numbers(each)) for each in reversed(people)))
    paths = [sent(committed_api, forth), sent(committed_api, back)]
    shops = [shop(replace(settings, database_url=committed.app_url), threading.Event()) for _ in paths]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda each: work_once(each, HANDLERS), shops))
    for each in shops:
        each.engine.dispose()
    assert [told(committed_api, path)[0]["state"] for path in paths] == ["done", "done"]
    assert len(cases(committed_api)) == 3


def test_too_many_rows_are_refused(
    committed_api: Api, worker: Callable[[], bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(case_import, "MOST_ROWS", 1)
    path = sent(committed_api, sheet(HEADER, living("1"), living("2")))
    assert worker()
    failed = done(committed_api("officer").get(path))
    assert (failed["state"], failed["result"]["code"]) == ("failed", "too_many_rows")


def test_a_case_from_a_sheet_goes_the_way_of_every_other(
    committed_api: Api, numbers: Callable[[str], str], worker: Callable[[], bool]
) -> None:
    api = committed_api
    sent(api, sheet(HEADER, living(numbers("D01-001"), hand_in="是")))
    assert worker()
    (case,) = cases(api)
    trail = done(api("officer").get(f"/applications/{case['id']}/trail"))["items"]
    assert [each["act"] for each in trail] == ["file", "submit"]
    fund = new_fund(api)
    assert done(api("reviewer").act(f"/applications/{case['id']}", "approve", {"fund_id": fund}))["state"] == "approved"
    assert approved(api, fund, "D01-002")
    secret = numbers("D01-001")
    assert rows(api, "SELECT 1 FROM record_entry WHERE body::text LIKE :s", s=f"%{secret}%") == []
