"""What a decider saw of a case, as one hash: an edit of any of it makes another hash."""

from __future__ import annotations

import hashlib
import json

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.application import Application, Assessment, Document


def seen_hash(session: Session, application: Application) -> bytes:
    """SHA-256 over the case's programme, day, amount, facts, payee, assessment and papers."""
    papers = session.scalars(
        select(Document.digest)
        .where(Document.application_id == application.id, Document.removed_at.is_(None))
        .order_by(Document.id)
    )
    assessed = None
    if application.assessment_id is not None:
        assessed = session.scalar(select(Assessment.content_hash).where(Assessment.id == application.assessment_id))
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
        "assessment": (assessed or b"").hex(),
        "papers": [digest.hex() for digest in papers],
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True, ensure_ascii=False).encode()).digest()
