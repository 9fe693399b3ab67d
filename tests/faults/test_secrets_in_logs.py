"""P29: what people tell the house is in no log, error, record entry, job or kept answer, whatever succeeds or fails."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.faults.canaries import found_in
from tests.faults.listening import Told, superuser
from tests.faults.secret_story import tell
from tests.faults.worlds import Worlds, running

# Planted, the place where it must be noticed, and canaries that it lets through.
LEAKS = {
    "path_logged": ("log", {"id_number", "card", "phone", "access token"}),
    "values_echoed": ("answers", {"id_number", "card", "phone", "diagnosis", "child", "address"}),
    "refusal_with_body": ("record", {"id_number", "card", "phone", "diagnosis", "child", "address", "password"}),
}
KEPT = {
    "record": "SELECT e::text, e.body::text FROM record_entry e",
    "jobs": "SELECT j::text, i::text FROM job j LEFT JOIN import i ON i.id = j.id",
    "findings": "SELECT f::text FROM import_finding f",
    "kept answers": "SELECT k::text, k.headers::text, k.body FROM idempotency_key k",
    "sign-ins": "SELECT s::text FROM sign_in_failure s",
    "notices of statements": "SELECT query FROM pg_stat_activity",
}
Heard = dict[str, set[str]]


@pytest.fixture(scope="module")
def heard(worlds: Worlds, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Heard]:
    """Tells the story to a world, sound or not, and says which canaries are found where."""

    def listen(*planted: str) -> Heard:
        said = tmp_path_factory.mktemp("said") / "output"
        with said.open("wb") as output:
            with worlds(*planted, workers=1, serving=partial(running, output=output)) as world:
                told = tell(world)
                places = {place: list(_bytes(superuser(world, query))) for place, query in KEPT.items()}
                (folder,) = superuser(world, "SHOW log_directory")
            content = {"log": [said.read_bytes()], "database log": _database_log(folder[0]), **places}
        assert b'"job failed"' in content["log"][0], "the worker's log was heard"
        assert b"unforeseen error" in content["log"][0], "the server's log was heard"
        assert any(b"ck_of_a_test" in each for each in content["database log"]), "the database's log was heard"
        content["answers"] = [answer.body + str(answer.headers).encode() for answer in told.refused]
        assert {answer.status_code for answer in told.refused} >= {401, 403, 404, 405, 409, 412, 422, 500}
        content["statements"] = [statement.encode() for statement in told.statements]
        plain = {"name"}  # stands in the clear in its table, so in the statements that write it
        return {
            place: found_in(each, _but(told, plain if "statements" in place else set()))
            for place, each in content.items()
        }

    return listen


def _but(told: Told, without: set[str]) -> dict[str, str]:
    return {name: word for name, word in told.secrets.items() if name not in without}


def _bytes(rows: Iterable[Any]) -> Iterator[bytes]:
    for row in rows:
        for cell in row:
            yield bytes(cell) if isinstance(cell, bytes | memoryview) else str(cell).encode()


def _database_log(folder: str) -> list[bytes]:
    return [path.read_bytes() for path in Path(folder).glob("*.log")]


def test_no_secret_is_found_where_it_must_not_be(heard: Callable[..., Heard]) -> None:
    assert {place: found for place, found in heard().items() if found} == {}


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
