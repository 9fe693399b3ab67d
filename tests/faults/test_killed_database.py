"""P7: the database server killed while eight write: nothing that was acknowledged is lost, nothing is there in part."""

from __future__ import annotations

import http.client
import random
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from tests.clock import today
from tests.driver import Api
from tests.faults.own_cluster import Own, Pattern, own_cluster
from tests.faults.preparing import Story
from tests.faults.wire import Answer, RemoteApi
from tests.faults.worlds import World, scaled
from tests.story import MEDICAL, submitted

WRITERS, CASES = 8, 6  # two of the writers approve these, the others book receipts
READY_S = 10
SEED = 7
RECEIPTS = """
    SELECT v.reference AS key, (SELECT count(*) FROM voucher_line l WHERE l.voucher_id = v.id) AS parts,
           (SELECT count(*) FROM record_entry r WHERE r.table_name = 'voucher' AND r.row_id = v.id::text) AS recorded,
           (SELECT count(*) FROM idempotency_key k WHERE k.key = v.reference) AS kept
    FROM voucher v WHERE v.kind = 'receipt'"""
APPROVALS = """
    SELECT k.key, (SELECT count(*) FROM disbursement d WHERE d.application_id = a.id)
                + (SELECT count(*) FROM entitlement e WHERE e.application_id = a.id) AS parts,
           (SELECT count(*) FROM record_entry r JOIN disbursement d ON r.row_id = d.id::text
            WHERE d.application_id = a.id AND r.table_name = 'disbursement') AS recorded,
           count(k.key) AS kept
    FROM application a LEFT JOIN idempotency_key k ON k.key = a.id::text
    WHERE a.state = 'approved' GROUP BY a.id, k.key"""


@dataclass
class Writing:
    """Eight who write until they are stopped, and what they were told was done."""

    wire: RemoteApi
    fund: str
    cases: SimpleQueue[tuple[str, str]]  # path and version
    stop: threading.Event = field(default_factory=threading.Event)
    acknowledged: list[str] = field(default_factory=list)  # by key

    def receipts(self) -> None:
        """Book one receipt after the other."""
        finance = self.wire("finance")
        while not self.stop.is_set():
            key = uuid4().hex
            body = {"fund_id": self.fund, "amount": "1.00", "received_on": f"{today()}", "payer": "省总工会"}
            self._send(finance.prepared("POST", "/ledger/receipts", {**body, "bank_serial": key}, key=key), key)

    def approvals(self) -> None:
        """Approve one case after the other, under its own id as key."""
        reviewer = self.wire("reviewer")
        while not self.stop.is_set():
            try:
                path, tag = self.cases.get_nowait()
            except Empty:
                return
            key, body = path[-36:], {"fund_id": self.fund}
            self._send(reviewer.prepared("POST", f"{path}/approve", body, key=key, if_match=tag), key)

    def _send(self, request: Callable[[None], Answer], key: str) -> None:
        try:
            answer = request(None)
        except (OSError, http.client.HTTPException):
            return
        if answer.status_code < 300:
            self.acknowledged.append(key)
        else:
            assert answer.status_code == 503, answer.body


def nothing_is_lost(own: Own, world: World, kills: int) -> None:
    """Kill the whole server so many times under load; each time the same processes serve again in time."""
    # The copy of a database logs its sequences' numbers anew from the next checkpoint on only: killed before it, they
    # would be given twice. (So does any server; nothing but tests copies a database and kills the server at once.)
    found(world, "CHECKPOINT")
    beside = Api(world.api.app)
    story, chance = Story(beside), random.Random(SEED)
    for name in ("finance", "reviewer"):
        world.api(name)  # signs in
    known = {row.key for row in found(world, APPROVALS)}
    for _ in range(kills):
        fund, cases = story.fund(), SimpleQueue()
        for _ in range(CASES):
            path = submitted(beside, story.member(), "10.00", facts=MEDICAL)
            cases.put((path, beside("reviewer").get(path).headers["ETag"]))
        writing = Writing(world.api, fund, cases)
        with ThreadPoolExecutor(WRITERS) as pool:
            writers = [pool.submit(writing.approvals) for _ in range(2)]
            writers += [pool.submit(writing.receipts) for _ in range(WRITERS - 2)]
            busy(writing, chance.randint(20, 60))
            with own.killed():
                writing.stop.set()
                wait(writers)
                began = time.monotonic()
        for each in writers:
            each.result()
        ready(world.settings.port, began)
        receipts, approvals = found(world, RECEIPTS), found(world, APPROVALS)
        assert {(row.parts, row.recorded, row.kept) for row in receipts} <= {(2, 1, 1)}
        assert {(row.parts, row.recorded, row.kept) for row in approvals if row.key not in known} <= {(2, 1, 1)}
        lost = set(writing.acknowledged) - {row.key for row in (*receipts, *approvals)}
        assert not lost, f"{len(lost)} of {len(writing.acknowledged)} acknowledged writes lost"


def found(world: World, query: str) -> list[Any]:
    """What the books hold, whoever may see it."""
    with create_engine(world.superuser_url, poolclass=NullPool, isolation_level="AUTOCOMMIT").connect() as connection:
        answer = connection.execute(text(query))
        return list(answer) if answer.returns_rows else []


def busy(writing: Writing, acknowledged: int) -> None:
    """Until so many writes were acknowledged."""
    deadline = time.monotonic() + READY_S * 12
    while len(writing.acknowledged) < acknowledged:
        assert time.monotonic() < deadline, "nobody writes"
        time.sleep(0.005)


def ready(port: int, began: float) -> None:
    """Until the server says that it can serve: within ten seconds of the database's start."""
    while True:
        door = http.client.HTTPConnection("127.0.0.1", port, timeout=READY_S)
        try:
            door.request("GET", "/api/v1/health/ready")
            if door.getresponse().status == 200:
                return
        finally:
            door.close()
        assert time.monotonic() - began < READY_S, "not ready in time"
        time.sleep(0.05)


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory, pattern: Pattern) -> Iterator[Own]:
    """A server to be killed; its path is too long for a socket, which then stands elsewhere."""
    with own_cluster(tmp_path_factory.mktemp("a-cluster-" + "x" * 80), pattern) as found:
        yield found


def test_what_was_acknowledged_outlives_the_server(own: Own) -> None:
    """Controls: the settings that `models.safety` asks for; the pool's ping, by which nobody need be started again."""
    with own.worlds() as world:
        nothing_is_lost(own, world, scaled(4, 200))


def test_commits_that_nobody_awaits_are_noticed(own: Own, record_property: Callable[[str, object], None]) -> None:
    """M3: `synchronous_commit=off` behind the back of the check at the start loses what was acknowledged."""
    record_property("planted", "commits_not_awaited")
    lost = pytest.raises(AssertionError, match="acknowledged writes lost")
    with own.worlds("commits_not_awaited", "settings_not_asked") as broken, lost as noticed:
        nothing_is_lost(own, broken, 8)
    record_property("noticed", str(noticed.value).partition("\n")[0])
