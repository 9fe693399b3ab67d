"""P29, P30: what people tell the house is in no log, error, record entry, job, kept answer or file of the database."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import as_superuser
from tests.faults.canaries import found_in
from tests.faults.listening import superuser
from tests.faults.own_cluster import Own, Pattern, own_cluster
from tests.faults.secret_story import tell
from tests.faults.worlds import World, running

# Planted, the place where it must be noticed, and canaries that it lets through.
LEAKS = {
    "path_logged": ("log", {"id_number", "card", "phone", "access token"}),
    "values_echoed": ("answers", {"id_number", "card", "phone", "diagnosis", "child", "address"}),
    "refusal_with_body": ("record", {"id_number", "card", "phone", "diagnosis", "child", "address", "password"}),
    "statements_logged": ("server's log", {"name"}),
    "kept_in_the_clear": ("files", {"id_number", "card", "phone", "child", "address", "diagnosis", "note"}),
}
KEPT = {
    "record": "SELECT e::text, e.body::text FROM record_entry e",
    "jobs": "SELECT j::text, i::text FROM job j LEFT JOIN import i ON i.id = j.id",
    "findings": "SELECT f::text FROM import_finding f",
    "kept answers": "SELECT k::text, k.headers::text, k.body FROM idempotency_key k",
    "sign-ins": "SELECT s::text FROM sign_in_failure s",
    "notices of statements": "SELECT query FROM pg_stat_activity",
}
NAMED = {"name"}  # stands in the clear in its table: in its file, what was written ahead, statements that write it
WITH_NAMES = {"statements", "notices of statements", "files", "write-ahead log"}
# Long values are to lie there as they are: packed by PostgreSQL, no search would find them.
UNPACKED = """
DO $$ DECLARE kept record; BEGIN
    FOR kept IN SELECT c.oid::regclass::text AS of, quote_ident(a.attname) AS name
                FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
                WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
                  AND a.attnum > 0 AND a.attstorage = 'x' AND NOT a.attisdropped
    LOOP EXECUTE 'ALTER TABLE ' || kept.of || ' ALTER ' || kept.name || ' SET STORAGE EXTERNAL'; END LOOP;
END $$
"""
Heard = dict[str, set[str]]


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory, pattern: Pattern) -> Iterator[Own]:
    """A database server that nobody else writes to."""
    with own_cluster(tmp_path_factory.mktemp("secrets"), pattern) as found:
        with as_superuser(found.cluster.url, found.made) as connection:
            for statement in (UNPACKED, "ALTER SYSTEM SET wal_keep_size = '1GB'", "SELECT pg_reload_conf()"):
                connection.exec_driver_sql(statement)
        yield found


@pytest.fixture(scope="module")
def heard(own: Own, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Heard]:
    """Tells the story to a world, sound or not, and says which canaries are found where."""

    def listen(*planted: str) -> Heard:
        said = tmp_path_factory.mktemp("said") / "output"
        with (
            said.open("wb") as output,
            own.worlds(*planted, workers=1, serving=partial(running, output=output)) as world,
        ):
            told = tell(world)
            superuser(world, "CHECKPOINT")
            found = {place: found_in(each, told.secrets) for place, each in _kept(own, world)}
        log = said.read_bytes()
        assert b'"job failed"' in log, "the worker's log was heard"
        assert b"unforeseen error" in log, "the server's log was heard"
        assert {answer.status_code for answer in told.refused} >= {401, 403, 404, 405, 409, 412, 422, 500}
        answers = [answer.body + str(answer.headers).encode() for answer in told.refused]
        statements = [statement.encode() for statement in told.statements]
        rest = {"log": [log], "answers": answers, "statements": statements}
        return found | {place: found_in(each, told.secrets) for place, each in rest.items()}

    return listen


def _kept(own: Own, world: World) -> Iterator[tuple[str, Iterable[bytes]]]:
    """What the world's database tells a superuser, and what lies in the folder of its server, place by place."""
    for place, query in KEPT.items():
        yield place, _bytes(superuser(world, query))
    folder = own.folder / "postgres"
    files = [path for path in folder.rglob("*") if path.is_file()]
    log = [path for path in files if path.suffix == ".log"]
    ahead = [path for path in files if path.parent.name == "pg_wal"]
    assert any(b"ck_of_a_test" in each for each in _content(log)), "the database's log was heard"
    yield "server's log", _content(log)
    yield "write-ahead log", _content(ahead)
    yield "files", _content(set(files) - {*log, *ahead})


def _bytes(rows: Iterable[Any]) -> Iterator[bytes]:
    for row in rows:
        for cell in row:
            yield bytes(cell) if isinstance(cell, bytes | memoryview) else str(cell).encode()


def _content(files: Iterable[Path]) -> Iterator[bytes]:
    for path in files:
        with suppress(FileNotFoundError):  # the server works on
            yield path.read_bytes()


def test_no_secret_is_found_where_it_must_not_be(heard: Callable[..., Heard]) -> None:
    found = heard()
    assert found["files"] & found["write-ahead log"] >= NAMED, "the search finds what is there"
    secret = {place: names - (NAMED if place in WITH_NAMES else set()) for place, names in found.items()}
    assert {place: names for place, names in secret.items() if names} == {}


@pytest.fixture(scope="module")
def leaking(heard: Callable[..., Heard]) -> Heard:
    """What is found in a world with every leak."""
    return heard(*LEAKS)


@pytest.mark.parametrize("leak", LEAKS)
def test_a_leak_is_found(leak: str, leaking: Heard, record_property: Callable[[str, object], None]) -> None:
    place, canaries = LEAKS[leak]
    record_property("planted", leak)
    assert leaking[place] >= canaries, leaking
    record_property("noticed", f"in the {place}: {', '.join(sorted(leaking[place]))}")


def test_what_is_kept_in_the_clear_was_written_ahead_in_the_clear(leaking: Heard) -> None:
    assert leaking["write-ahead log"] >= LEAKS["kept_in_the_clear"][1]
