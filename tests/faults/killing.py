"""A served world that is killed in the middle of a request, at one step between application and database after another.

A step is a message that the application sends, or the end of an answer that it gets: what a kill at a network system
call can tell apart. The line kills instead of forwarding it, so every step has its own "just before".
"""

from __future__ import annotations

import http.client
import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import create_engine, make_url, text
from sqlalchemy.pool import NullPool

from config.settings import Settings
from tests.driver import Api
from tests.faults import forked
from tests.faults.proxy import CutError, Message, Proxy, Trouble
from tests.faults.wire import Answer
from tests.faults.worlds import Planted, Programs, World, Worlds, environ_of
from tools import supervise

PATIENCE_S = 120  # with what must come soon, on the slowest machine
_SERVED = "served"  # application_name of what comes through the line
_TABLES = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
_UNCOUNTED = {"sign_in", "voucher_counter"}  # made by the first of many
_STILL_HERE = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = :name"


@dataclass(frozen=True)
class Asked:
    """A request that moves money: who sends it, where, and what."""

    who: str
    path: str
    body: dict[str, Any]
    of: str | None = None  # the thing whose version If-Match names


@dataclass(frozen=True)
class Effect:
    """What one request does: rows by table, and its steps with what each of them says."""

    rows: dict[str, int]
    steps: dict[int, str]


class Mortal:
    """A world whose serving processes are killed, and are there again a moment later."""

    def __init__(self, world: World, line: Proxy) -> None:
        self.world, self.line = world, line
        self.beside = Api(world.api.app)  # the same books without server and line
        self.engine = create_engine(world.superuser_url, poolclass=NullPool, isolation_level="AUTOCOMMIT")

    def rows(self) -> Counter[str]:
        """How many rows each table has; every change of a row is one more in the record."""
        with self.engine.connect() as connection:
            names = set(connection.scalars(text(_TABLES))) - _UNCOUNTED
            each = " UNION ALL ".join(f"SELECT '{name}' AS name, count(*) AS n FROM {name}" for name in names)
            return Counter({row.name: row.n for row in connection.execute(text(each))})

    def since(self, before: Counter[str]) -> dict[str, int]:
        """What has come and gone, by table."""
        now = self.rows()
        return {name: now[name] - before[name] for name in now if now[name] != before[name]}

    def kill(self) -> None:
        """SIGKILL to granian, its serving processes and the workers; what forked them stays."""
        for program in self.world.programs:
            kill_below(program)

    def revive(self) -> None:
        """Wait until the database has let go of the dead and a new server answers."""
        with self.engine.connect() as connection:
            _until(lambda: connection.scalar(text(_STILL_HERE), {"name": _SERVED}) == 0)
        _until(lambda: _lives(self.world.settings.port))

    def sign_in(self, asked: Asked) -> None:
        """Let its sender be known to the server and to us before anything is counted."""
        self.world.api(asked.who)
        self.beside(asked.who)

    def send(self, asked: Asked, key: str, trouble: Trouble | None = None) -> Answer | None:
        """Send it with the version that the thing now has; None when no answer came."""
        tag = self.beside(asked.who).get(asked.of).headers["ETag"] if asked.of else None
        request = self.world.api(asked.who).prepared("POST", asked.path, asked.body, key=key, if_match=tag)
        try:
            if trouble is None:
                return request(None)
            with self.line.troubled(trouble):
                return request(None)
        except (OSError, http.client.HTTPException):
            return None

    def fresh(self) -> None:
        """Begin anew, so that every try takes the same steps."""
        self.kill()
        self.revive()

    def watched(self, asked: Asked) -> Effect:
        """Do it undisturbed, and tell what it did and how."""
        steps: dict[int, str] = {}

        def note(message: Message) -> None:
            if message.step:
                steps[message.step] = message.statement
            message.send()

        self.sign_in(asked)
        self.fresh()
        before = self.rows()
        answer = self.send(asked, str(uuid4()), note)
        assert answer is not None
        assert answer.status_code < 300, answer.body
        return Effect(self.since(before), steps)

    def at_step(self, wanted: int) -> Trouble:
        """Kill everything just before this step."""

        def strike(message: Message) -> None:
            if message.step == wanted:
                self.kill()
                raise CutError
            message.send()

        return strike


