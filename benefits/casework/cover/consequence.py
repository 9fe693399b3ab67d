"""What a case of mutual aid brings: an enrolment or gift makes a cover, a claim rests on one and may end it."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from benefits.casework.assessment import Judgement
from benefits.casework.cover.claim import claim_of, hand_in, reopen_cover, settle_claim
from benefits.casework.cover.enrolment import make_cover, require_enrolment, take_cover_back
from benefits.core.actor import Actor
from models.application import Application
from models.cover import Cover
from models.cover_vocabulary import CoverState


def require(session: Session, _actor: Actor, application: Application, judgement: Judgement) -> None:
    """Before a case is submitted or approved; of a claim the rules themselves ask whether a cover holds."""
    if judgement.facts.get("act") != "claim":
        require_enrolment(session, application, judgement)


def submitted(session: Session, actor: Actor, application: Application, judgement: Judgement) -> None:
    """A claim enters the list of those to be decided."""
    if judgement.facts.get("act") == "claim":
        hand_in(session, actor, application, judgement)


def approved(session: Session, actor: Actor, application: Application, judgement: Judgement) -> None:
    """An enrolment or gift makes its cover; a claim may end the one that bears it."""
    if judgement.facts.get("act") == "claim":
        settle_claim(session, actor, application, judgement)
    else:
        make_cover(session, application, judgement)


def taken_back(session: Session, actor: Actor, application: Application) -> None:
    """A returned claim opens its cover again; a returned enrolment undoes its own."""
    if claim_of(session, application) is not None:
        reopen_cover(session, actor, application)
    take_cover_back(session, actor, application)


def given(session: Session, application: Application) -> bool:
    """Whether the cover of an enrolment or gift has come into force; until its premium is confirmed it has not."""
    waiting = select(Cover.id).where(Cover.application_id == application.id, Cover.state == CoverState.PENDING)
    return session.scalar(waiting) is None


def notice_days(_session: Session, application: Application, judgement: Judgement) -> int:
    """A claim may be shown in public, without health data (domain §6.3); enrolments and gifts are not."""
    if judgement.facts.get("act") != "claim" or judgement.running is None:
        return 0
    return judgement.running.edition.notice_working_days(application.event_on)
