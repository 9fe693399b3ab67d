"""Full checks over HTTP: who may ask, what they bring, what they are told."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

import pytest

from benefits.jobs.work import Shop
from benefits.jobs.worker import work_once
from config.settings import Settings
from tests.conftest import as_superuser
from tests.driver import Api
from tests.evidence import signed
from tests.packages import Signer
from tests.sealed import SEED
from tests.story import colleague, rows
from tools import worker as tool
from tools.provision import Provisioned


@pytest.fixture
def shop(settings: Settings, committed: Provisioned) -> Iterator[Shop]:
    """What a worker works with that tells the time as the record does."""
    made = tool.shop(replace(settings, database_url=committed.app_url, clock_offset_s=0), threading.Event())
    yield made
    made.engine.dispose()


@pytest.fixture
def worker(shop: Shop) -> Callable[[], bool]:
    return partial(work_once, shop, tool.handlers(SEED))


def test_it_is_for_auditors_of_the_whole_union(api: Api) -> None:
    assert api("officer").post("/audit/verifications").status_code == 403
    assert api("admin").get("/audit/verifications").status_code == 403
    colleague(api, "auditor-d02", "auditor", unit="AH-D02", person=871)
    for answer in (
        api("auditor-d02").post("/audit/verifications"),
        api("auditor-d02").get("/audit/verifications"),
    ):
        assert answer.status_code == 403
        assert answer.get_json()["code"] == "not_permitted"
    started = api("auditor").post("/audit/verifications")
    assert started.status_code == 202
    (listed,) = api("auditor").get("/audit/verifications").get_json()["items"]
    assert (listed["id"], listed["state"], listed["result"]) == (started.get_json()["id"], "queued", None)
    assert api("officer").get(started.headers["Location"]).status_code == 403
    colleague(api, "auditor-too", "auditor", person=872)
    assert api("auditor-too").get(started.headers["Location"]).get_json()["id"] == listed["id"]


def test_what_is_brought_must_be_keys_and_checkpoints(api: Api) -> None:
    refused = api("auditor").post("/audit/verifications", {"keys": ["x", Signer().public], "copies": ["y"]})
    assert refused.status_code == 422
    assert {(each["pointer"], each["code"]) for each in refused.get_json()["errors"]} == {
        ("/keys/0", "public_key_malformed"),
        ("/copies/0", "checkpoint_malformed"),
    }


def test_what_it_tells(
    committed_api: Api, worker: Callable[[], bool], shop: Shop, committed: Provisioned, superuser_url: str
) -> None:
    key = signed(shop)
    (kept,) = rows(committed_api, "SELECT note, size FROM record_checkpoint")
    auditor = committed_api("auditor")

    def checked(**brought: list[str]) -> dict[str, object]:
        started = auditor.post("/audit/verifications", brought)
        assert worker()
        told: dict[str, object] = auditor.get(started.headers["Location"]).get_json()
        assert told["state"] == "done", told
        return told

    honest = checked(keys=[key], copies=[kept.note])
    assert (honest["result"], honest["differences"], honest["keys_brought"]) == ("ok", [], True)
    assert honest["counts"]["sealed"] == kept.size  # type: ignore[index]
    assert checked()["keys"] == [key]
    assert checked(keys=[Signer().public], copies=[kept.note])["kinds"] == {
        "checkpoint_unsigned": 1,
        "copy_unsigned": 1,
    }
    with as_superuser(superuser_url, committed) as superuser:
        superuser.exec_driver_sql("SET session_replication_role = replica")
        superuser.exec_driver_sql("UPDATE unit SET name = '改名' WHERE code = 'AH-D01'")
    told = checked(keys=[key])
    (difference,) = told["differences"]  # type: ignore[misc]
    assert told["result"] == "failed"
    assert (difference["kind"], difference["table"], difference["columns"]) == ("row_altered", "unit", ["name"])  # type: ignore[index]
    assert difference["after_at"] < difference["before_at"]  # type: ignore[index]
    (entry, *_) = rows(committed_api, "SELECT n FROM record_entry WHERE action = 'record_verification'")
    assert entry
    with as_superuser(superuser_url, committed) as superuser:
        superuser.exec_driver_sql("DROP FUNCTION books_unsound()")
    broken = checked(keys=[key])
    assert (broken["result"], broken["kinds"]) == ("failed", {"check_stopped": 1, "check_altered": 1, "row_altered": 1})
