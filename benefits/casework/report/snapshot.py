"""A report kept as it was at one instant, so that each of its forms, whenever it is taken, has the same rows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from uuid import UUID

from sqlalchemy.orm import Session

from benefits.casework.report.frame import PERMISSION, Asked, Control, Report, Row, shown_value, totals_of
from benefits.casework.report.shelf import ask, find_report
from benefits.core.actor import Actor
from benefits.core.errors import NotFound, StateForbids
from benefits.jobs.files import file_parts, keep_file
from benefits.jobs.queue import enqueue, find_job
from benefits.jobs.work import Work
from benefits.record.writer import write_entry
from models.job import Job
from models.vocabulary import JobState

KIND = "report_snapshot"
_STEP = 500


def start_snapshot(session: Session, actor: Actor, report: Report, *, year: int | None, unit_code: str | None) -> Job:
    """Queue the keeping of a report; raises Invalid where the unit is not in sight."""
    asked = ask(session, actor, year=year, unit_code=unit_code)
    held = min((grant for grant in actor.grants if grant.carries(PERMISSION)), key=lambda grant: grant.path)
    params = {"report": report.code, "year": asked.year, "unit_code": unit_code}
    return enqueue(session, actor, kind=KIND, unit_id=held.unit_id, params=params)


def run_snapshot(work: Work) -> None:
    """Keep the rows of a queued report; the result has their count, control totals and digest."""
    report = find_report(work.params["report"])
    with work.transaction() as (session, actor):
        asked = ask(session, actor, year=work.params["year"], unit_code=work.params["unit_code"])
        control = Control(report, report.rows(session, actor, asked))
        file_hash = keep_file(session, work.job_id, actor.account_id, _lines(work, report, control))
        result = {
            "report": report.code,
            "year": asked.year,
            "unit_code": asked.unit_code,
            "as_of": asked.at.isoformat(),
            "count": control.count,
            "totals": totals_of(report, control.totals),
            "digest": control.digest,
            "sha256": file_hash,
            "paths": list(actor.paths(PERMISSION)),
        }
        write_entry(
            session, kind="export", action=KIND, table="application", row=work.job_id, unit_id=work.unit_id, data=result
        )
        work.finish(session, result)


def _lines(work: Work, report: Report, control: Control) -> Iterator[bytes]:
    lines: list[str] = []
    for row in control:
        shown = [shown_value(column, value) for column, value in zip(report.columns, row, strict=True)]
        lines.append(json.dumps(shown, ensure_ascii=False) + "\n")
        if len(lines) == _STEP:
            work.step(control.count)
            yield "".join(lines).encode()
            lines = []
    yield "".join(lines).encode()


def find_snapshot(session: Session, actor: Actor, job_id: UUID) -> Job:
    """A finished snapshot of the actor's own, of units whose reports the actor still reads.

    Raises:
        NotFound: none such. StateForbids: it is not done.
    """
    job = find_job(session, actor, job_id)
    if job.kind != KIND:
        raise NotFound
    if job.state != JobState.DONE or job.result is None:
        raise StateForbids(state=job.state, act="read")
    if not all(actor.may(PERMISSION, path) for path in job.result["paths"]):
        raise NotFound
    return job


def kept(session: Session, actor: Actor, job: Job) -> tuple[Report, Asked, Iterator[Row]]:
    """What a snapshot is of, and its rows as they were; raises NotFound once the time for keeping them is over."""
    told = job.result or {}
    asked = ask(session, actor, year=told["year"], unit_code=told["unit_code"])
    parts = file_parts(session, job.id)
    return find_report(told["report"]), asked, (tuple(json.loads(line)) for line in _joined(parts))


def _joined(parts: Iterator[bytes]) -> Iterator[bytes]:
    """Lines of a file that comes in parts; every part ends with a line."""
    for part in parts:
        yield from part.splitlines()
