"""The papers of a case: handed in while it can be changed, encrypted under the member's key, each reading recorded."""

from __future__ import annotations

import hashlib
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from benefits.access.person import person_key
from benefits.casework import workflow
from benefits.core.actor import Actor
from benefits.core.errors import NotFound, invalid
from benefits.money.duty import require_duty
from benefits.record.writer import write_entry
from models.application import Application, Document
from models.columns import new_id
from models.secrecy import secrecy
from models.vocabulary import ApplicationState

LARGEST_BYTES = 10 * 1024 * 1024
# Media type -> how such a file begins: what a paper is, not what its name says.
_BEGINNINGS = {"application/pdf": b"%PDF-", "image/jpeg": b"\xff\xd8\xff", "image/png": b"\x89PNG\r\n\x1a\n"}


def documents_of(session: Session, application_id: UUID) -> list[Document]:
    """The papers that a case has now, in the order in which they were handed in."""
    return list(
        session.scalars(
            select(Document)
            .where(Document.application_id == application_id, Document.removed_at.is_(None))
            .order_by(Document.id)
        )
    )


def sound_paper(content: bytes) -> str:
    """The media type of a paper that may be kept; raises Invalid at `/file`."""
    media_type = next((kind for kind, start in _BEGINNINGS.items() if content.startswith(start)), None)
    if media_type is None:
        raise invalid("/file", "paper_kind_refused")
    if len(content) > LARGEST_BYTES:
        raise invalid("/file", "paper_too_large", most_mib=LARGEST_BYTES // 1024 // 1024)
    return media_type


def add_document(session: Session, actor: Actor, application: Application, *, title: str, content: bytes) -> Document:
    """Hand in a paper.

    Raises:
        Invalid: empty, too large, or neither PDF, JPEG nor PNG. StateForbids: the case is not draft or returned.
    """
    _require_open(session, actor, application)
    media_type = sound_paper(content)
    document_id = new_id()
    key = person_key(session, application.person_id)
    document = Document(
        id=document_id,
        application_id=application.id,
        unit_id=application.unit_id,
        title=title,
        media_type=media_type,
        size=len(content),
        digest=hashlib.sha256(content).digest(),
        content=secrecy(session).encrypt(key, document_id, "document", content),
        added_by=actor.account_id,
    )
    session.add(document)
    session.flush()
    workflow.advance(session, actor, application, "change", ApplicationState(application.state))
    return document


def remove_document(session: Session, actor: Actor, application: Application, document_id: UUID) -> None:
    """Take a paper out of a case; its row and bytes stay for the auditor."""
    _require_open(session, actor, application)
    document = _find(session, application, document_id)
    document.removed_at = actor.at
    session.flush()
    workflow.advance(session, actor, application, "change", ApplicationState(application.state))


def read_document(session: Session, application: Application, document_id: UUID) -> tuple[Document, bytes]:
    """A paper in the clear; the reading enters the record."""
    document = _find(session, application, document_id)
    key = person_key(session, application.person_id)
    content = secrecy(session).decrypt(key, document.id, "document", document.content)
    write_entry(
        session,
        kind="reading",
        action="document",
        table="document",
        row=document.id,
        unit_id=application.unit_id,
        application_id=application.id,
    )
    return document, content


def _require_open(session: Session, actor: Actor, application: Application) -> None:
    actor.require("case.file", application.unit.path)
    workflow.require(application, "change")
    require_duty(session, actor, [application.id], "filed")


def _find(session: Session, application: Application, document_id: UUID) -> Document:
    document = session.scalar(
        select(Document).where(
            Document.id == document_id,
            Document.application_id == application.id,
            Document.removed_at.is_(None),
        )
    )
    if document is None:
        raise NotFound
    return document
