"""What happens to an invitation: booked as the rules allow on that day, attended, missed, put off, declined."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from benefits.casework.assessment import assess_case
from benefits.casework.kept import store
from benefits.casework.screening.appointment import advance, require
from benefits.casework.screening.consent import require_consent
from benefits.core.actor import Actor
from benefits.core.errors import NotEligible, StateForbids, invalid
from models.application import Application
from models.screening import ScreeningAppointment
from models.screening_vocabulary import AppointmentState as State
from models.screening_vocabulary import ConsentPurpose, Deferral, ScreeningParts


def decline(session: Session, actor: Actor, appointment: ScreeningAppointment) -> None:
    """She does not want to be screened."""
    require(actor, appointment, "decline")
    advance(session, actor, appointment, State.DECLINED)


def book(session: Session, actor: Actor, appointment: ScreeningAppointment, *, institution: str, on: date) -> None:
    """Book a day at an institution; the rules are asked again, as of that day (statement 46, G27, G29).

    Raises:
        ConsentMissing: she has not consented to taking part, or no longer does.
        NotEligible: on that day a criterion is unmet, such as age or the months since the last normal screening.
    """
    require(actor, appointment, "book")
    require_consent(session, appointment.id, ConsentPurpose.TAKING_PART)
    application = session.get_one(Application, appointment.application_id)
    judgement = assess_case(session, application, on=on)
    if judgement.assessment.outcome != "eligible":
        raise NotEligible(judgement.assessment.findings, outcome=judgement.assessment.outcome)
    (stored,) = store(session, [(application, judgement)], on)
    appointment.assessment_id = stored.id
    appointment.institution, appointment.booked_on = institution, on
    advance(session, actor, appointment, State.BOOKED)


def attend(session: Session, actor: Actor, appointment: ScreeningAppointment, parts: ScreeningParts) -> None:
    """She was examined on the day that was booked; `parts` says whether the cervical examination applied to her.

    Raises:
        StateForbids: that day has not come.
    """
    require(actor, appointment, "attend")
    if appointment.booked_on is None or appointment.booked_on > actor.today:
        raise StateForbids(state="day_to_come", act="attend")
    appointment.attended_on, appointment.parts = appointment.booked_on, parts
    advance(session, actor, appointment, State.ATTENDED)


def miss(session: Session, actor: Actor, appointment: ScreeningAppointment) -> None:
    """She did not come on the day that was booked.

    Raises:
        StateForbids: that day has not come.
    """
    require(actor, appointment, "miss")
    if appointment.booked_on is None or appointment.booked_on > actor.today:
        raise StateForbids(state="day_to_come", act="miss")
    appointment.misses += 1
    advance(session, actor, appointment, State.MISSED)


def defer(
    session: Session, actor: Actor, appointment: ScreeningAppointment, *, reason: Deferral, until: date | None
) -> None:
    """Put the examination off; only the class of the reason is kept (domain §7.1: menstruation, pregnancy, …)."""
    require(actor, appointment, "defer")
    if until is not None and until < actor.today:
        raise invalid("/until", "days_out_of_order")
    appointment.deferral, appointment.deferred_until = reason, until
    advance(session, actor, appointment, State.DEFERRED)
