"""Exports of the record: a selection as one file, made by a job, recorded with its count and digest."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from typing import Any, get_args
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from benefits.assurance.evidence import job as evidence
from benefits.core.actor import Actor
from benefits.core.errors import NotFound, StateForbids, invalid
from benefits.jobs.files import keep_file
from benefits.jobs.queue import enqueue, find_job
from benefits.jobs.work import Work
from benefits.papers.cells import Cells
from benefits.papers.export import Export, Shape, export_rows
from benefits.papers.record_list import Line, RecordList, record_list
from benefits.record.reader import PERMISSION, Event, Selection, count_events, snapshot, stream_events
from benefits.record.writer import write_entry
from models.job import Job
from models.unit import Unit
from models.vocabulary import JobState

KIND = "record_export"
SHAPES: tuple[str, ...] = (*get_args(Shape), "pdf")
MOST_PRINTED = 5_000  # entries: some hundred pages; whoever wants more takes a file that is searched
COLUMNS = (
    "n",
    "at",
    "kind",
    "action",
    "table",
    "row",
    "unit_code",
    "application_id",
    "account_id",
    "username",
    "account_name",
    "database_user",
    "request_id",
    "data",
)
_NOBODY = (None, None, None)
_READ: dict[str, Callable[[str], Any]] = {
    "application_id": UUID,
    "member_id": UUID,
    "amount_from": Decimal,
    "amount_until": Decimal,
    "from_at": datetime.fromisoformat,
    "until_at": datetime.fromisoformat,
}


def start_export(session: Session, actor: Actor, shape: str, selection: Selection, language: str = "zh-CN") -> Job:
    """Queue an export of what the record shows of a selection at this moment; entries that come later are not in it.

    Raises:
        Invalid: more entries than paper takes (`MOST_PRINTED`).
    """
    wanted = {name: str(value) for name, value in asdict(selection).items() if value is not None}
    params = {"shape": shape, "selection": wanted, "snapshot": snapshot(session), "language": language}
    return _queue(session, actor, params)


def repeat_export(session: Session, actor: Actor, shape: str, export_id: UUID) -> Job:
    """Queue an earlier export of the actor's again, in this shape: the same entries, to the row.

    Raises:
        Invalid: no such export of the actor's own, or more entries than paper takes.
    """
    try:
        earlier = _find(session, actor, export_id)
    except NotFound:
        raise invalid("/same_as", "export_unknown") from None
    if earlier.kind != KIND:
        raise invalid("/same_as", "export_unknown")
    return _queue(session, actor, {**earlier.params, "shape": shape})


def _queue(session: Session, actor: Actor, params: dict[str, Any]) -> Job:
    """The export is the work of the highest unit whose record the actor reads."""
    if params["shape"] == "pdf":
        found = count_events(session, actor, _selection(params), params["snapshot"], most=MOST_PRINTED)
        if found > MOST_PRINTED:
            raise invalid("/format", "too_many_to_print", most=MOST_PRINTED)
    held = min((grant for grant in actor.grants if grant.carries(PERMISSION)), key=lambda grant: grant.path)
    return enqueue(session, actor, kind=KIND, unit_id=held.unit_id, params=params)


def run_export(work: Work) -> None:
    """Write the file of a queued export: handler of jobs of kind `KIND`.

    The job's result: `format`; `rows`; `digest`, the SHA-256 of the rows, equal in all formats; `sha256` of the file;
    `paths` of the units whose record it covers.
    """
    with work.transaction() as (session, actor):
        events = stream_events(session, actor, _selection(work.params), work.params["snapshot"])
        rows = _rows(work, events)
        if work.params["shape"] == "pdf":
            export = _printed(session, actor, work.params, rows)
        else:
            export = export_rows(COLUMNS, rows, work.params["shape"])
        file_hash = keep_file(session, work.job_id, actor.account_id, export)
        result = {
            "format": work.params["shape"],
            "rows": export.count,
            "digest": export.digest,
            "sha256": file_hash,
            "paths": list(actor.paths(PERMISSION)),
        }
        write_entry(
            session,
            kind="export",
            action=KIND,
            table="record_entry",
            row=work.job_id,
            unit_id=work.unit_id,
            data={**result, "selection": work.params["selection"], "snapshot": work.params["snapshot"]},
        )
        work.finish(session, result)


def _selection(params: dict[str, Any]) -> Selection:
    return Selection(**{name: _READ.get(name, str)(text) for name, text in params["selection"].items()})


def _printed(session: Session, actor: Actor, params: dict[str, Any], rows: Iterator[tuple[object, ...]]) -> Export:
    """The same rows as paper, which bears their count and digest."""

    def draw(_columns: Sequence[str], counted: Iterator[Cells]) -> Iterator[bytes]:
        lines = [_line(dict(zip(COLUMNS, row.values, strict=True))) for row in counted]
        said = "; ".join(f"{name}={value}" for name, value in params["selection"].items())
        root = session.scalar(select(Unit.name).where(Unit.parent_id.is_(None))) or ""
        yield record_list(RecordList(root, said, lines, export.digest, actor.at, actor.name), params["language"])

    export = Export(COLUMNS, rows, draw)
    return export


def _line(row: dict[str, Any]) -> Line:
    return Line(
        n=row["n"],
        at=row["at"],
        what=f"{row['kind']} · {row['action']}",
        where="\n".join(str(row[name]) for name in ("table", "row", "unit_code") if row[name]),
        who="\n".join(row[name] for name in ("username", "account_name", "database_user") if row[name]),
        data=row["data"],
    )


def _rows(work: Work, events: Iterator[Event]) -> Iterator[tuple[object, ...]]:
    for number, event in enumerate(events, 1):
        work.step(number)
        yield _row(event)


def _row(event: Event) -> tuple[object, ...]:
    """The fields of the entry, which are the columns; of the account its three."""
    *before, account, user, request_id, data = event
    return (*before, *(account or _NOBODY), user, request_id, data)


def find_export(session: Session, actor: Actor, export_id: UUID) -> Job:
    """A finished export of the actor's own, of units whose record the actor still reads.

    Raises:
        NotFound: none such. StateForbids: it is not done.
    """
    job = _find(session, actor, export_id)
    if job.state != JobState.DONE or job.result is None:
        raise StateForbids(state=job.state)
    if not all(actor.may(PERMISSION, path) for path in job.result["paths"]):
        raise NotFound
    return job


def _find(session: Session, actor: Actor, export_id: UUID) -> Job:
    job = find_job(session, actor, export_id)
    if job.kind not in {KIND, evidence.KIND}:
        raise NotFound
    return job
