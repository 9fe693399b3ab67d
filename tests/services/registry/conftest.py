"""The demonstration union with a worker that does one job when told to."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, create_engine, select, text
from sqlalchemy.orm import Session

from benefits.access.actors import load_actor
from benefits.core.actor import Actor
from benefits.import_kinds import KINDS
from benefits.intake.imports import JOB_KIND, find_import, list_findings, run_import, start_import
from benefits.jobs.work import Shop
from benefits.jobs.worker import work_once
from config.settings import Settings
from models.account import Account
from models.database import Scope, session_for
from models.secrecy import Secrecy
from tools.provision import Provisioned

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


class Union:
    """The demonstration union, with a worker that does one job when told to."""

    def __init__(self, engine: Engine, secrecy: Secrecy) -> None:
        self.engine, self.secrecy = engine, secrecy
        self.shop = Shop(engine, secrecy, load_actor, lambda: NOW, threading.Event())

    def session(self, username: str) -> Any:
        return session_for(self.engine, Scope(account_id=self.account(username), request_id="t"), secrecy=self.secrecy)

    def account(self, username: str) -> UUID:
        with session_for(self.engine, Scope(paths=("/",))) as session:
            return session.scalars(select(Account.id).where(Account.username == username)).one()

    def acting(self, session: Session, username: str) -> Actor:
        return load_actor(session, self.account(username), NOW, "test-request")

    def send(self, username: str, kind: str, content: bytes, filename: str, mode: str = "apply") -> UUID:
        with self.session(username) as session:
            actor = self.acting(session, username)
            sent = start_import(
                session, actor, KINDS[kind], kind_name=kind, mode=mode, filename=filename, content=content
            )
            return sent.id

    def work(self) -> bool:
        return work_once(self.shop, {JOB_KIND: lambda work: run_import(work, KINDS)})

    def take(self, username: str, kind: str, content: bytes, filename: str, mode: str = "apply") -> dict[str, Any]:
        """Send a file, let the worker do it, and give what it came to."""
        import_id = self.send(username, kind, content, filename, mode)
        assert self.work()
        with self.session(username) as session:
            actor = self.acting(session, username)
            imported, job = find_import(session, actor, import_id)
            findings = list_findings(session, imported, after=None, limit=100_000)
            return {
                "state": job.state,
                "result": job.result,
                "rows": imported.rows,
                "accepted": imported.accepted,
                "findings": [(found.row, found.column, found.code) for found in findings],
            }

    def count(self, statement: str) -> int:
        with self.session("auditor") as session:
            self.acting(session, "auditor")
            return session.scalars(text(statement)).one()


@pytest.fixture
def union(committed: Provisioned, settings: Settings) -> Iterator[Union]:
    engine = create_engine(committed.app_url)
    yield Union(engine, Secrecy(settings.master_key, settings.index_key))
    engine.dispose()
