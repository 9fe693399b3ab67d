"""The worker: takes jobs from the queue one by one, keeps their pulse, and brings every one of them to an end."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from sqlalchemy import and_, or_, select, update
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from benefits.core.errors import Invalid, Refusal
from benefits.jobs.daily import keep_daily
from benefits.jobs.work import QUEUE, JobCancelledError, JobLostError, Shop, Work, WorkerStoppingError
from models.database import session_for
from models.job import Job
from models.vocabulary import JobState

Handler = Callable[[Work], None]

LONGEST_SILENCE = timedelta(seconds=30)  # after which a running job is taken for abandoned
MOST_ATTEMPTS = 3
_PULSE_S = 1.0
_REST_S = 0.25

log = logging.getLogger(__name__)


def run(shop: Shop, handlers: Mapping[str, Handler], *, threads: int = 2, daily: Collection[str] = ()) -> None:
    """Do jobs until `shop.stop` is set; with two threads a short job need not wait for a long one.

    Args:
        daily: the kinds of job that the house queues for itself every day.
    """
    crew = [threading.Thread(target=_serve, args=(shop, handlers), name=f"worker-{at}") for at in range(threads)]
    crew.append(threading.Thread(target=keep_daily, args=(shop, daily), name="daily"))
    for one in crew:
        one.start()
    for one in crew:
        one.join()


def _serve(shop: Shop, handlers: Mapping[str, Handler]) -> None:
    while not shop.stop.is_set():
        try:
            busy = work_once(shop, handlers)
        except SQLAlchemyError as error:  # the database is away: the job's pulse stops, and it is taken up again
            log.warning("worker cannot reach the queue", extra={"fault": type(error).__name__})
            busy = False
        if not busy:
            shop.stop.wait(_REST_S)


def work_once(shop: Shop, handlers: Mapping[str, Handler]) -> bool:
    """Take one job that has a handler and bring it as far as it may come now; False when none is waiting."""
    work = _claim(shop, handlers)
    if work is None:
        return False
    try:
        with _pulse(work):
            handlers[work.kind](work)
    except (JobCancelledError, JobLostError):
        _end(work, JobState.CANCELLED, None)  # reaches the row only while it is still ours
    except WorkerStoppingError:
        _put_back(work)
    except Refusal as refusal:
        _end(work, JobState.FAILED, _told(refusal))
    except OperationalError as error:  # a deadlock, a lost connection: worth another try
        log.warning("job was interrupted", extra={"job": str(work.job_id), "fault": type(error.orig).__name__})
        _put_back(work)
    except Exception:
        log.exception("job failed", extra={"job": str(work.job_id)})
        _end(work, JobState.FAILED, {"code": "internal"})
    return True


def _claim(shop: Shop, kinds: Collection[str]) -> Work | None:
    """Take the oldest job of these kinds that waits or was abandoned; one that was begun too often fails instead."""
    now = shop.now()
    waiting = or_(
        Job.state == JobState.QUEUED,
        and_(Job.state == JobState.RUNNING, Job.heartbeat_at < now - LONGEST_SILENCE),
    )
    with session_for(shop.engine, QUEUE) as session:
        job = session.scalar(
            select(Job).where(waiting, Job.kind.in_(kinds)).order_by(Job.id).limit(1).with_for_update(skip_locked=True)
        )
        if job is None:
            return None
        job.attempts += 1
        job.heartbeat_at = now
        job.started_at = job.started_at or now
        job.state = JobState.RUNNING
        if job.cancel_asked or job.attempts > MOST_ATTEMPTS:
            job.state = JobState.CANCELLED if job.cancel_asked else JobState.FAILED
            job.result = None if job.cancel_asked else {"code": "interrupted_too_often"}
            job.finished_at = now
            return None
        return Work(
            shop, job.id, job.kind, job.account_id, job.unit_id, job.request_id, dict(job.params), job.attempts,
            total=job.total,
        )  # fmt: skip


@contextmanager
def _pulse(work: Work) -> Iterator[None]:
    """While the work goes on, write every second how far it is and that it lives, and hear whether it is called off."""
    quiet = threading.Event()

    def beat() -> None:
        while not quiet.wait(_PULSE_S):
            try:
                _beat(work)
            except SQLAlchemyError as error:
                log.warning("pulse not written", extra={"fault": type(error).__name__})

    heart = threading.Thread(target=beat, name=f"pulse-{work.job_id}", daemon=True)
    heart.start()
    try:
        yield
    finally:
        quiet.set()
        heart.join()


def _beat(work: Work) -> None:
    with session_for(work.shop.engine, QUEUE) as session:
        seen = session.execute(
            update(Job)
            .where(Job.id == work.job_id, Job.attempts == work.attempt, Job.state == JobState.RUNNING)
            .values(done=work.done, total=work.total, heartbeat_at=work.shop.now())
            .returning(Job.cancel_asked)
        ).one_or_none()
    if seen is None:
        work.lost.set()  # or just finished: then nobody asks any more
    elif seen.cancel_asked:
        work.cancel_asked.set()


def _end(work: Work, state: JobState, result: dict[str, Any] | None) -> None:
    _write(work, state=state, result=result, finished_at=work.shop.now(), done=work.done, total=work.total)


def _put_back(work: Work) -> None:
    """To the queue; a try that the end of this process cut short does not count, one that failed does."""
    _write(work, state=JobState.QUEUED, attempts=work.attempt - (1 if work.shop.stop.is_set() else 0))


def _write(work: Work, **values: Any) -> None:
    with session_for(work.shop.engine, QUEUE) as session:
        session.execute(
            update(Job)
            .where(Job.id == work.job_id, Job.attempts == work.attempt, Job.state == JobState.RUNNING)
            .values(**values)
            .execution_options(synchronize_session=False)
        )


def _told(refusal: Refusal) -> dict[str, Any]:
    """A refusal as a job's result: its code, or that of its only fault, with what fills the message."""
    if isinstance(refusal, Invalid):
        fault = refusal.faults[0]
        return {"code": fault.code, "params": {name: str(value) for name, value in fault.params.items()}}
    return {"code": refusal.code, "params": {name: str(value) for name, value in refusal.params.items()}}
