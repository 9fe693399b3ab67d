"""Consents: each for one thing, bound to the text that was read, withdrawn at any time with what it kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from benefits.casework.screening.appointment import advance, require
from benefits.casework.screening.consent_text import clause_of, texts_on
from benefits.core.actor import Actor
from benefits.core.errors import AlreadyExists, ConsentMissing, NotFound, StateForbids, invalid
from models.columns import new_id
from models.screening import ScreeningAppointment, ScreeningConsent
from models.screening_vocabulary import AppointmentState, ConsentPurpose, SignedHow

_ACT = {ConsentPurpose.TAKING_PART: "consent", ConsentPurpose.CLINICAL_DETAIL: "consent_detail"}


def consents_of(session: Session, appointment_ids: Sequence[UUID]) -> list[ScreeningConsent]:
    """Every consent to these appointments, withdrawn ones too, the oldest first."""
    return list(
        session.scalars(
            select(ScreeningConsent)
            .where(ScreeningConsent.appointment_id.in_(appointment_ids))
            .order_by(ScreeningConsent.id)
            .execution_options(populate_existing=True)
        )
    )


def live_consent(session: Session, appointment_id: UUID, purpose: ConsentPurpose) -> ScreeningConsent | None:
    """The consent that stands for this purpose."""
    return session.scalar(
        select(ScreeningConsent).where(
            ScreeningConsent.appointment_id == appointment_id,
            ScreeningConsent.purpose == purpose,
            ScreeningConsent.withdrawn_at.is_(None),
        )
    )


def require_consent(session: Session, appointment_id: UUID, purpose: ConsentPurpose) -> ScreeningConsent:
    """The consent that stands for this purpose; raises ConsentMissing with the clause that asks for it."""
    found = live_consent(session, appointment_id, purpose)
    if found is None:
        raise ConsentMissing(purpose=purpose, clause=clause_of(purpose))
    return found


def give_consent(
    session: Session,
    actor: Actor,
    appointment: ScreeningAppointment,
    *,
    purpose: ConsentPurpose,
    text_version: str,
    language: str,
    signed_on: date,
    signed_how: SignedHow,
) -> ScreeningConsent:
    """Take a consent down; the one to taking part leads the invitation on.

    Raises:
        Invalid: a day to come, or a text that was not in force on the day. AlreadyExists: such a consent stands.
    """
    require(actor, appointment, _ACT[purpose])
    if signed_on > actor.today:
        raise invalid("/signed_on", "in_future")
    text = next((each for each in texts_on(signed_on) if each.purpose == purpose), None)
    if text is None or text.version != text_version:
        raise invalid("/text_version", "consent_text_not_in_force")
    if live_consent(session, appointment.id, purpose) is not None:
        raise AlreadyExists
    consent = ScreeningConsent(
        id=new_id(),
        appointment_id=appointment.id,
        unit_id=appointment.unit_id,
        person_id=appointment.person_id,
        purpose=purpose,
        text_version=text.version,
        text_digest=text.digest(language),
        language=language,
        signed_on=signed_on,
        signed_how=signed_how,
        taken_by=actor.account_id,
    )
    session.add(consent)
    if purpose == ConsentPurpose.TAKING_PART:
        advance(session, actor, appointment, AppointmentState.CONSENTED)
    appointment.touched_at = actor.at
    session.flush()
    return consent


def withdraw_consent(
    session: Session, actor: Actor, appointment: ScreeningAppointment, consent_id: UUID, *, on: date
) -> None:
    """End a consent. Clinical details that it kept are erased at once; without taking part nothing is kept at all.

    What was done before stays (个人信息保护法 art. 15): an examination that took place, and the class of its result.

    Raises:
        NotFound: no such consent. StateForbids: it is withdrawn already. Invalid: a day before it was given or to come.
    """
    actor.require("screening.keep", appointment.unit.path)
    actor.require_stranger(appointment.person_id)
    consent = next((each for each in consents_of(session, [appointment.id]) if each.id == consent_id), None)
    if consent is None:
        raise NotFound
    if consent.withdrawn_at is not None:
        raise StateForbids(state="withdrawn", act="withdraw_consent")
    if not consent.signed_on <= on <= actor.today:
        raise invalid("/on", "days_out_of_order")
    if consent.purpose == ConsentPurpose.TAKING_PART:
        end_consents(session, actor, appointment, on)
        if appointment.state != AppointmentState.ATTENDED:
            advance(session, actor, appointment, AppointmentState.DECLINED)
    else:
        _end(session, actor, consent, on)
    appointment.touched_at = actor.at
    session.flush()


def end_consents(session: Session, actor: Actor, appointment: ScreeningAppointment, on: date) -> None:
    """End every consent that stands, with all that they kept."""
    for consent in consents_of(session, [appointment.id]):
        if consent.withdrawn_at is None:
            _end(session, actor, consent, on)


def _end(session: Session, actor: Actor, consent: ScreeningConsent, on: date) -> None:
    consent.withdrawn_on, consent.withdrawn_by, consent.withdrawn_at = on, actor.account_id, actor.at
    session.flush()
    session.execute(select(func.screening_erase(consent.id)))
