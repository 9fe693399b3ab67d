"""Imports: a file is sent, kept under a key of its own, checked and landed as a job, and its findings are kept."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count, islice
from pathlib import PurePath
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, insert, or_, select
from sqlalchemy.orm import Session

from benefits.core.actor import Actor
from benefits.core.errors import NotFound, invalid
from benefits.intake.row import Checked, Finding
from benefits.intake.workbook import Columns, read_rows, read_table
from benefits.jobs.queue import enqueue
from benefits.jobs.work import Work
from benefits.record.writer import write_entry
from models.columns import new_id
from models.job import Import, ImportFinding, ImportPart, Job
from models.secrecy import secrecy
from models.unit import Unit
from models.vocabulary import ImportMode

JOB_KIND = "import"
LOOKED_AT = 5_000  # rows read at once when a file is sent; what is wrong further on, its job finds
_CHUNK = 500
_PART = 1 << 20  # bytes
_FILENAME_MOST = 200

Rows = Iterator[tuple[int, dict[str, str]]]


@dataclass(frozen=True)
class Taking:
    """What a kind is given to take in: the rows, whether to land the good ones, and for which import."""

    rows: Rows
    apply: bool
    import_id: UUID


@dataclass(frozen=True)
class ImportKind:
    """One kind of file.

    `take` checks every row in order and, if told to apply, lands the good ones in the session's transaction; it gives
    each row back, checked. `further` names the columns, each with the words it takes, that its template may have for
    one programme and language; it raises NotFound.
    """

    columns: Columns
    permission: str
    take: Callable[[Session, Actor, Taking], Iterable[Checked[Any]]]
    further: Callable[[str, str], Sequence[tuple[str, Sequence[str]]]] | None = None


def start_import(
    session: Session, actor: Actor, kind: ImportKind, *, kind_name: str, mode: str, filename: str, content: bytes
) -> Import:
    """Keep a file and queue the job that takes it in; the import's id is the job's.

    Raises:
        NotPermitted: the account may not import this kind anywhere. Invalid: the file is no such table.
    """
    actor.require_somewhere(kind.permission)
    with read_table(content, filename, kind.columns) as table:
        for _ in islice(table.rows, LOOKED_AT):
            pass
    unit_id = min(
        (grant for grant in actor.grants if grant.path in actor.paths(kind.permission)),
        key=lambda grant: len(grant.path),
    ).unit_id
    job = enqueue(session, actor, kind=JOB_KIND, unit_id=unit_id, params={})
    keys = secrecy(session)
    key, wrapped = keys.new_key(job.id)
    imported = Import(
        id=job.id,
        account_id=actor.account_id,
        unit_id=unit_id,
        kind=kind_name,
        mode=ImportMode(mode),
        filename=PurePath(filename).name[-_FILENAME_MOST:],
        digest=hashlib.sha256(content).digest(),
        key_wrapped=wrapped,
    )
    session.add(imported)
    session.flush()
    _keep_content(session, imported, key, content)
    return imported


def _keep_content(session: Session, imported: Import, key: bytes, content: bytes) -> None:
    """Part by part: a statement that carried a large file would take ten times its size in both processes."""
    for part, at in enumerate(range(0, len(content), _PART)):
        sealed = secrecy(session).encrypt(key, imported.id, f"content{part}", content[at : at + _PART])
        row = {"part": part, "content": sealed, "account_id": imported.account_id, "unit_id": imported.unit_id}
        session.execute(insert(ImportPart), {"import_id": imported.id, **row})


def run_import(work: Work, kinds: Mapping[str, ImportKind]) -> None:
    """Take one import in: findings, counts, good rows and the end of the job are one transaction."""
    with work.transaction() as (session, actor):
        imported = session.get_one(Import, work.job_id)
        kind = kinds[imported.kind]
        actor.require_somewhere(kind.permission)
        with read_table(_content(session, imported), imported.filename, kind.columns) as table:
            rows = _stepping(table.rows, work, table.height)
            checked = kind.take(session, actor, Taking(rows, imported.mode == ImportMode.APPLY, imported.id))
            _keep(session, imported, checked)
        counts = ("rows", "accepted", "rejected", "warnings")
        work.finish(session, {name: getattr(imported, name) for name in counts})


def _content(session: Session, imported: Import) -> bytes:
    if imported.key_wrapped is None:
        raise NotFound  # the time for keeping it is over
    keys = secrecy(session)
    key = keys.unwrap(bytes(imported.key_wrapped), imported.id)
    content = bytearray()
    for part in count():
        sealed = session.scalar(
            select(ImportPart.content).where(ImportPart.import_id == imported.id, ImportPart.part == part)
        )
        if sealed is None:
            break
        content += keys.decrypt(key, imported.id, f"content{part}", sealed)
    if hashlib.sha256(content).digest() != bytes(imported.digest):
        raise NotFound  # the time for keeping it is over
    return bytes(content)


def _stepping(rows: Rows, work: Work, total: int) -> Rows:
    """The same rows; every now and then the job says how far it is, and learns whether to go on."""
    done = 0
    for done, row in enumerate(rows, 1):
        if done % _CHUNK == 0:
            work.step(done, max(total, done))
        yield row
    work.step(done, done)


def _keep(session: Session, imported: Import, checked: Iterable[Checked[Any]]) -> None:
    """Count the rows and keep their findings."""
    rows = accepted = warnings = 0
    found: list[Finding] = []
    for each in checked:
        rows += 1
        accepted += each.parsed is not None
        warnings += sum(finding.severity == "warning" for finding in each.findings)
        found += each.findings
        if len(found) >= _CHUNK:
            _write(session, imported, found)
            found = []
    _write(session, imported, found)
    imported.rows, imported.accepted, imported.rejected, imported.warnings = rows, accepted, rows - accepted, warnings
    session.flush()


def _write(session: Session, imported: Import, findings: list[Finding]) -> None:
    if not findings:
        return
    rows = [
        {
            "id": new_id(),
            "import_id": imported.id,
            "account_id": imported.account_id,
            "unit_id": imported.unit_id,
            "row": finding.row,
            "column": finding.column,
            "code": finding.code,
            "severity": finding.severity,
            "params": finding.params,
        }
        for finding in findings
    ]
    session.execute(insert(ImportFinding), rows)


def find_import(session: Session, actor: Actor, import_id: UUID) -> tuple[Import, Job]:
    """An import with its job; raises NotFound."""
    found = session.execute(_visible(actor).where(Import.id == import_id)).one_or_none()
    if found is None:
        raise NotFound
    return found[0], found[1]


def list_imports(session: Session, actor: Actor, *, after: UUID | None, limit: int) -> list[tuple[Import, Job]]:
    """Imports that the actor may see, in order of creation, one more than `limit` where there are more."""
    query = _visible(actor).order_by(Import.id).limit(limit + 1)
    if after is not None:
        query = query.where(Import.id > after)
    return [(row[0], row[1]) for row in session.execute(query)]


def _visible(actor: Actor) -> Select[Import, Job]:
    """Imports of the actor's own and of the units whose imports the actor reads, each with its job."""
    read = (func.starts_with(Unit.path, path) for path in actor.paths("import.read"))
    return (
        select(Import, Job)
        .join(Job, Job.id == Import.id)
        .join(Unit, Unit.id == Import.unit_id)
        .where(or_(Import.account_id == actor.account_id, *read))
        .execution_options(populate_existing=True)
    )


