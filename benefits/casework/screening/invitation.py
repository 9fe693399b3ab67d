"""Invitations are cases: an approved one makes an appointment, a returned one withdraws it."""

from __future__ import annotations

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from benefits.casework.assessment import Judgement
from benefits.casework.screening.appointment import MAY_FOLLOW, advance
from benefits.casework.screening.consent import end_consents
from benefits.core.actor import Actor
from benefits.core.errors import StateForbids, invalid
from models.application import Application
from models.columns import new_id
from models.screening import ScreeningAppointment
from models.screening_result import ScreeningFollowUp
from models.screening_vocabulary import AppointmentState, FollowUpState, ScreeningParts

_UNDER_WAY = MAY_FOLLOW["withdraw"] - {AppointmentState.DECLINED}


def require_invitation(session: Session, _actor: Actor, application: Application, judgement: Judgement) -> None:
    """Refuse a case that is no invitation, or that of a woman who is invited already or whose follow-up is open.

    Domain §7.1: a result that is not normal leads to follow-up, not to a new screening. Only what is in sight counts.
    """
    if judgement.facts.get("act") != "invite":
        raise invalid("/facts/act", "invitation_only")
    invited = exists().where(
        ScreeningAppointment.person_id == application.person_id,
        ScreeningAppointment.application_id != application.id,
        ScreeningAppointment.state.in_(_UNDER_WAY),
    )
    followed = exists().where(
        ScreeningFollowUp.person_id == application.person_id, ScreeningFollowUp.state != FollowUpState.CLOSED
    )
    if session.scalar(select(invited)):
        raise StateForbids(state="already_invited", act="invite")
    if session.scalar(select(followed)):
        raise StateForbids(state="follow_up_open", act="invite")


def invite(session: Session, actor: Actor, application: Application, _judgement: Judgement) -> None:
    """The approved case's appointment, in state `invited`."""
    session.add(
        ScreeningAppointment(
            id=new_id(),
            application_id=application.id,
            unit_id=application.unit_id,
            membership_id=application.membership_id,
            person_id=application.person_id,
            round_id=application.round_id,
            state=AppointmentState.INVITED,
            parts=ScreeningParts.BOTH,
            misses=0,
            moved_by=actor.account_id,
            moved_at=actor.at,
        )
    )
    session.flush()


def take_invitation_back(session: Session, actor: Actor, application: Application) -> None:
    """Withdraw the appointment of a case that is returned, with every consent to it.

    Raises:
        StateForbids: she was examined.
    """
    appointment = session.scalar(
        select(ScreeningAppointment)
        .where(
            ScreeningAppointment.application_id == application.id,
            ScreeningAppointment.state != AppointmentState.WITHDRAWN,
        )
        .with_for_update(key_share=True)
    )
    if appointment is None:
        return
    if appointment.state not in MAY_FOLLOW["withdraw"]:
        raise StateForbids(state=appointment.state, act="return")
    end_consents(session, actor, appointment, actor.today)
    advance(session, actor, appointment, AppointmentState.WITHDRAWN)


def was_examined(session: Session, application: Application) -> bool:
    """Whether the woman whom the case invited was examined, so that the institution is owed its price."""
    attended = select(ScreeningAppointment.id).where(
        ScreeningAppointment.application_id == application.id, ScreeningAppointment.state == AppointmentState.ATTENDED
    )
    return session.scalar(attended) is not None
