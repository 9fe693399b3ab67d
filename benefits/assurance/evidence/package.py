"""A package is made from one snapshot of the books: what belongs to its cases, proven against one signed checkpoint."""

from __future__ import annotations

from dataclasses import dataclass
from typing import IO

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from benefits.assurance.checkpoint import Signer
from benefits.assurance.evidence import content
from benefits.assurance.evidence.container import Container
from benefits.assurance.evidence.index import index_of
from benefits.assurance.evidence.selection import Subject, select_rows, selected_tables
from benefits.assurance.seal.tree import tree_of
from benefits.core.actor import Actor
from benefits.papers.evidence_index import evidence_index
from benefits.record.writer import write_entry
from models.seal import RecordCheckpoint, RecordLog

FORMAT = "benefits-evidence/1"
LANGUAGES = ("zh-CN", "en")


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is asked for: of which cases, whether with the papers themselves, and checkpoints the asker holds."""

    subject: Subject
    papers: bool
    held: tuple[int, ...] = ()  # sizes


@dataclass(frozen=True)
class Made:
    """A finished package: its cases, rows and checkpoint, and the papers that were read for it."""

    cases: list[str]
    size: int
    files: int
    read: list[dict[str, str]]


def head_of(session: Session) -> RecordCheckpoint | None:
    """The checkpoint to which the proofs will lead; None while one of the selected entries is not covered by any."""
    size = content.sealed_until(session)
    if size is None:
        return None
    newest = select(RecordLog.generation).order_by(RecordLog.generation.desc()).limit(1).scalar_subquery()
    covers = select(RecordCheckpoint).where(RecordCheckpoint.size >= size, RecordCheckpoint.generation == newest)
    return session.scalar(covers.order_by(RecordCheckpoint.size).limit(1))


def write_package(session: Session, actor: Actor, wanted: Wanted, seed: bytes, out: IO[bytes]) -> Made | None:
    """Write the package into `out`; None while not everything that belongs to it is under a signed checkpoint.

    The session's transaction must see one snapshot (`Work.transaction(frozen=True)`). `seed` is the 32 bytes of the
    Ed25519 key that signs the checkpoints; it signs the manifest too.

    Raises:
        Invalid: it would be larger than one file may be.
    """
    select_rows(session, actor, wanted.subject)
    head = head_of(session)
    if head is None:
        return None
    node, cases = tree_of(session), _cases(session)
    withheld: list[dict[str, str]] = []
    read: list[dict[str, str]] = []
    with Container(out) as package:
        for language in LANGUAGES:
            index = index_of(session, wanted.subject, head, with_papers=wanted.papers, language=language)
            package.add(f"index.{language}.pdf", [evidence_index(index, language)])
        package.add("record/checkpoints.jsonl", content.checkpoints(node, _heads(session, head, wanted.held)))
        package.add("record/entries.jsonl", content.entries(session, node, head.size))
        for table in selected_tables(session):
            package.add(f"rows/{table}.jsonl", content.rows(session, table))
        for name, whole in (*content.rules(session), *content.populations(session)):
            package.add(name, [whole])
        for table, found in (("assessment", content.findings), ("document", content.papers)):
            for row, name, clear in found(session):
                if clear is None or (table == "document" and not wanted.papers):
                    withheld.append({"table": table, "row": str(row)})
                    continue
                package.add(name, [clear])
                read.append({"table": table, "row": str(row)})
        origin = _origin(session, head)
        told = {"format": FORMAT, "origin": origin, "size": head.size, "cases": cases}
        package.close({**told, "subject": wanted.subject.told(), "withheld": withheld}, Signer.of(origin, seed))
    return Made(cases, head.size, package.count, read)


def record_readings(session: Session, made: Made) -> None:
    """Each paper and finding that went into a package in the clear was read."""
    query = text("SELECT application_id, unit_id FROM document WHERE id = :id")
    for one in (one for one in made.read if one["table"] == "document"):
        case = session.execute(query, {"id": one["row"]}).one()
        write_entry(
            session,
            kind="reading",
            action="document",
            table="document",
            row=one["row"],
            unit_id=case.unit_id,
            application_id=case.application_id,
        )


def _cases(session: Session) -> list[str]:
    return [str(one) for one in session.scalars(text("SELECT id FROM evidence_case ORDER BY id"))]


def _heads(session: Session, head: RecordCheckpoint, held: tuple[int, ...]) -> list[RecordCheckpoint]:
    """The checkpoint of the proofs, after those smaller ones of the same log that the asker holds."""
    earlier = select(RecordCheckpoint).where(
        RecordCheckpoint.size.in_(held),
        RecordCheckpoint.size < head.size,
        RecordCheckpoint.generation == head.generation,
    )
    return [*session.scalars(earlier.order_by(RecordCheckpoint.size)), head]


def _origin(session: Session, head: RecordCheckpoint) -> str:
    return session.scalars(select(RecordLog.origin).where(RecordLog.generation == head.generation)).one()
