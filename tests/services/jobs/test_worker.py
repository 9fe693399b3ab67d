"""Jobs come to an end, once, whoever dies on the way."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, create_engine, select, text, update
from sqlalchemy.exc import OperationalError

from benefits.access.actors import load_actor
from benefits.core.errors import invalid
from benefits.jobs import worker
from benefits.jobs.queue import cancel, enqueue, eta_seconds, find_job
from benefits.jobs.work import QUEUE, JobLostError, Shop, Work
from config.settings import Settings
from models.account import Account
from models.database import Scope, session_for
from models.job import Job
from models.secrecy import Secrecy
from models.unit import Unit
from tests.clock import now
from tools.provision import Provisioned


class Yard:
    """A queue with jobs of the demonstration's officer, and a clock that can be moved."""

    def __init__(self, engine: Engine, secrecy: Secrecy) -> None:
        self.engine, self.ahead = engine, timedelta()
        self.shop = Shop(engine, secrecy, load_actor, self.now, threading.Event())
        with session_for(engine, Scope(paths=("/",))) as session:
            self.account: UUID = session.scalars(select(Account.id).where(Account.username == "officer")).one()
            self.unit: UUID = session.scalars(select(Unit.id).where(Unit.code == "AH")).one()

    def now(self) -> datetime:
        return now() + self.ahead

    def put(self, kind: str = "work") -> UUID:
        with session_for(self.engine, Scope(account_id=self.account)) as session:
            actor = load_actor(session, self.account, self.now(), "r")
            return enqueue(session, actor, kind=kind, unit_id=self.unit, params={"x": 1}).id

    def call_off(self, job_id: UUID) -> None:
        with session_for(self.engine, Scope(account_id=self.account)) as session:
            actor = load_actor(session, self.account, self.now(), "r")
            cancel(session, actor, find_job(session, actor, job_id))

    def job(self, job_id: UUID) -> Job:
        with session_for(self.engine, QUEUE) as session:
            return session.get_one(Job, job_id)

    def do(self, handler: Callable[[Work], None], shop: Shop | None = None) -> bool:
        return worker.work_once(shop or self.shop, {"work": handler})


@pytest.fixture
def yard(committed: Provisioned, settings: Settings) -> Iterator[Yard]:
    engine = create_engine(committed.app_url, pool_size=12)
    yield Yard(engine, Secrecy(settings.master_key, settings.index_key))
    engine.dispose()


@pytest.fixture(autouse=True)
def quick_pulse(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "_PULSE_S", 0.05)


def finish(work: Work) -> None:
    work.step(3, 3)
    with work.transaction() as (session, actor):
        work.finish(session, {"who": str(actor.account_id), **work.params})


def test_a_job_is_done_as_its_account(yard: Yard) -> None:
    job_id = yard.put()
    assert yard.do(finish)
    job = yard.job(job_id)
    assert (job.state, job.result, job.done, job.total) == ("done", {"who": str(yard.account), "x": 1}, 3, 3)
    assert not yard.do(finish)


def test_many_workers_do_each_job_once(yard: Yard) -> None:
    jobs = [yard.put() for _ in range(20)]
    seen: list[UUID] = []

    def note(work: Work) -> None:
        seen.append(work.job_id)
        finish(work)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda _: [yard.do(note) for _ in range(20)], range(6)))
    assert sorted(seen) == sorted(jobs)
    assert {yard.job(job_id).state for job_id in jobs} == {"done"}


def until(true: Callable[[], Any]) -> None:
    deadline = time.monotonic() + 10
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_progress_is_seen_and_a_running_job_is_called_off(yard: Yard) -> None:
    job_id = yard.put()

    def count(work: Work) -> None:
        for done in range(10_000):
            work.step(done, 10_000)
            time.sleep(0.005)

    with ThreadPoolExecutor(1) as pool:
        doing = pool.submit(yard.do, count)
        until(lambda: yard.job(job_id).done > 0)
        running = yard.job(job_id)
        assert running.state == "running"
        left = eta_seconds(running, yard.now())
        assert left is not None
        assert left > 1
        yard.call_off(job_id)
        assert doing.result(10)
    assert yard.job(job_id).state == "cancelled"


def test_a_stopping_worker_puts_its_job_back_uncounted(yard: Yard) -> None:
    job_id = yard.put()
    stopping = replace(yard.shop, stop=threading.Event())

    def interrupted(work: Work) -> None:
        stopping.stop.set()
        work.step(1)

    for _ in range(5):
        stopping.stop.clear()
        assert yard.do(interrupted, stopping)
        assert (yard.job(job_id).state, yard.job(job_id).attempts) == ("queued", 0)
    assert yard.do(finish)
    assert yard.job(job_id).state == "done"


def end_late(work: Work) -> None:
    with work.transaction() as (session, _):
        session.execute(update(Unit).where(Unit.code == "AH-D01").values(name="late"))
        work.finish(session, {"late": True})


def test_a_silent_workers_job_is_taken_over_and_its_late_end_is_not_kept(yard: Yard) -> None:
    job_id = yard.put()
    late = worker._claim(yard.shop, {"work"})
    assert late is not None
    assert not yard.do(finish)
    yard.ahead = worker.LONGEST_SILENCE + timedelta(seconds=1)
    assert yard.do(finish)
    with pytest.raises(JobLostError):
        end_late(late)
    assert yard.job(job_id).result == {"who": str(yard.account), "x": 1}
    with session_for(yard.engine, Scope(paths=("/",))) as session:
        assert session.scalar(select(Unit.id).where(Unit.name == "late")) is None


def test_an_interrupted_job_is_tried_again_but_not_for_ever(yard: Yard) -> None:
    job_id = yard.put()

    def deadlock(work: Work) -> None:
        raise OperationalError("", {}, Exception("deadlock detected"))

    for _ in range(worker.MOST_ATTEMPTS):
        assert yard.do(deadlock)
    assert not yard.do(deadlock)
    job = yard.job(job_id)
    assert (job.state, job.result) == ("failed", {"code": "interrupted_too_often"})


def test_a_refusal_ends_a_job_by_its_fault_and_a_mistake_of_ours_tells_nothing(yard: Yard) -> None:
    refused, broken = yard.put(), yard.put()

    def refuse(work: Work) -> None:
        if work.job_id == refused:
            raise invalid("/file", "too_many_rows", most=7)
        raise ZeroDivisionError("a secret")

    assert yard.do(refuse)
    assert yard.do(refuse)
    assert yard.job(refused).result == {"code": "too_many_rows", "params": {"most": "7"}}
    assert (yard.job(broken).state, yard.job(broken).result) == ("failed", {"code": "internal"})


def test_the_queue_shows_a_worker_nothing_else(yard: Yard) -> None:
    yard.put()
    with session_for(yard.engine, QUEUE) as session:
        assert session.scalars(text("SELECT count(*) FROM membership")).one() == 0
        assert session.scalars(text("SELECT count(*) FROM unit")).one() == 0
        assert session.scalars(text("SELECT count(*) FROM job")).one() == 1
