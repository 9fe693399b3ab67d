"""Two serving processes and two workers on a database of their own, for tests of what happens at the same time."""

from __future__ import annotations

import base64
import os
import secrets
import socket
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

import pytest
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from api.app import create_app
from config.settings import Settings
from models.database import db
from tests.driver import PASSWORD
from tests.faults.wire import RemoteApi
from tests.story import colleague, identity
from tools import supervise
from tools.provision import Provisioned, clone

# How often each race is run; `make faults` runs more of them than `make test`.
TRIALS = int(os.environ.get("FAULTS_TRIALS", "1"))


@dataclass(frozen=True)
class World:
    """A database with real commits, and the processes that serve it."""

    api: RemoteApi
    settings: Settings


@pytest.fixture(scope="module")
def world(superuser_url: str, template: Provisioned, settings: Settings) -> Iterator[World]:
    """Two serving processes and two workers, as `make run` starts them, on a clone that only this file's races see."""
    name = "benefits_faults_" + secrets.token_hex(4)
    made = clone(superuser_url, template, name)
    own = replace(settings, database_url=made.app_url, host="127.0.0.1", port=_free_port(), workers=2)
    server, workers = supervise.server(own), [supervise.worker(), supervise.worker()]
    for program in (server, *workers):
        program.start(_environ(own))
    app = create_app(own)
    try:
        supervise.await_answer(own, server)
        api = RemoteApi(app, own.port)
        colleague(api, "finance2", "finance", person=602)
        colleague(api, "reviewer2", "reviewer", person=601)
        colleague(api, "reviewer-again", "reviewer", person=identity(202, date(1975, 8, 2)))  # `reviewer` once more
        yield World(api, own)
    finally:
        for program in (server, *workers):
            program.stop()
        with app.app_context():
            db.engine.dispose()
        with create_engine(superuser_url, poolclass=NullPool, isolation_level="AUTOCOMMIT").connect() as connection:
            connection.exec_driver_sql(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def wire(world: World) -> RemoteApi:
    """The served API."""
    return world.api


def _free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port: int = trial.getsockname()[1]
        return port


def _environ(settings: Settings) -> dict[str, str]:
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
        "ACCESS_TOKEN_MINUTES": "60",
    }