def killed_everywhere(
    mortal: Mortal, name: str, prepare: Callable[[], Asked], choose: Callable[[Effect], Iterable[int]]
) -> int:
    """Kill one act at each chosen step; the client tries again with the same key, which is killed a step later …

    After each kill either nothing of the act is there or all of it, and then the key brings its first answer. What is
    there in the end is what one undisturbed act does. Gives the number of points.
    """
    effect = mortal.watched(prepare())
    asked, key, before, points = prepare(), str(uuid4()), mortal.rows(), 0
    mortal.fresh()
    for step in choose(effect):
        points += 1
        where = f"{name}, killed before step {step} of {len(effect.steps)} ({effect.steps[step]})"
        answered = mortal.send(asked, key, mortal.at_step(step))
        mortal.revive()
        if answered is None and not mortal.since(before):
            continue
        _done_once(mortal, asked, key, before, effect, where, answered)
        asked, key, before = prepare(), str(uuid4()), mortal.rows()
        mortal.fresh()
    _done_once(mortal, asked, key, before, effect, f"{name}, at last", None)
    return points


def _done_once(
    mortal: Mortal, asked: Asked, key: str, before: Counter[str], effect: Effect, where: str, first: Answer | None
) -> None:
    """The same key again: the answer that was given first, and the whole effect, once."""
    answers = [answer for answer in (first, mortal.send(asked, key), mortal.send(asked, key)) if answer is not None]
    done = mortal.since(before)
    assert done == effect.rows, f"{where}: {told(done)} instead of {told(effect.rows)}"
    assert {answer.status_code // 100 for answer in answers} == {2}, f"{where}: {answers[-1].body!r}"
    assert len({answer.body for answer in answers}) == 1, f"{where}: two answers"


def told(rows: dict[str, int]) -> str:
    """Rows by table, as words."""
    return ", ".join(f"{number} × {name}" for name, number in sorted(rows.items())) or "nothing"


@contextmanager
def mortal_world(worlds: Worlds, *planted: str, workers: int = 0) -> Iterator[Mortal]:
    """A world that reaches its database through a line, with a server that can be killed again and again."""
    sockets = make_url(worlds.superuser_url).query["host"]
    with (
        Proxy(f"{sockets}/.s.PGSQL.5432").running() as line,
        worlds(*planted, workers=workers, serving=_through(line)) as world,
    ):
        yield Mortal(world, line)


def reached(settings: Settings, line: Proxy) -> Settings:
    """The same database, through the line."""
    address = make_url(settings.database_url).set(host="127.0.0.1", port=line.port, query={"application_name": _SERVED})
    return replace(settings, database_url=address.render_as_string(hide_password=False))


def _through(line: Proxy) -> Any:
    @contextmanager
    def serving(settings: Settings, planted: Planted, *, workers: int) -> Iterator[Programs]:
        programs = [forked.server(settings, mortal=True)]
        programs += [forked.Forked("worker", mortal=True) for _ in range(workers)]
        try:
            for program in programs:
                program.start(environ_of(reached(settings, line), planted))
            supervise.await_answer(settings, programs[0])
            yield tuple(programs)
        finally:
            for program in programs:
                program.stop()

    return serving


def kill_below(program: forked.Forked) -> None:
    """SIGKILL to all that this program started."""
    for number in _below(program.pid):
        with suppress(ProcessLookupError):
            os.kill(number, signal.SIGKILL)


def _below(number: int) -> list[int]:
    """The processes that this one started, and those that they did."""
    found: list[int] = []
    with suppress(OSError):
        for task in Path(f"/proc/{number}/task").iterdir():
            for child in (task / "children").read_text().split():
                found += [int(child), *_below(int(child))]
    return found


def _lives(port: int) -> bool:
    door = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        door.request("GET", "/api/v1/health/live")
        return door.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        door.close()


def _until(reached: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not reached():
        assert time.monotonic() < deadline, f"not within {PATIENCE_S} s"
        time.sleep(0.005)
