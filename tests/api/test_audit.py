"""The auditor's routes: events with filters and pages, and exports as jobs whose files agree."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from benefits.assurance.record_export import KIND, run_export
from benefits.jobs.work import Shop
from benefits.jobs.worker import work_once
from config.settings import Settings
from models.database import db
from tests.driver import Api
from tools import worker
from tools.provision import Provisioned


def test_events_are_for_auditors(api: Api) -> None:
    assert api("officer").get("/audit/events").status_code == 403
    assert api("admin").get("/audit/events").status_code == 403
    assert api("auditor").get("/audit/events").status_code == 200


def test_event_has_these_fields(api: Api) -> None:
    page = api("auditor").get("/audit/events?table=unit&limit=1").get_json()
    assert set(page) == {"items", "next"}
    (event,) = page["items"]
    assert set(event) == {
        *("n", "at", "kind", "action", "table", "row", "unit_code", "application_id", "account"),
        *("database_user", "request_id", "data"),
    }
    assert (event["kind"], event["action"], event["table"], event["unit_code"]) == (
        "change",
        "insert",
        "unit",
        "AH-D03",
    )
    assert event["data"]["name"].startswith("示范")
    alone = api("auditor").get(f"/audit/events/{event['n']}")
    assert alone.get_json() == event


def test_who_did_it_is_named(api: Api) -> None:
    refused = api("officer").get("/audit/events", headers={"X-Request-Id": "a-request-of-mine"})
    assert refused.status_code == 403
    (event,) = api("auditor").get("/audit/events?request_id=a-request-of-mine").get_json()["items"]
    assert event["account"]["username"] == "officer"
    assert event["account"]["name"]
    assert (event["kind"], event["data"]["code"]) == ("refusal", "not_permitted")
    for who in ("officer", event["account"]["id"]):
        shown = api("auditor").get(f"/audit/events?kind=refusal&who={who}").get_json()["items"]
        assert event in shown


def test_pages(api: Api) -> None:
    auditor = api("auditor")
    for order in ("newest", "oldest"):
        numbers: list[int] = []
        path: str | None = f"/audit/events?table=membership&limit=3&order={order}"
        address = path
        while path:
            page = auditor.get(path).get_json()
            numbers += [event["n"] for event in page["items"]]
            path = f"{address}&after={page['next']}" if page["next"] else None
        assert len(numbers) == len(set(numbers)) >= 10
        assert numbers == sorted(numbers, reverse=order == "newest")


@pytest.mark.parametrize(
    ("query", "pointer", "code"),
    [
        ("limit=0", "/limit", "out_of_range"),
        ("order=sideways", "/order", "choice_unknown"),
        ("from=2026-01-01", "/from", "instant_malformed"),
        ("application_id=7", "/application_id", "id_malformed"),
        ("after=%21", "/after", "cursor_malformed"),
        ("colour=red", "/colour", "unknown_field"),
    ],
)
def test_filter_that_is_not_understood(api: Api, query: str, pointer: str, code: str) -> None:
    answer = api("auditor").get(f"/audit/events?{query}")
    assert answer.status_code == 422
    assert [(fault["pointer"], fault["code"]) for fault in answer.get_json()["errors"]] == [(pointer, code)]


@pytest.mark.parametrize("n", ["0", "999999999999", "9223372036854775807", "99999999999999999999999", "-1", "x"])
def test_event_that_is_not_there(api: Api, n: str) -> None:
    answer = api("auditor").get(f"/audit/events/{n}")
    assert (answer.status_code, answer.get_json()["code"]) == (404, "not_found")


def test_nobody_writes_events(api: Api) -> None:
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        assert api("auditor").call(method, "/audit/events").status_code == 405


@pytest.fixture
def shop(settings: Settings, committed: Provisioned) -> Iterator[Shop]:
    made = worker.shop(replace(settings, database_url=committed.app_url), threading.Event())
    yield made
    made.engine.dispose()


def exported(api: Api, shop: Shop, body: dict[str, Any]) -> dict[str, Any]:
    """The finished job of an export."""
    started = api("auditor").post("/audit/exports", body)
    assert started.status_code == 202, started.get_json()
    assert started.get_json()["state"] == "queued"
    assert work_once(shop, {KIND: run_export})
    job: dict[str, Any] = api("auditor").get(started.headers["Location"]).get_json()
    assert job["state"] == "done", job
    assert job["done"] == job["total"] == job["result"]["rows"]
    return job


def test_export_in_three_formats(committed_api: Api, shop: Shop) -> None:
    first = exported(committed_api, shop, {"format": "jsonl", "table": "membership"})
    others = [exported(committed_api, shop, {"format": shape, "same_as": first["id"]}) for shape in ("csv", "xlsx")]
    assert {(job["result"]["rows"], job["result"]["digest"]) for job in [first, *others]} == {
        (10, first["result"]["digest"])
    }
    auditor = committed_api("auditor")
    with auditor.get(f"/audit/exports/{first['id']}/file") as file:
        assert file.headers["Content-Disposition"] == f'attachment; filename="record-{first["id"]}.jsonl"'
        assert file.headers["Cache-Control"] == "no-store"
        rows = [json.loads(line) for line in file.get_data(as_text=True).splitlines()]
    events = auditor.get("/audit/events?table=membership&order=oldest").get_json()["items"]
    assert [row["n"] for row in rows] == [event["n"] for event in events]
    assert [row["data"] for row in rows] == [event["data"] for event in events]
    for job, start in zip(others, (b'\xef\xbb\xbf"n"', b"PK"), strict=True):
        with auditor.get(f"/audit/exports/{job['id']}/file") as file:
            assert file.get_data().startswith(start)
    with committed_api.app.app_context():
        assert db.engine.pool.checkedout() == 0  # type: ignore[attr-defined]


def test_export_is_not_shown_to_others(committed_api: Api, shop: Shop) -> None:
    job = exported(committed_api, shop, {"format": "csv"})
    assert committed_api("officer").get(f"/audit/exports/{job['id']}/file").status_code == 403
    assert committed_api("officer").get(f"/jobs/{job['id']}").status_code == 404


def test_export_before_it_is_done(api: Api) -> None:
    job = api("auditor").post("/audit/exports", {"format": "csv"}).get_json()
    answer = api("auditor").get(f"/audit/exports/{job['id']}/file")
    assert (answer.status_code, answer.get_json()["code"]) == (409, "state_forbids")
    assert api("auditor").get(f"/audit/exports/{uuid4()}/file").status_code == 404


def test_same_key_is_one_export(api: Api) -> None:
    first, second = (api("auditor").post("/audit/exports", {"format": "csv"}, key="k-1") for _ in range(2))
    assert (first.status_code, first.get_data()) == (second.status_code, second.get_data())
    assert api("auditor").post("/audit/exports", {"format": "csv"}, key=None).status_code == 400


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({}, "/format", "required"),
        ({"format": "docx"}, "/format", "choice_unknown"),
        ({"format": "csv", "same_as": str(uuid4())}, "/same_as", "export_unknown"),
        ({"format": "csv", "same_as": str(uuid4()), "kind": "change"}, "/same_as", "value_refused"),
        ({"format": "csv", "until": "yesterday"}, "/until", "instant_malformed"),
    ],
)
def test_export_that_is_not_understood(api: Api, body: dict[str, Any], pointer: str, code: str) -> None:
    answer = api("auditor").post("/audit/exports", body)
    assert answer.status_code == 422
    assert [(fault["pointer"], fault["code"]) for fault in answer.get_json()["errors"]] == [(pointer, code)]
