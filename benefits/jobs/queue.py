"""The queue of jobs as its users see it: put work in, look at it, call it off."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from benefits.core.actor import Actor
from benefits.core.errors import NotFound
from models.columns import new_id
from models.job import Job
from models.vocabulary import JobState


def enqueue(
    session: Session, actor: Actor, *, kind: str, unit_id: UUID, params: dict[str, Any], total: int | None = None
) -> Job:
    """Queue work in the open transaction; it is done for this account, with its grants at the time of doing."""
    job = Job(
        id=new_id(),
        kind=kind,
        state=JobState.QUEUED,
        account_id=actor.account_id,
        unit_id=unit_id,
        request_id=actor.request_id,
        params=params,
        total=total,
    )
    session.add(job)
    session.flush()
    return job


def find_job(session: Session, actor: Actor, job_id: UUID) -> Job:
    """A job of the actor's own; raises NotFound."""
    job = session.scalar(
        select(Job)
        .where(Job.id == job_id, Job.account_id == actor.account_id)
        .execution_options(populate_existing=True)
    )
    if job is None:
        raise NotFound
    return job


def cancel(session: Session, actor: Actor, job: Job) -> None:
    """Call a job off: at once while it waits, at its next step while it runs; what has ended stays as it is."""
    session.execute(
        update(Job)
        .where(Job.id == job.id, Job.state == JobState.QUEUED)
        .values(state=JobState.CANCELLED, cancel_asked=True, finished_at=actor.at)
    )
    session.execute(update(Job).where(Job.id == job.id, Job.state == JobState.RUNNING).values(cancel_asked=True))


def eta_seconds(job: Job, at: datetime) -> int | None:
    """How long a running job will still take if it goes on as so far; None where that cannot be said."""
    if job.state != JobState.RUNNING or not job.total or not job.done or job.started_at is None:
        return None
    return round((at - job.started_at).total_seconds() * (job.total - job.done) / job.done)
