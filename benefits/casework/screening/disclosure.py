"""Clinical details in the clear for a stated purpose: every look is in the record, and the woman may ask who looked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from benefits.casework.screening.appointment import require
from benefits.casework.screening.detail import details, keep_detail
from benefits.casework.screening.follow_up import follow_ups_of
from benefits.core.actor import UNION_ZONE, Actor
from benefits.core.errors import invalid
from benefits.record.writer import write_entry
from models.membership import Membership
from models.record_entry import RecordEntry
from models.screening import ScreeningAppointment
from models.screening_result import ScreeningFollowUp, ScreeningResult
from models.screening_vocabulary import DetailKind, ScreeningParts

DISCLOSED, LISTED, LETTER = "screening.disclose", "screening.list", "screening.letter"


@dataclass(frozen=True)
class Reading:
    """That somebody looked: on which day, in which roles, and at what."""

    on: date
    roles: tuple[str, ...]
    what: str


def register(
    session: Session, actor: Actor, appointment: ScreeningAppointment, registration: Mapping[str, Any]
) -> None:
    """Keep what she told of herself and her family (domain §7.3), sealed.

    Raises:
        ConsentMissing: she has not consented separately. Invalid: a reason against the cervical part where it applies.
    """
    require(actor, appointment, "register", "screening.result")
    if registration.get("cervical_exclusion") and appointment.parts == ScreeningParts.BOTH and appointment.attended_on:
        raise invalid("/cervical_exclusion", "cervical_part_applied")
    keep_detail(session, actor, appointment, DetailKind.REGISTRATION, appointment.id, registration)
    appointment.touched_at = actor.at
    session.flush()


def disclose_registration(
    session: Session, actor: Actor, appointment: ScreeningAppointment, purpose: str
) -> dict[str, Any] | None:
    """What she registered, in the clear; None where nothing is kept. The look is recorded.

    Raises:
        NotPermitted, OwnCase.
    """
    actor.require("screening.result", appointment.unit.path)
    actor.require_stranger(appointment.person_id)
    _write(session, actor, "screening_appointment", appointment.id, appointment.unit_id, purpose)
    found = details(session, appointment.person_id, DetailKind.REGISTRATION, [appointment.id])
    return found.get(appointment.id)


def disclose_result(session: Session, actor: Actor, result: ScreeningResult, purpose: str) -> dict[str, Any]:
    """Codes, next steps, and how each follow-up went, in the clear; null where nothing is kept. The look is recorded.

    Raises:
        NotPermitted, OwnCase.
    """
    actor.require("screening.result", result.unit.path)
    actor.require_stranger(result.person_id)
    _write(session, actor, "screening_result", result.id, result.unit_id, purpose)
    kept = details(session, result.person_id, DetailKind.RESULT, [result.id]).get(result.id, {})
    steps = kept.get("steps")
    return {
        "codes": kept.get("codes"),
        "next_step": steps[0] if steps else None,
        "steps": steps,
        "follow_ups": list(_follow_ups(session, result)),
    }


def _follow_ups(session: Session, result: ScreeningResult) -> list[dict[str, Any]]:
    rows = follow_ups_of(session, result.id)
    kinds = (DetailKind.STEP, DetailKind.EXAMINATION, DetailKind.CLOSURE)
    of_kind = {kind: details(session, result.person_id, kind, [row.id for row in rows]) for kind in kinds}
    return [
        {
            "id": row.id,
            "step": of_kind[DetailKind.STEP].get(row.id, {}).get("step"),
            "examination": of_kind[DetailKind.EXAMINATION].get(row.id),
            "closure": of_kind[DetailKind.CLOSURE].get(row.id),
        }
        for row in rows
    ]


def _write(session: Session, actor: Actor, table: str, row: UUID, unit_id: UUID, purpose: str) -> None:
    write_entry(
        session,
        kind="disclosure",
        action=DISCLOSED,
        table=table,
        row=row,
        unit_id=unit_id,
        data={"purpose": purpose, "roles": roles_of(actor)},
    )


def roles_of(actor: Actor) -> list[str]:
    """The actor's roles by name."""
    return sorted({grant.role for grant in actor.grants})


def readings_of(session: Session, member: Membership) -> list[Reading]:
    """Who looked at what a member's screening keeps, the newest first: roles and days, no names (trust.md T7)."""
    mine = ScreeningAppointment.person_id == member.person_id
    rows = [
        *session.scalars(select(ScreeningAppointment.id).where(mine)),
        *session.scalars(select(ScreeningResult.id).where(ScreeningResult.person_id == member.person_id)),
        *session.scalars(select(ScreeningFollowUp.id).where(ScreeningFollowUp.person_id == member.person_id)),
    ]
    found = session.execute(
        select(RecordEntry.at, RecordEntry.action, RecordEntry.body)
        .where(
            RecordEntry.table_name.in_(("screening_appointment", "screening_result", "screening_follow_up")),
            RecordEntry.row_id.in_([str(row) for row in rows]),
            or_(RecordEntry.kind == "disclosure", RecordEntry.kind == "reading"),
        )
        .order_by(RecordEntry.n.desc())
    )
    return [_reading(*row) for row in found]


def _reading(at: datetime, action: str, body: Any) -> Reading:
    return Reading(at.astimezone(UNION_ZONE).date(), tuple(body["data"]["roles"]), action)
