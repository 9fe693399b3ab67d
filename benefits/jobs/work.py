"""One job in hand: its transactions, its progress, and the signs by which it must stop."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from benefits.core.actor import Actor
from benefits.core.errors import NotSignedIn
from models.database import NOBODY, Scope, session_for, set_scope
from models.job import Job
from models.secrecy import Secrecy
from models.unit import Unit
from models.vocabulary import JobState

LoadActor = Callable[[Session, UUID, datetime, str], Actor]
QUEUE = Scope(worker=True)  # sees the queue and nothing else


class JobCancelledError(Exception):
    """Its owner called the job off."""


class WorkerStoppingError(Exception):
    """The process is to end; the job goes back to the queue."""


class JobLostError(Exception):
    """Another worker has taken the job over; nothing of ours may be kept."""


@dataclass(frozen=True)
class Shop:
    """What a worker process works with."""

    engine: Engine
    secrecy: Secrecy
    load_actor: LoadActor
    now: Callable[[], datetime]
    stop: threading.Event
    files_kept: timedelta = timedelta(days=90)  # how long the content of files that were sent or made stays


@dataclass
class Work:
    """A claimed job. `attempt` is the fence: only the latest claim may finish the job.

    One without an account is the house's own (`benefits.jobs.daily`) and works over its unit's subtree.
    """

    shop: Shop
    job_id: UUID
    kind: str
    account_id: UUID | None
    unit_id: UUID
    request_id: str
    params: dict[str, Any]
    attempt: int
    done: int = 0
    total: int | None = None
    cancel_asked: threading.Event = field(default_factory=threading.Event)
    lost: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def transaction(self, *, frozen: bool = False) -> Iterator[tuple[Session, Actor]]:
        """One transaction as the job's account, with its grants as they are now; commits at the end.

        Args:
            frozen: all its statements see one snapshot; what others also write, such as the job itself, it cannot.
        """
        if self.account_id is None:
            raise NotSignedIn
        engine = self.shop.engine.execution_options(isolation_level="REPEATABLE READ") if frozen else self.shop.engine
        with session_for(engine, NOBODY, secrecy=self.shop.secrecy) as session:
            actor = self.shop.load_actor(session, self.account_id, self.shop.now(), self.request_id)
            yield session, actor

    @contextmanager
    def own_transaction(self) -> Iterator[tuple[Session, datetime]]:
        """One transaction of the house itself over the job's unit with all below it, and its instant; commits."""
        scope = Scope(request_id=self.request_id, paths=("/",))
        with session_for(self.shop.engine, scope, secrecy=self.shop.secrecy) as session:
            path = session.scalars(select(Unit.path).where(Unit.id == self.unit_id)).one()
            set_scope(session, Scope(request_id=self.request_id, paths=(path,)))
            yield session, self.shop.now()

    def step(self, done: int, total: int | None = None) -> None:
        """Tell how far the work is; raises when it must not go on. Cheap: the worker's pulse writes it down."""
        self.done = done
        if total is not None:
            self.total = total
        if self.lost.is_set():
            raise JobLostError
        if self.cancel_asked.is_set():
            raise JobCancelledError
        if self.shop.stop.is_set():
            raise WorkerStoppingError

    def finish(self, session: Session, result: dict[str, Any]) -> None:
        """Mark the job done in the transaction of its effects, so that both stand or fall together.

        Raises:
            JobLostError: it was called off or taken over in the meantime; the transaction must not be kept.
        """
        ended = session.execute(
            update(Job)
            .where(
                Job.id == self.job_id,
                Job.attempts == self.attempt,
                Job.state == JobState.RUNNING,
                Job.cancel_asked.is_(False),
            )
            .values(state=JobState.DONE, done=self.done, total=self.done, result=result, finished_at=self.shop.now())
            .execution_options(synchronize_session=False)
        )
        if ended.rowcount != 1:  # type: ignore[attr-defined]
            raise JobLostError
