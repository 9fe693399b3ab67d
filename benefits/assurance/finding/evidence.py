"""Evidence of a rectification: papers of a finding, encrypted under its person's key, each reading recorded."""

from __future__ import annotations

import hashlib
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from benefits.access.person import person_key
from benefits.assurance.finding.act import require_responsible
from benefits.assurance.finding.life import advance, require_state
from benefits.casework.document import sound_paper
from benefits.core.actor import Actor
from benefits.core.errors import NotFound
from benefits.record.writer import write_entry
from models.audit_finding import AuditFinding, FindingPaper
from models.audit_vocabulary import FindingState
from models.columns import new_id
from models.secrecy import secrecy


def papers_of(session: Session, finding: AuditFinding) -> list[FindingPaper]:
    """The papers of a finding in the order in which they came."""
    query = select(FindingPaper).where(FindingPaper.finding_id == finding.id).order_by(FindingPaper.id)
    return list(session.scalars(query))


def add_paper(session: Session, actor: Actor, finding: AuditFinding, *, title: str, content: bytes) -> FindingPaper:
    """Who is responsible hands in evidence before answering.

    Raises:
        Invalid: empty, too large, or neither PDF, JPEG nor PNG. NotPermitted, StateForbids.
    """
    require_responsible(actor, finding)
    require_state(finding, "add_paper")
    media_type = sound_paper(content)
    paper_id = new_id()
    key = person_key(session, finding.person_id)
    paper = FindingPaper(
        id=paper_id,
        finding_id=finding.id,
        unit_id=finding.unit_id,
        person_id=finding.person_id,
        title=title,
        media_type=media_type,
        size=len(content),
        digest=hashlib.sha256(content).digest(),
        content=secrecy(session).encrypt(key, paper_id, "finding_paper", content),
        added_by=actor.account_id,
    )
    session.add(paper)
    session.flush()
    advance(session, actor, finding, "add_paper", FindingState(finding.state), note=title)
    return paper


def read_paper(session: Session, finding: AuditFinding, paper_id: UUID) -> tuple[FindingPaper, bytes]:
    """A paper in the clear; the reading enters the record. Raises NotFound."""
    paper = session.scalar(
        select(FindingPaper).where(FindingPaper.id == paper_id, FindingPaper.finding_id == finding.id)
    )
    if paper is None:
        raise NotFound
    key = person_key(session, finding.person_id)
    content = secrecy(session).decrypt(key, paper.id, "finding_paper", paper.content)
    write_entry(
        session,
        kind="reading",
        action="finding_paper",
        table="finding_paper",
        row=paper.id,
        unit_id=finding.unit_id,
        application_id=finding.application_id,
        data={"purpose": f"audit_finding {finding.number}"},
    )
    return paper, content
