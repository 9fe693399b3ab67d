"""P32: the administrator's guide to the letter: base and archive bring back any moment, and it is known to be old."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from queue import SimpleQueue

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import OperationalError

from api.app import create_app
from benefits.assurance.seal import copies, sealing
from benefits.assurance.seal.places import Places
from benefits.jobs.work import Shop
from models.database import db
from tests.clock import machine_now
from tests.driver import Api
from tests.faults.own_cluster import Pattern
from tests.faults.restoring import GUIDES, Drill, Moment, archived, digests_of, inside, steps_of, tables_of
from tests.faults.test_killed_database import Writing, busy
from tests.faults.worlds import scaled
from tests.sealed import SEED, session_of, shop_of
from tests.story import new_fund
from tools.binaries import DatabaseError
from tools.postgres import Cluster
from tools.verify_record import check

WRITERS = 3
MOST_RTO_S = 300
SEED_OF_CHANCE = 32


def moment_of(drill: Drill) -> Moment:
    """Now, between two writes: all tables are held for as long as it takes to read them."""
    with inside(drill.own.cluster, drill.database) as connection:
        everything = ", ".join(tables_of(connection))
        for _ in range(100):
            connection.rollback()
            connection.execute(text("SET LOCAL lock_timeout = '300ms'"))  # before anybody is called deadlocked
            with suppress(OperationalError):
                connection.execute(text(f"LOCK TABLE {everything} IN SHARE MODE"))
                query = "SELECT clock_timestamp()::text, pg_walfile_name(pg_create_restore_point('drill'))"
                at, segment = connection.execute(text(query)).one()
                return Moment(at, digests_of(connection), segment, drill.notes())
    raise AssertionError("the writers left no moment")


def head_sent(drill: Drill, shop: Shop) -> None:
    """Seal, sign, and put the checkpoint outside, as a worker does each minute."""
    places = Places.of(drill.settings)
    with session_of(shop) as session:
        sealing.seal(session)
    with session_of(shop) as session:
        head = sealing.sign(session, SEED, machine_now())
        assert head is not None
        copies.queue_copies(session, head, places)
    with session_of(shop) as session:
        assert copies.send_one(session, places, machine_now())


def worked(drill: Drill, moments: int, seed: int) -> None:
    """Write without a pause, take the base meanwhile, and note so many moments; then all of it is archived."""
    chance, beside = random.Random(seed), Api(drill.world.api.app)
    writing = Writing(drill.world.api, new_fund(beside), SimpleQueue())
    drill.world.api("finance")
    with ThreadPoolExecutor(WRITERS) as pool, shop_of(drill.world.settings, drill.world.made) as shop:
        writers = [pool.submit(writing.receipts) for _ in range(WRITERS)]
        try:
            busy(writing, 5)
            drill.step("backup: base")
            for _ in range(moments):
                busy(writing, len(writing.acknowledged) + chance.randint(5, 25))
                head_sent(drill, shop)
                drill.moments.append(moment_of(drill))
                with inside(drill.own.cluster, "postgres") as connection:
                    connection.execute(text("SELECT pg_switch_wal()"))
            busy(writing, len(writing.acknowledged) + 5)
            head_sent(drill, shop)
        finally:
            writing.stop.set()
    for each in writers:
        each.result()
    all_archived(drill)


def all_archived(drill: Drill) -> None:
    """Until the archive has what was written last; within a minute that would come by itself."""
    with inside(drill.own.cluster, "postgres") as connection:
        assert connection.scalar(text("SHOW archive_timeout")) == "1min"
        last = connection.scalar(text("SELECT pg_walfile_name(pg_switch_wal())"))
    deadline = time.monotonic() + 60
    while not (drill.backup / "wal" / str(last)).exists():
        assert time.monotonic() < deadline, "nothing is archived"
        time.sleep(0.05)


def as_it_was(drill: Drill, cluster: Cluster, moment: Moment) -> None:
    """Every table has the rows of that moment, to the byte."""
    with inside(cluster, drill.database) as connection:
        found = digests_of(connection)
    differing = sorted(
        table for table in found.keys() | moment.digests.keys() if found.get(table) != moment.digests.get(table)
    )
    assert not differing, f"not as at {moment.at}: {', '.join(differing)}"


def is_known_to_be_old(drill: Drill, cluster: Cluster, moment: Moment) -> None:
    """The seal and the copies held then agree with the restored books; those sent later keep the money from moving."""
    socket = {"host": make_url(cluster.url).query["host"]}
    address = make_url(drill.world.made.app_url).update_query_dict(socket).render_as_string(hide_password=False)
    report = check(
        replace(drill.world.made, app_url=address), [], {str(at): note for at, note in enumerate(moment.notes)}, SEED
    )
    assert report.ok, [each.line() for each in report.differences]
    assert moment.notes
    app = create_app(replace(drill.settings, database_url=address))
    try:
        api = Api(app)
        assert api(None).get("/health/ready").status_code == 200
        assert api("auditor").get("/funds").status_code == 200
        body = {"unit_code": "AH-D01", "name": "再来", "year": 2026, "source": "union_funds", "appropriated": "1000.00"}
        refused = api("finance").post("/funds", body)
        assert (refused.status_code, refused.get_json()["code"]) == (503, "record_restored")
    finally:
        with app.app_context():
            db.engine.dispose()


@pytest.fixture(scope="module")
def lost(tmp_path_factory: pytest.TempPathFactory, pattern: Pattern) -> Iterator[Drill]:
    """A house that has worked, and of which base and archive are to bring back some moments."""
    with archived(tmp_path_factory.mktemp("drill"), pattern) as drill:
        worked(drill, scaled(2, 5), SEED_OF_CHANCE)
        yield drill


def test_every_moment_comes_back_and_is_known_to_be_old(
    lost: Drill, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """RPO: archive_timeout and a base taken under load. RTO: from the empty folder to the refusal of money."""
    slowest = 0.0
    for number, moment in enumerate(lost.moments):
        began = time.monotonic()
        with lost.restored(moment, tmp_path / f"new{number}") as cluster:
            as_it_was(lost, cluster, moment)  # first: who signs in leaves a trace
            is_known_to_be_old(lost, cluster, moment)
            slowest = max(slowest, time.monotonic() - began)
    record_property("rto_s", round(slowest, 1))
    assert slowest <= MOST_RTO_S


def test_another_moment_is_noticed(lost: Drill, tmp_path: Path, record_property: Callable[[str, object], None]) -> None:
    """M12: the books of one moment held against the digests of another."""
    record_property("planted", "moment_of_another")
    first, second, *_ = lost.moments
    with lost.restored(first, tmp_path / "new") as cluster, pytest.raises(AssertionError, match="not as at") as noticed:
        as_it_was(lost, cluster, second)
    record_property("noticed", str(noticed.value).partition("\n")[0])


def test_an_archive_with_a_hole_brings_nothing_back(
    lost: Drill, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """M12: one segment gone; the server must not start with what it has up to there."""
    record_property("planted", "segment_missing")
    first, second, *_ = lost.moments
    segment, aside = lost.backup / "wal" / first.segment, tmp_path / "aside"
    segment.rename(aside)
    try:
        with pytest.raises(DatabaseError, match="recovery ended before") as noticed:
            lost.restored(second, tmp_path / "new").__enter__()
    finally:
        aside.rename(segment)
    record_property("noticed", str(noticed.value))


def test_both_guides_have_the_same_steps() -> None:
    english, chinese = (steps_of(path) for path in GUIDES)
    assert english == chinese
    assert [name for name, _ in english] == ["backup: archive", "backup: base", "restore: moment"]
