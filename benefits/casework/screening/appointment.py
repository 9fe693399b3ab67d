"""Appointments of women's screening: found in the reader's units, and the one function that moves them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, contains_eager

from benefits.access.reach import within
from benefits.core.actor import Actor
from benefits.core.errors import NotFound, StateForbids
from benefits.money.entitlement import lock_person
from models.screening import ScreeningAppointment
from models.screening_vocabulary import AppointmentState as State
from models.unit import Unit

_BEFORE = frozenset({State.INVITED, State.CONSENTED, State.BOOKED, State.DEFERRED, State.MISSED})

# act -> states it may follow. A consent to taking part leads an invited woman on, also one who had declined.
MAY_FOLLOW = MappingProxyType(
    {
        "consent": frozenset({State.INVITED, State.DECLINED, State.DEFERRED}),
        "consent_detail": _BEFORE | {State.ATTENDED},
        "register": _BEFORE | {State.ATTENDED},
        "decline": _BEFORE,
        "book": frozenset({State.CONSENTED, State.BOOKED, State.MISSED, State.DEFERRED}),
        "attend": frozenset({State.BOOKED}),
        "miss": frozenset({State.BOOKED}),
        "defer": _BEFORE - {State.DEFERRED},
        "record_result": frozenset({State.ATTENDED}),
        "withdraw": _BEFORE | {State.DECLINED},
    }
)


@dataclass(frozen=True, kw_only=True)
class AppointmentFilter:
    """Which appointments; None means any. A unit means its whole subtree."""

    round_id: UUID | None = None
    state: str | None = None
    unit_code: str | None = None
    member_id: UUID | None = None
    institution: str | None = None
    booked_on: date | None = None


def visible(actor: Actor, permission: str = "screening.read") -> Select[ScreeningAppointment]:
    """Appointments in the actor's units, each with its woman and unit."""
    return (
        select(ScreeningAppointment)
        .join(ScreeningAppointment.unit)
        .join(ScreeningAppointment.membership)
        .options(contains_eager(ScreeningAppointment.unit), contains_eager(ScreeningAppointment.membership))
        .where(within(actor, permission))
    )


def find_appointment(session: Session, actor: Actor, appointment_id: UUID) -> ScreeningAppointment:
    """An appointment that the actor may see; raises NotFound."""
    found = session.scalar(
        visible(actor).where(ScreeningAppointment.id == appointment_id).execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound
    return found


def lock_appointment(session: Session, actor: Actor, appointment_id: UUID) -> ScreeningAppointment:
    """The same for an act: the person first, then the appointment."""
    found = find_appointment(session, actor, appointment_id)
    lock_person(session, found.person_id)
    session.execute(
        select(ScreeningAppointment.id).where(ScreeningAppointment.id == found.id).with_for_update(key_share=True)
    )
    return find_appointment(session, actor, appointment_id)


def list_appointments(
    session: Session, actor: Actor, chosen: AppointmentFilter, *, after: UUID | None, limit: int
) -> list[ScreeningAppointment]:
    """Appointments in order of invitation, one more than `limit` where there are more."""
    query = visible(actor).order_by(ScreeningAppointment.id).limit(limit + 1)
    if after is not None:
        query = query.where(ScreeningAppointment.id > after)
    if chosen.unit_code is not None:
        root = select(Unit.path).where(Unit.code == chosen.unit_code).scalar_subquery()
        query = query.where(func.starts_with(Unit.path, root))
    for column, wanted in (
        (ScreeningAppointment.round_id, chosen.round_id),
        (ScreeningAppointment.state, chosen.state),
        (ScreeningAppointment.membership_id, chosen.member_id),
        (ScreeningAppointment.institution, chosen.institution),
        (ScreeningAppointment.booked_on, chosen.booked_on),
    ):
        if wanted is not None:
            query = query.where(column == wanted)
    return list(session.scalars(query))


def require(actor: Actor, appointment: ScreeningAppointment, act: str, permission: str = "screening.keep") -> None:
    """Refuse unless the actor may do this act now, on somebody who is no relative.

    Raises:
        NotPermitted, OwnCase, StateForbids.
    """
    actor.require(permission, appointment.unit.path)
    actor.require_stranger(appointment.person_id)
    if appointment.state not in MAY_FOLLOW[act]:
        raise StateForbids(state=appointment.state, act=act)


def advance(session: Session, actor: Actor, appointment: ScreeningAppointment, to: State) -> None:
    """Move an appointment. Nothing else moves its state."""
    if to != State.DEFERRED:
        appointment.deferral, appointment.deferred_until = None, None
    appointment.state = to
    appointment.moved_by, appointment.moved_at = actor.account_id, actor.at
    appointment.touched_at = actor.at
    session.flush()
