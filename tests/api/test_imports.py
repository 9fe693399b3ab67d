"""Imports over HTTP: sent, done by a worker, read back as counts, findings and a marked workbook."""

import io
import json
import threading
from functools import partial
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from flask import Flask
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

from benefits.access.actors import load_actor
from benefits.import_kinds import KINDS
from benefits.intake import imports
from benefits.jobs.work import Shop, Work
from benefits.jobs.worker import work_once
from config.settings import Settings
from models.secrecy import Secrecy
from tests.clock import now
from tests.driver import Api
from tests.story import account_path, colleague, grant
from tools.provision import Provisioned

DATA = Path(__file__).parents[1] / "data"
ROSTER = (DATA / "roster-30.csv").read_bytes()


@pytest.fixture
def worker(committed: Provisioned, settings: Settings) -> Any:
    """Does the jobs that wait, when called."""
    engine = create_engine(committed.app_url)
    shop = Shop(
        engine,
        Secrecy(settings.master_key, settings.index_key),
        load_actor,
        now,
        threading.Event(),
    )
    yield partial(work_once, shop, {imports.JOB_KIND: partial(imports.run_import, kinds=KINDS)})
    engine.dispose()


def sent(content: bytes, filename: str = "roster.csv", kind: str = "members", mode: str = "apply") -> dict[str, Any]:
    return {"data": {"file": (io.BytesIO(content), filename), "kind": kind, "mode": mode}}


