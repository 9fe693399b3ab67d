"""What officers do with places: decline one, confirm a participant, write down departure and sign-in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from benefits.casework import workflow
from benefits.casework.assessment import replay
from benefits.casework.place.life import move, require, whose
from benefits.core.actor import Actor
from benefits.core.errors import StateForbids, invalid
from benefits.money.duty import require_duty
from models.application import Application
from models.place import Place
from models.place_vocabulary import PlaceState
from models.round import Round
from models.vocabulary import ApplicationState


def decline(session: Session, actor: Actor, place: Place, reason: str) -> Place:
    """Give a place up: the next who waits in the unit's order has it now, else it lapses to the round's pool.

    Raises:
        StateForbids: travelled or over; or the case is approved: its return releases money and place together.
        NotPermitted, OwnCase, DutyConflict: as for filing.
    """
    application = _filed(session, actor, place, "decline")
    if application.state == ApplicationState.APPROVED:
        raise StateForbids(state=application.state, act="decline")
    move(session, actor, place, "decline", PlaceState.DECLINED, reason=reason)
    _keep(session, actor, application, "decline_place", reason)
    return place


def confirm(
    session: Session, actor: Actor, place: Place, *, insurance_number: str, health_flags: Sequence[str]
) -> Place:
    """Confirm a participant before departure: insured, nothing to declare, the public notice complete (statement 38).

    Raises:
        StateForbids: no held place, the leave has begun, or the case is not approved, which it is only after its
            notice has run its days without open objection. Invalid: something to declare speaks against going
            (statement 37); the place is to be declined.
    """
    application = _filed(session, actor, place, "confirm")
    if application.state != ApplicationState.APPROVED:
        raise StateForbids(state=application.state, act="confirm")
    if actor.today > _begins(session, place):
        raise StateForbids(state="begun", act="confirm")
    if health_flags:
        raise invalid("/health_flags", "health_unfit")
    place.insurance_number, place.health_declared_on = insurance_number, actor.today
    move(session, actor, place, "confirm", PlaceState.CONFIRMED)
    _keep(session, actor, application, "confirm_place")
    return place


def depart(session: Session, actor: Actor, place: Place) -> Place:
    """The participant has set out; nobody does unconfirmed."""
    application = _filed(session, actor, place, "depart")
    if actor.today < _begins(session, place):
        raise StateForbids(state="not_begun", act="depart")
    move(session, actor, place, "depart", PlaceState.DEPARTED)
    _keep(session, actor, application, "depart")
    return place


def come_back(session: Session, actor: Actor, place: Place, *, attended_days: int, ended_on: date) -> Place:
    """The participant is back: days and last day as on the sign-in sheet; the next leave is counted from that day.

    Raises:
        Invalid: a day outside the leave or still to come, or more days than lie between. StateForbids: not departed.
    """
    application = _filed(session, actor, place, "return")
    begins, last = _days(session, application)
    if not begins <= ended_on <= min(last, actor.today):
        raise invalid("/ended_on", "day_outside_leave", begins_on=begins, ends_on=min(last, actor.today))
    most = (ended_on - begins).days + 1
    if not 1 <= attended_days <= most:
        raise invalid("/attended_days", "out_of_range", least=1, most=most)
    place.attended_days, place.ended_on = attended_days, ended_on
    move(session, actor, place, "return", PlaceState.RETURNED)
    _keep(session, actor, application, "come_back")
    return place


def _filed(session: Session, actor: Actor, place: Place, act: str) -> Application:
    """The case, once the actor may act on it as an officer and the place's state allows the act."""
    application, _, unit = whose(session, place)
    actor.require("case.file", unit.path)
    require_duty(session, actor, [application.id], "filed")
    require(place, act)
    return application


def _keep(session: Session, actor: Actor, application: Application, act: str, note: str | None = None) -> None:
    """Leave the act in the case's trail; the case stays where it is."""
    workflow.advance(session, actor, application, act, ApplicationState(application.state), note=note)


def _begins(session: Session, place: Place) -> date:
    return session.scalars(select(Round.event_on).where(Round.id == place.round_id)).one()


def _days(session: Session, application: Application) -> tuple[date, date]:
    """The first and the last day of the leave, travel included."""
    judgement = replay(session, application)
    facts = judgement.facts if judgement else {}
    begins: date = facts.get("start_on") or application.event_on
    return begins, begins + timedelta(days=facts["days"] - 1)
