"""The clinical store: written by separate consent under the woman's key, read back only where the wall lets one in."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from benefits.access.person import person_key
from benefits.casework.screening.consent import require_consent
from benefits.core.actor import Actor
from models.columns import new_id
from models.screening import ScreeningAppointment
from models.screening_result import ScreeningDetail
from models.screening_vocabulary import ConsentPurpose, DetailKind
from models.secrecy import secrecy

_FIELD = "screening"


def keep_detail(
    session: Session,
    actor: Actor,
    appointment: ScreeningAppointment,
    kind: DetailKind,
    subject_id: UUID,
    content: Mapping[str, Any],
) -> None:
    """Seal what is clinical; what was there of this kind before is superseded.

    Raises:
        ConsentMissing: she has not consented separately (个人信息保护法 art. 29).
    """
    consent = require_consent(session, appointment.id, ConsentPurpose.CLINICAL_DETAIL)
    detail_id = new_id()
    key = person_key(session, appointment.person_id)
    plain = json.dumps(content, ensure_ascii=False, sort_keys=True, default=str)
    session.add(
        ScreeningDetail(
            id=detail_id,
            appointment_id=appointment.id,
            consent_id=consent.id,
            subject_id=subject_id,
            unit_id=appointment.unit_id,
            person_id=appointment.person_id,
            kind=kind,
            content_cipher=secrecy(session).encrypt(key, detail_id, _FIELD, plain),
            written_by=actor.account_id,
        )
    )
    session.flush()


def details(
    session: Session, person_id: UUID, kind: DetailKind, subjects: Collection[UUID]
) -> dict[UUID, dict[str, Any]]:
    """The newest detail of a kind for each subject that has one in the clear; whoever shows it must record it."""
    rows = session.execute(
        select(ScreeningDetail.id, ScreeningDetail.subject_id, ScreeningDetail.content_cipher)
        .where(
            ScreeningDetail.subject_id.in_(subjects),
            ScreeningDetail.kind == kind,
            ScreeningDetail.content_cipher.is_not(None),
        )
        .order_by(ScreeningDetail.id)
    ).all()
    if not rows:
        return {}
    keys, key = secrecy(session), person_key(session, person_id)
    plain = {row.subject_id: keys.decrypt(key, row.id, _FIELD, row.content_cipher) for row in rows}
    return {subject: json.loads(content, object_hook=_with_days) for subject, content in plain.items()}


def _with_days(content: dict[str, Any]) -> dict[str, Any]:
    """JSON with its days as dates; by the house's rule their names end in `on`."""
    return {
        name: date.fromisoformat(value) if isinstance(value, str) and name.split("_")[-1] == "on" else value
        for name, value in content.items()
    }
