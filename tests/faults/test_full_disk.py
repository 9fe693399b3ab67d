"""P10: where nothing can be written, writers are told to come back, readers are served; it ends without a restart."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, make_url
from sqlalchemy.pool import NullPool

from api.app import create_app
from models.database import db
from tests.clock import today
from tests.driver import Api
from tests.faults.conftest import Canary
from tests.faults.own_cluster import Own, Pattern, own_cluster, small_disk
from tests.faults.test_killed_database import RECEIPTS, found
from tests.faults.wire import Answer, RemoteApi
from tests.faults.worlds import World
from tests.story import new_fund

WORKERS = 0
TRIES = 400  # until a full disk is felt
HANG_UP = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


def receipt(wire: RemoteApi, fund: str) -> tuple[str, Answer]:
    """Book one: its key and the answer."""
    key = uuid4().hex
    body = {"fund_id": fund, "amount": "1.00", "received_on": f"{today()}", "payer": "省总工会", "bank_serial": key}
    return key, wire("finance").post("/ledger/receipts", body, key=key)


def told_to_come_back(answer: Any) -> None:
    """503 as a problem, with the code and the seconds to wait."""
    assert answer.status_code == 503, answer.get_data(as_text=True)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert (answer.get_json()["code"], answer.headers["Retry-After"]) == ("unavailable", "2")


def is_read(wire: RemoteApi, fund: str) -> None:
    """What is asked is told, by either serving process."""
    for _ in range(6):
        assert wire("finance").get(f"/funds/{fund}").status_code == 200
        assert wire("auditor").get("/ledger/vouchers").status_code == 200


def whole(world: World, acknowledged: set[str]) -> None:
    """Each receipt is there with lines, record and key, or not at all; those acknowledged are there."""
    rows = found(world, RECEIPTS)
    assert {(row.parts, row.recorded, row.kept) for row in rows} <= {(2, 1, 1)}
    assert acknowledged <= {row.key for row in rows}


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory, pattern: Pattern) -> Iterator[Own]:
    """A server on a small disk."""
    if os.geteuid() != 0:
        pytest.skip("a small disk is mounted by root only")
    with small_disk(tmp_path_factory.mktemp("small")) as folder, own_cluster(folder, pattern) as found_there:
        yield found_there


@contextmanager
def full(folder: Path) -> Iterator[None]:
    """Not one more block on this disk until the block ends."""
    ballast = folder / "ballast"
    try:
        with suppress(OSError), ballast.open("wb", buffering=0) as file:
            while True:
                file.write(bytes(1 << 16))
        with suppress(OSError), ballast.open("ab", buffering=0) as file:
            while True:
                file.write(bytes(1 << 12))
        yield
    finally:
        ballast.unlink()


def test_a_full_disk_takes_nothing_half_and_ends_without_a_restart(own: Own) -> None:
    with own.worlds() as world:
        wire = world.api
        fund, acknowledged, full_for = new_fund(wire, unit="AH"), set(), 0
        wire("auditor")
        superuser(world, "SELECT pg_switch_wal()", "CHECKPOINT")
        with full(own.folder):
            for _ in range(TRIES):
                key, answer = receipt(wire, fund)
                if answer.status_code == 201:
                    acknowledged.add(key)
                    continue
                told_to_come_back(answer)
                full_for += 1
                if full_for == 20:
                    break
            assert full_for == 20, "the disk was never full"
            is_read(wire, fund)
            whole(world, acknowledged)
        key, answer = receipt(wire, fund)
        assert answer.status_code == 201, answer.body
        whole(world, {*acknowledged, key})


def superuser(world: World, *statements: str) -> None:
    """Whatever the one who runs the database does to it."""
    engine = create_engine(world.superuser_url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def read_only(world: World) -> None:
    """Writers are told to come back while the database takes no writes, and what they wrote before is whole."""
    wire, name = world.api, make_url(world.superuser_url).database
    fund = new_fund(wire, unit="AH", name=f"资金{uuid4().hex[:6]}")
    for who in ("auditor", "officer"):
        wire(who)  # signs in
    superuser(world, f'ALTER DATABASE "{name}" SET default_transaction_read_only = on', HANG_UP)
    try:
        key, answer = receipt(wire, fund)
        told_to_come_back(answer)
        told_to_come_back(wire("officer").post("/funds", {}))  # refused, and the refusal cannot be recorded
        is_read(wire, fund)
        whole(world, set())
    finally:
        writable = f'ALTER DATABASE "{name}" RESET default_transaction_read_only'
        superuser(world, "SET default_transaction_read_only = off", writable, HANG_UP)
    key, answer = receipt(wire, fund)
    assert answer.status_code == 201, answer.body
    whole(world, {key})


def test_a_read_only_database_is_read_and_is_written_again_without_a_restart(world: World) -> None:
    """Control: `problems._on_internal`, and refusals that cannot be recorded."""
    read_only(world)


def test_a_read_only_database_that_nobody_foresaw_is_noticed(canary: Canary) -> None:
    canary("read_only_unforeseen", read_only)


def test_who_gets_no_connection_is_told_to_come_back(world: World) -> None:
    """Control: the pool's TimeoutError among the problems."""
    app = create_app(world.settings, engine_options={"pool_size": 1, "max_overflow": 0, "pool_timeout": 0.2})
    try:
        api = Api(app)
        finance = api("finance")
        with app.app_context(), db.engine.connect():
            began = time.monotonic()
            told_to_come_back(finance.get("/funds"))
            assert time.monotonic() - began < 20  # and not after the 30 s that a pool waits of itself
        assert finance.get("/funds").status_code == 200
    finally:
        with app.app_context():
            db.engine.dispose()