def list_findings(session: Session, imported: Import, *, after: UUID | None, limit: int) -> list[ImportFinding]:
    """Findings in the order of the rows, one more than `limit` where there are more."""
    query = select(ImportFinding).where(ImportFinding.import_id == imported.id)
    if after is not None:
        last = session.get(ImportFinding, after)
        if last is None or last.import_id != imported.id:
            raise invalid("/after", "cursor_malformed")
        query = query.where(
            or_(ImportFinding.row > last.row, (ImportFinding.row == last.row) & (ImportFinding.id > last.id))
        )
    return list(session.scalars(query.order_by(ImportFinding.row, ImportFinding.id).limit(limit + 1)))


def sent_rows(session: Session, actor: Actor, imported: Import, kind: ImportKind) -> list[list[str]]:
    """The file's rows as they stand, blank ones too, so that the n-th is row n of the sheet; the reading is recorded.

    Raises:
        NotPermitted: somebody else's file, and the account may not send such ones for that unit.
    """
    if imported.account_id != actor.account_id:
        actor.require(kind.permission, session.scalars(select(Unit.path).where(Unit.id == imported.unit_id)).one())
    write_entry(
        session,
        kind="reading",
        action="import.workbook",
        table="import",
        row=imported.id,
        unit_id=imported.unit_id,
        data={"digest": imported.digest.hex()},
    )
    rows: list[list[str]] = []
    with read_rows(_content(session, imported), imported.filename, kind.columns) as (_, numbered):
        for number, cells in numbered:
            rows += [[] for _ in range(number - len(rows) - 1)]
            rows.append(cells)
    return rows
