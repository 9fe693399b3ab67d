"""Worlds to do harm in: a database of their own with the processes that serve it, sound or with planted defects."""

from __future__ import annotations

import base64
import os
import secrets
import socket
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from typing import IO, Protocol

from flask import Flask
from sqlalchemy import create_engine, make_url
from sqlalchemy.pool import NullPool

from api.app import create_app
from config.settings import Settings
from models.database import db
from tests.driver import PASSWORD, Api
from tests.faults import forked
from tests.faults.planted import statements
from tests.faults.wire import RemoteApi
from tests.story import colleague, identity
from tools import supervise
from tools.provision import Provisioned, clone

# How often each race is run; `make faults` runs more of them than `make test`.
TRIALS = int(os.environ.get("FAULTS_TRIALS", "1"))
LONG = 25  # FAULTS_TRIALS of `make faults`

Planted = tuple[str, ...]  # names of defects
Programs = tuple[forked.Forked, ...]


def scaled(short: int, long: int) -> int:
    """How many of something: `short` of it in `make test`, `long` in `make faults`, and in between by the trials."""
    return min(long, round(short + (long - short) * (TRIALS - 1) / (LONG - 1)))


REPEATS = scaled(1, 5)  # of a race of which one time shows nothing


class Serving(Protocol):
    """How a world is served until the block ends; `running` is the usual way."""

    def __call__(self, settings: Settings, planted: Planted, *, workers: int) -> AbstractContextManager[Programs]:
        """The server, then the workers."""


@dataclass(frozen=True)
class World:
    """A database with real commits, and the processes that serve it."""

    api: RemoteApi
    settings: Settings
    made: Provisioned
    superuser_url: str  # of this database
    planted: Planted = ()
    programs: Programs = field(default=())  # the server, then the workers

    @contextmanager
    def beside(self, ahead_s: int) -> Iterator[RemoteApi]:
        """Another server of the same database, whose clock is ahead; everybody signs in anew."""
        own = replace(self.settings, port=free_port(), clock_offset_s=self.settings.clock_offset_s + ahead_s)
        with running(own, self.planted, workers=0), _application(own) as app:
            yield RemoteApi(app, own.port)


class Worlds:
    """Makes worlds: `with worlds("key_not_kept") as world: …`."""

    def __init__(self, superuser_url: str, template: Provisioned, settings: Settings) -> None:
        self.superuser_url, self._template, self._settings = superuser_url, template, settings
        self._peopled: Provisioned | None = None

    def _with_colleagues(self) -> Provisioned:
        """The template with a second account for some duties, to which nothing stays connected."""
        made = clone(self.superuser_url, self._template, "benefits_peopled_" + secrets.token_hex(4))
        with _application(replace(self._settings, database_url=made.app_url)) as app:
            api = Api(app)
            colleague(api, "finance2", "finance", person=602)
            colleague(api, "reviewer2", "reviewer", person=601)
            again = identity(202, date(1975, 8, 2))
            colleague(api, "reviewer-again", "reviewer", person=again)  # `reviewer` once more
        return made

    @contextmanager
    def __call__(self, *planted: str, workers: int = 0, serving: Serving | None = None) -> Iterator[World]:
        """Two serving processes and `workers`, as `make run` starts them, on a clone that only this block sees."""
        if self._peopled is None:
            self._peopled = self._with_colleagues()
        name = "benefits_faults_" + secrets.token_hex(4)
        made = clone(self.superuser_url, self._peopled, name)
        inside = make_url(self.superuser_url).set(database=name).render_as_string(hide_password=False)
        for statement in statements(planted):
            _as_superuser(inside, statement)
        own = replace(self._settings, database_url=made.app_url, host="127.0.0.1", port=free_port(), workers=2)
        try:
            with (serving or running)(own, planted, workers=workers) as programs, _application(own) as app:
                yield World(RemoteApi(app, own.port), own, made, inside, planted, programs)
        finally:
            _as_superuser(self.superuser_url, f'DROP DATABASE "{name}" WITH (FORCE)')


@contextmanager
def running(
    settings: Settings, planted: Planted = (), *, workers: int, output: IO[bytes] | None = None
) -> Iterator[Programs]:
    """The server and its workers until the block ends; `output` is a file for all that they say."""
    programs = (forked.server(settings), *(forked.Forked("worker") for _ in range(workers)))
    try:
        for program in programs:
            program.start(environ_of(settings, planted), output)
        supervise.await_answer(settings, programs[0])
        yield programs
    finally:
        for program in programs:
            program.stop()


@contextmanager
def _application(settings: Settings) -> Iterator[Flask]:
    """One of our own on the same database, to look into the books."""
    app = create_app(settings)
    try:
        yield app
    finally:
        with app.app_context():
            db.engine.dispose()


def _as_superuser(url: str, statement: str) -> None:
    engine = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port: int = trial.getsockname()[1]
        return port


def environ_of(settings: Settings, planted: Planted = ()) -> dict[str, str]:
    """The environment of the programs of a world."""
    keys = {"MASTER_KEY": settings.master_key, "INDEX_KEY": settings.index_key, "TOKEN_KEY": settings.token_key}
    return {
        **{name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR", "LANG") if name in os.environ},
        **{name: base64.b64encode(key).decode() for name, key in keys.items()},
        "MODE": settings.mode,
        "DATABASE_URL": settings.database_url,
        "DATA_DIR": str(settings.data_dir),
        "DEMO_PASSWORD": PASSWORD,
        "HOST": settings.host,
        "PORT": str(settings.port),
        "CLOCK_OFFSET_S": str(settings.clock_offset_s),
        "ACCESS_TOKEN_MINUTES": "60",
        "PLANTED": " ".join(planted),
    }
