"""What a decider saw of a case, as one hash: an edit of any of it makes another hash."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Result, null, select, union_all
from sqlalchemy.orm import Session

from models.application import Application, Assessment, Document


def seen_hashes(session: Session, applications: Sequence[Application]) -> dict[UUID, bytes]:
    """By case: SHA-256 over its programme, day, amount, facts, payee, assessment and papers as they are now."""
    now = seen_with(session, [(each, each.assessment_id) for each in applications])
    return {each.id: seen for each, seen in zip(applications, now, strict=True)}


def seen_with(session: Session, shown: Sequence[tuple[Application, UUID | None]]) -> list[bytes]:
    """The same for cases each with the assessment that was shown with it, in their order."""
    ids, assessments = {application.id for application, _ in shown}, {assessed for _, assessed in shown} - {None}
    with session.no_autoflush:  # papers and assessments are in the books already
        found: Result[UUID, UUID | None, bytes] = session.execute(
            union_all(
                select(Document.id, Document.application_id, Document.digest).where(
                    Document.application_id.in_(ids), Document.removed_at.is_(None)
                ),
                select(Assessment.id, null(), Assessment.content_hash).where(Assessment.id.in_(assessments)),
            ).order_by("id")
        )
    papers: defaultdict[UUID, list[str]] = defaultdict(list)
    contents: dict[UUID | None, bytes] = {}
    for own_id, case, digest in found:
        if case is None:
            contents[own_id] = digest
        else:
            papers[case].append(digest.hex())
    return [_hash(each, papers[each.id], contents.get(assessed, b"")) for each, assessed in shown]


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
