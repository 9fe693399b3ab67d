"""What the rules said, kept with all it rested on, so that it can be replayed for ever."""

from __future__ import annotations

import hashlib
import json
import os
from base64 import b64encode
from collections.abc import Sequence
from datetime import date

from sqlalchemy.orm import Session

from benefits import catalogue
from benefits.access.person import person_keys
from benefits.casework.assessment import Judgement
from benefits.registry.official_calendar import FIRST
from benefits.rules.assessment import canonical
from benefits.rules.declaration import show_facts
from models import application as rows
from models.columns import new_id
from models.secrecy import secrecy


def keep(session: Session, judged: Sequence[tuple[rows.Application, Judgement]]) -> None:
    """Keep what the rules said of cases as what they stand on."""
    for (application, judgement), row in zip(judged, store(session, judged), strict=True):
        application.assessment_id = row.id
        application.kind = judgement.assessment.key.kind if judgement.assessment.key else None


def store(
    session: Session, judged: Sequence[tuple[rows.Application, Judgement]], on: date | None = None
) -> list[rows.Assessment]:
    """Store what the rules said with all it rested on, to be replayed for ever; `on` is an appointment's day."""
    keys = person_keys(session, {application.person_id for application, _ in judged})
    kept = [_as_kept(session, keys[case.person_id], case, answer, on or case.event_on) for case, answer in judged]
    session.add_all(kept)
    session.flush()
    return kept


def _as_kept(session: Session, key: bytes, case: rows.Application, answer: Judgement, on: date) -> rows.Assessment:
    content = content_of(case.programme, answer)
    row_id = new_id()
    return rows.Assessment(
        id=row_id,
        application_id=case.id,
        unit_id=case.unit_id,
        policy_id=answer.running.policy_id if answer.running else None,
        event_on=on,
        outcome=answer.assessment.outcome,
        content_cipher=secrecy(session).encrypt(key, row_id, "assessment", content),
        content_hash=hashlib.sha256(content).digest(),
    )


def content_of(programme: str, judgement: Judgement) -> bytes:
    """A judgement as rows keep it: facts and answer, with a nonce, so that its hash tells nothing."""
    content = {
        "facts": show_facts(catalogue.programme(programme), judgement.facts),
        "from_file": list(judgement.from_file),
        "calendar": judgement.calendar_edition or FIRST,
        "answer": json.loads(canonical(judgement.assessment)),
        "nonce": b64encode(os.urandom(12)).decode(),
    }
    return json.dumps(content, ensure_ascii=False, sort_keys=True).encode()
