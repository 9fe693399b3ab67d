"""A worker killed in the middle of an import leaves nothing of it behind, and another does it all, once."""

import base64
import csv
import io
import os
import signal
import time
from typing import Any

import pytest
from sqlalchemy import text

from bench.roster import HEADER, make_rows
from benefits.intake.imports import find_import
from benefits.jobs.work import QUEUE
from config.settings import Settings
from models.database import session_for
from models.job import Job
from tools import supervise
from tools.provision import Provisioned

ROWS = 4_000
MEMBERS = "SELECT count(*) FROM membership"


def environ(settings: Settings, url: str) -> dict[str, str]:
    keys = {"MASTER_KEY": settings.master_key, "INDEX_KEY": settings.index_key, "TOKEN_KEY": settings.token_key}
    return {
        **{name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR", "LANG") if name in os.environ},
        **{name: base64.b64encode(key).decode() for name, key in keys.items()},
        "MODE": settings.mode,
        "DATABASE_URL": url,
        "DATA_DIR": str(settings.data_dir),
    }


def roster() -> bytes:
    out = io.StringIO()
    rows = ([row.cells[name] for name in HEADER] for row in make_rows(ROWS, ["AH-D01", "AH-D02"]))
    csv.writer(out).writerows([HEADER, *rows])
    return out.getvalue().encode()


@pytest.mark.parametrize("landed", [0.1, 0.6])
def test_killed_in_the_middle(union: Any, committed: Provisioned, settings: Settings, landed: float) -> None:
    before = union.count(MEMBERS)
    import_id = union.send("officer", "members", roster(), "roster.csv")

    def job() -> Job:
        with session_for(union.engine, QUEUE) as session:
            return session.get_one(Job, import_id)

    worker = supervise.worker()
    worker.start(environ(settings, committed.app_url))
    try:
        deadline = time.monotonic() + 60
        while job().done < landed * ROWS:
            assert time.monotonic() < deadline
            assert job().state != "done", "it was too quick to be killed"
            time.sleep(0.02)
        assert worker._process is not None
        os.kill(worker._process.pid, signal.SIGKILL)
    finally:
        worker.stop()
    assert job().state == "running"
    assert union.count(MEMBERS) == before
    with session_for(union.engine, QUEUE) as session:
        session.execute(text("UPDATE job SET heartbeat_at = '2000-01-01'"))
    assert union.work()
    with union.session("officer") as session:
        imported, done = find_import(session, union.acting(session, "officer"), import_id)
        assert (done.state, done.attempts, imported.rows) == ("done", 2, ROWS)
        assert imported.accepted is not None
    assert union.count(MEMBERS) == before + imported.accepted
    again = union.take("officer", "members", roster(), "roster.csv")
    assert again["accepted"] == imported.accepted
    assert union.count(MEMBERS) == before + imported.accepted
