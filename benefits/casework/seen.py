"""What a decider saw of a case, as one hash: an edit of any of it makes another hash."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.application import Application, Assessment, Document


def seen_hashes(session: Session, applications: Sequence[Application]) -> dict[UUID, bytes]:
    """By case: SHA-256 over its programme, day, amount, facts, payee, assessment and papers as they are now."""
    now = seen_with(session, [(each, each.assessment_id) for each in applications])
    return {each.id: seen for each, seen in zip(applications, now, strict=True)}


def seen_with(session: Session, shown: Sequence[tuple[Application, UUID | None]]) -> list[bytes]:
    """The same for cases each with the assessment that was shown with it, in their order."""
    ids = {application.id for application, _ in shown}
    with session.no_autoflush:  # papers and assessments are in the books already
        papers: defaultdict[UUID, list[str]] = defaultdict(list)
        for case, digest in session.execute(
            select(Document.application_id, Document.digest)
            .where(Document.application_id.in_(ids), Document.removed_at.is_(None))
            .order_by(Document.id)
        ):
            papers[case].append(digest.hex())
        contents: dict[UUID | None, bytes] = {
            row.id: row.content_hash
            for row in session.execute(
                select(Assessment.id, Assessment.content_hash).where(
                    Assessment.id.in_({assessment for _, assessment in shown} - {None})
                )
            )
        }
    return [_hash(each, papers[each.id], contents.get(assessment, b"")) for each, assessment in shown]


def _hash(application: Application, papers: list[str], assessed: bytes) -> bytes:
    parts = {
        "application": str(application.id),
        "submission": application.submission,
        "programme": application.programme,
        "member": str(application.membership_id),
        "event_on": application.event_on.isoformat(),
        "amount": None if application.amount is None else f"{application.amount:.2f}",
        "facts": hashlib.sha256(application.facts_cipher).hexdigest(),
        "payee": (application.payee_hash or b"").hex(),
        "holder": application.payee_holder,
        "bank": application.payee_bank,
        "assessment": assessed.hex(),
        "papers": papers,
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True, ensure_ascii=False).encode()).digest()