def test_a_roster_goes_in_and_comes_back_marked(committed_api: Api, worker: Any) -> None:
    officer = committed_api("officer")
    answer = officer.post("/imports", **sent(ROSTER))
    assert answer.status_code == 202, answer.get_json()
    started = answer.get_json()
    assert (started["state"], started["rows"], started["mode"]) == ("queued", None, "apply")
    assert officer.get(f"/jobs/{started['id']}").get_json()["state"] == "queued"
    assert worker()
    done = officer.get(f"/imports/{started['id']}").get_json()
    assert (done["state"], done["rows"], done["accepted"], done["rejected"], done["warnings"]) == (
        "done",
        30,
        19,
        11,
        1,
    )
    assert (done["done"], done["total"]) == (30, 30)
    listed = officer.get(f"/imports/{started['id']}/findings?limit=5").get_json()
    rest = officer.get(f"/imports/{started['id']}/findings?limit=200&after={listed['next']}").get_json()
    findings = listed["items"] + rest["items"]
    expected = json.loads((DATA / "roster-30.expected.json").read_text("utf-8"))["findings"]
    known = {"already_registered", "unit_out_of_scope"}
    assert [[f["row"], f["column"], f["code"]] for f in findings] == [f for f in expected if f[2] not in known]
    assert all(finding["message"] and finding["message"] != finding["code"] for finding in findings)
    names = [member["name"] for member in officer.get("/members?limit=200").get_json()["items"]]
    assert {"王𬭩", "潘姬㛃", "𠮷䶮"} <= set(names)
    marked = officer.get(f"/imports/{started['id']}/workbook.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(marked.data))
    assert book.active is not None
    assert book.active.max_row == 31
    rejected = officer.get(f"/imports/{started['id']}/workbook.xlsx?only_rejected=true")
    only = openpyxl.load_workbook(io.BytesIO(rejected.data)).active
    assert only is not None
    assert only.max_row == 12
    again = officer.post("/imports", **sent(rejected.data, "again.xlsx"))
    assert again.status_code == 202
    assert worker()
    resent = officer.get(f"/imports/{again.get_json()['id']}").get_json()
    assert (resent["rows"], resent["accepted"]) == (11, 1)  # the duplicate is none among the rejected rows alone


@pytest.mark.parametrize(
    ("content", "filename", "code"),
    [
        (b"no workbook", "a.xlsx", "not_a_workbook"),
        (b"", "a.csv", "empty"),
        ("姓名,性别\n王芳,女\n".encode(), "a.csv", "column_missing"),
        (ROSTER, "a.xlsm", "macro_workbook"),
        (ROSTER + b"\n" * 300_000, "a.csv", "too_many_rows"),
        (ROSTER + b'"' + b"x" * 3_000, "a.csv", "cell_too_long"),
    ],
)
def test_what_is_no_table_is_refused_at_once(api: Api, content: bytes, filename: str, code: str) -> None:
    answer = api("officer").post("/imports", **sent(content, filename))
    body = answer.get_json()
    assert (answer.status_code, body["code"]) == (422, "invalid")
    [fault] = body["errors"]
    assert (fault["pointer"], fault["code"]) == ("/file", code)
    assert fault["detail"] not in {"", code}
    assert api("officer").get("/imports").get_json()["items"] == []


def test_forms_are_strict_and_kinds_have_their_own_roles(api: Api) -> None:
    assert api("officer").post("/imports", data={"kind": "members", "mode": "apply"}).status_code == 422
    assert api("officer").post("/imports", **sent(ROSTER, kind="planets")).status_code == 422
    assert api("officer").post("/imports", **sent(ROSTER, mode="maybe")).status_code == 422
    assert api("finance").post("/imports", **sent(ROSTER)).get_json()["code"] == "not_permitted"
    assert api("admin").post("/imports", **sent(ROSTER)).get_json()["code"] == "not_permitted"
    assert api("medical").post("/imports", **sent(ROSTER)).status_code == 403


def test_a_retry_with_the_same_key_imports_once(api: Api, session: Session) -> None:
    first = api("officer").post("/imports", key="once-and-only", **sent(ROSTER))
    second = api("officer").post("/imports", key="once-and-only", **sent(ROSTER))
    assert (first.status_code, second.status_code, first.data) == (202, 202, second.data)
    other = api("officer").post("/imports", key="once-and-only", **sent(ROSTER + b"\n"))
    assert other.get_json()["code"] == "key_reused"


def test_the_file_is_kept_unreadable(api: Api, session: Session) -> None:
    sent_id = api("officer").post("/imports", **sent(ROSTER)).get_json()["id"]
    query = text("SELECT content FROM import_part WHERE import_id = :id")
    kept = bytes(session.scalars(query, {"id": sent_id}).one())
    assert ROSTER[100:140] not in kept


def test_a_waiting_job_is_cancelled_at_once(committed_api: Api, worker: Any) -> None:
    officer = committed_api("officer")
    job = officer.post("/imports", **sent(ROSTER)).get_json()["id"]
    assert committed_api("officer2").delete(f"/jobs/{job}").status_code == 404
    assert officer.delete(f"/jobs/{job}").status_code == 204
    assert officer.get(f"/jobs/{job}").get_json()["state"] == "cancelled"
    assert not worker()


@pytest.mark.parametrize("kind", KINDS)
def test_templates_are_tables_that_can_be_sent(api: Api, kind: str) -> None:
    answer = api("officer").get(f"/imports/templates/{kind}.xlsx")
    assert answer.status_code == 200
    page = openpyxl.load_workbook(io.BytesIO(answer.data))[KINDS[kind].columns.sheet]
    titles = [cell.value for cell in page[1]]
    assert titles == [*KINDS[kind].columns.required, *KINDS[kind].columns.optional]
    assert api("officer").get("/imports/templates/planets.xlsx").status_code == 404


def test_a_worker_that_dies_leaves_none_and_another_does_all(
    committed_api: Api, committed_app: Flask, worker: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    officer = committed_api("officer")
    before = len(officer.get("/members?limit=200").get_json()["items"])
    job = officer.post("/imports", **sent(ROSTER)).get_json()["id"]

    def die(_work: Work, _session: Session, _result: dict[str, Any]) -> None:
        raise KeyboardInterrupt  # after everything was landed, before it was kept

    with monkeypatch.context() as patched:
        patched.setattr(Work, "finish", die)
        with pytest.raises(KeyboardInterrupt):
            worker()
    assert len(officer.get("/members?limit=200").get_json()["items"]) == before
    assert officer.get(f"/jobs/{job}").get_json()["state"] == "running"
    assert not worker()  # still taken to be alive
    with committed_app.app_context():
        engine = committed_app.extensions["sqlalchemy"].engine
        with engine.begin() as connection:
            connection.exec_driver_sql("SET LOCAL benefits.worker = 'on'")
            connection.exec_driver_sql("UPDATE job SET heartbeat_at = heartbeat_at - interval '31 seconds'")
    assert worker()
    assert officer.get(f"/jobs/{job}").get_json()["state"] == "done"
    assert len(officer.get("/members?limit=200").get_json()["items"]) == before + 19


def test_who_sends_tables_below_does_not_read_one_sent_above(
    committed_api: Api, committed: Provisioned, settings: Settings, worker: Any
) -> None:
    """An auditor of all who is an officer of one unit counts the findings in a file, but never reads the file."""
    colleague(committed_api, "officer-auditor", "auditor", person=613)
    grant(committed_api, account_path(committed_api, "officer-auditor"), "officer", "AH-D01")
    started = committed_api("officer").post("/imports", **sent(ROSTER, "roster.csv")).get_json()
    assert worker()
    both, path = committed_api("officer-auditor"), f"/imports/{started['id']}"
    assert both.get(path).status_code == 200
    assert both.get(f"{path}/workbook.xlsx").status_code == 403
    assert committed_api("officer").get(f"{path}/workbook.xlsx").status_code == 200
