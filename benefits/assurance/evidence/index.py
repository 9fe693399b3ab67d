"""What the printed index of a package says: its cases with their acts, payments and papers, as plain values."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from benefits.assurance.evidence.selection import Subject
from benefits.catalogue import programme
from benefits.papers.evidence_index import Case, EvidenceIndex, Line
from models.seal import RecordCheckpoint, RecordLog

MOST_SHOWN = 300  # cases told one by one; the rows of the package have all of them

_CASES = """
SELECT a.id, a.number, a.programme, a.state, a.event_on, a.amount, a.approved_amount, u.name AS unit,
       (SELECT p.edition FROM assessment s JOIN policy p ON p.id = s.policy_id WHERE s.id = a.assessment_id) AS edition
FROM application a JOIN unit u ON u.id = a.unit_id
WHERE a.id IN (SELECT id FROM evidence_case) ORDER BY a.number LIMIT :most
"""
_ACTS = """
SELECT x.act, x.acted_at AS at, coalesce(c.name, '') AS who, x.to_state AS state, x.amount
FROM act x LEFT JOIN account c ON c.id = x.account_id WHERE x.application_id = :id ORDER BY x.id
"""
_PAYMENTS = """
SELECT d.state, d.amount, b.number AS batch, d.bank_serial, d.settled_on
FROM disbursement d LEFT JOIN payment_batch b ON b.id = d.batch_id WHERE d.application_id = :id ORDER BY d.id
"""
_PAPERS = """
SELECT d.media_type, d.size, encode(d.digest, 'hex') AS sha256
FROM document d WHERE d.application_id = :id ORDER BY d.id
"""


def index_of(
    session: Session, subject: Subject, head: RecordCheckpoint, *, with_papers: bool, language: str
) -> EvidenceIndex:
    """The index of the package whose cases are selected in this transaction."""
    count = session.scalars(text("SELECT count(*) FROM evidence_case")).one()
    shown = session.execute(text(_CASES), {"most": MOST_SHOWN}).all()
    log = session.get_one(RecordLog, head.generation)
    union = session.scalars(text("SELECT name FROM unit WHERE parent_id IS NULL ORDER BY code LIMIT 1")).first() or ""
    return EvidenceIndex(
        union_name=union,
        subject=subject.told(),
        cases=[_case(session, row, language) for row in shown],
        more=count - len(shown),
        origin=log.origin,
        size=head.size,
        root=head.root.hex(),
        signed_at=head.signed_at.astimezone(UTC),
        with_papers=with_papers,
    )


def _case(session: Session, row: Any, language: str) -> Case:
    of = {"id": row.id}
    return Case(
        id=str(row.id),
        number=str(row.number),
        programme=programme(row.programme).titles[language],
        unit=row.unit,
        state=row.state,
        event_on=row.event_on,
        edition=row.edition or "",
        asked=row.amount,
        approved=row.approved_amount,
        acts=[Line(x.at, x.act, x.who, x.state, x.amount) for x in session.execute(text(_ACTS), of)],
        payments=[
            Line(x.settled_on, x.state, x.batch or "", x.bank_serial or "", x.amount)
            for x in session.execute(text(_PAYMENTS), of)
        ],
        papers=[(x.media_type, x.size, x.sha256) for x in session.execute(text(_PAPERS), of)],
    )
