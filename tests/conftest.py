"""One embedded PostgreSQL for the run, a template with the demonstration union, a savepoint or a clone per test."""

from __future__ import annotations

import base64
import os
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Protocol

import pytest
from flask import Flask
from sqlalchemy import Connection, create_engine, make_url
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from api.app import create_app
from benefits import demonstration
from benefits.jobs.worker import work_once
from config.settings import Settings, load
from models.database import Scope, db, session_for
from models.secrecy import Secrecy
from tests.clock import OFFSET, offset_of
from tests.driver import PASSWORD, Api
from tests.sealed import SEED
from tools.migrate import upgrade
from tools.postgres import embedded
from tools.provision import Passwords, Provisioned, clone, provision
from tools.worker import handlers, shop


class At(Protocol):
    """`at(day)`: the API on that day."""

    def __call__(self, day: date, hour: int = 10) -> Api:
        """The API at an hour of a day of the union."""


@pytest.fixture(scope="session")
def superuser_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL of our own for the whole run."""
    with embedded(tmp_path_factory.mktemp("pg")) as url:
        yield url


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of the test mode; the database's address is filled in per fixture."""
    key = lambda: base64.b64encode(secrets.token_bytes(32)).decode()  # noqa: E731
    return load(
        {
            "MODE": "test",
            "DATABASE_URL": "postgresql://nobody@/nothing",
            "DATA_DIR": str(tmp_path_factory.mktemp("data")),
            "MASTER_KEY": key(),
            "INDEX_KEY": key(),
            "TOKEN_KEY": key(),
            "DEMO_PASSWORD": PASSWORD,
            "ACCESS_TOKEN_MINUTES": "60",
            "CLOCK_OFFSET_S": str(OFFSET),
        }
    )


@pytest.fixture(scope="session")
def template(superuser_url: str, settings: Settings) -> Provisioned:
    """A migrated database with the demonstration union, to which nothing stays connected."""
    made = provision(
        superuser_url, "benefits_test", Passwords("owner-" + secrets.token_hex(8), "app-" + secrets.token_hex(8))
    )
    upgrade(made)
    demonstration.load(replace(settings, database_url=made.app_url))
    return made


@pytest.fixture(scope="session")
def base(superuser_url: str, template: Provisioned) -> Provisioned:
    """The database in which tests work under a savepoint; the template itself stays free for cloning."""
    return clone(superuser_url, template, "benefits_test_base")


@pytest.fixture(scope="session")
def served(settings: Settings, base: Provisioned) -> Flask:
    """The application, once."""
    return create_app(replace(settings, database_url=base.app_url))


@pytest.fixture
def connection(served: Flask) -> Iterator[Connection]:
    """One connection of the serving role, everything on it undone after the test."""
    with served.app_context():
        engine = db.engine
    with engine.connect() as opened:
        outer = opened.begin()
        engines = db._app_engines[served]
        engines[None] = opened  # type: ignore[assignment]
        try:
            yield opened
        finally:
            engines[None] = engine
            outer.rollback()


@pytest.fixture
def api(served: Flask, connection: Connection) -> Api:
    """The API in a transaction that is undone."""
    return Api(served)


@pytest.fixture
def at(api: Api) -> Iterator[At]:
    """The API as it answers at an hour of a day of the union; every account signs in anew."""
    settings = api.app.config["SETTINGS"]

    def on(day: date, hour: int = 10) -> Api:
        api.app.config["SETTINGS"] = replace(settings, clock_offset_s=offset_of(day, hour))
        return Api(api.app)

    yield on
    api.app.config["SETTINGS"] = settings


@pytest.fixture
def session(connection: Connection, settings: Settings) -> Iterator[Session]:
    """A session of the serving role over the whole demonstration union, undone after the test."""
    info = {
        "scope": Scope(paths=("/AH/",), request_id="test"),
        "secrecy": Secrecy(settings.master_key, settings.index_key),
    }
    with Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False, info=info) as opened:
        yield opened


@pytest.fixture
def committed(superuser_url: str, template: Provisioned) -> Iterator[Provisioned]:
    """A database of the test's own, with real commits; dropped after it."""
    name = "benefits_test_" + secrets.token_hex(4)
    yield clone(superuser_url, template, name)
    drop_database(superuser_url, name)


@pytest.fixture
def committed_app(settings: Settings, committed: Provisioned) -> Iterator[Flask]:
    """An application on the test's own database, with a pool for threads."""
    app = create_app(
        replace(settings, database_url=committed.app_url), engine_options={"pool_size": 24, "max_overflow": 8}
    )
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def committed_api(committed_app: Flask) -> Api:
    """The API on the test's own database."""
    return Api(committed_app)


@pytest.fixture
def committed_session(committed: Provisioned, settings: Settings) -> Iterator[Session]:
    """A session of the serving role over the union, on the test's own database; commits at the end."""
    engine = create_engine(committed.app_url, poolclass=NullPool)
    keys = Secrecy(settings.master_key, settings.index_key)
    with session_for(engine, Scope(paths=("/AH/",), request_id="test"), secrecy=keys) as opened:
        yield opened


@pytest.fixture
def worker(committed: Provisioned, settings: Settings) -> Iterator[Callable[[], bool]]:
    """Does the jobs that wait on the test's own database, one a call; false when none is waiting."""
    serving = shop(replace(settings, database_url=committed.app_url), threading.Event())
    yield partial(work_once, serving, handlers(SEED))
    serving.engine.dispose()


@contextmanager
def as_superuser(superuser_url: str, made: Provisioned) -> Iterator[Connection]:
    """A superuser's connection to a database, as an administrator with psql has; commits each statement."""
    address = make_url(superuser_url).set(database=make_url(made.owner_url).database)
    engine = create_engine(address, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as opened:
        yield opened


def drop_database(superuser_url: str, name: str) -> None:
    """Throw a database away, whoever is connected."""
    engine = create_engine(superuser_url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as opened:
        opened.exec_driver_sql(f'DROP DATABASE "{name}" WITH (FORCE)')


SHARED_DATA = Path(os.environ.get("SHARED_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))
