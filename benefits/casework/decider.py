"""Who may decide on a case, in their own name or another's, and what the reviewers before them decided."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from benefits.casework import workflow
from benefits.core.actor import Actor
from benefits.core.errors import DutyConflict, invalid
from benefits.core.money import FEN, LARGEST
from benefits.money.duty import require_duty
from models.application import Act, Application


def decider(session: Session, actor: Actor, application: Application, act: str, amount: Decimal | None = None) -> Actor:
    """The actor as they sign a decision on a case over `amount` yuan; by default what is approved of it, or asked.

    Raises:
        NotPermitted, BeyondDelegation: no grant, or none for so much. StateForbids: the state. OwnCase, DutyConflict:
            another duty in the case, or a decision on it before the appeal.
    """
    if amount is None:
        amount = application.amount if application.approved_amount is None else application.approved_amount
    signing = actor.signing("case.decide", application.unit.path, amount)
    workflow.require(application, act)
    require_duty(session, signing, [application.id], "decided", afresh=True)
    return signing


def earlier_approvals(session: Session, actor: Actor, application: Application) -> list[Act]:
    """The approvals of the present submission; raises DutyConflict where one is the actor's, or in the same name."""
    given = session.scalars(
        select(Act).where(
            Act.application_id == application.id,
            Act.act == "approve",
            Act.submission == application.submission,
        )
    ).all()
    if any({act.person_id, act.on_behalf_of} & actor.persons for act in given):
        raise DutyConflict(application_id=application.id, held="decided", wanted="second_review")
    return list(given)


def decided_amount(application: Application, asked: Decimal | None, first: list[Act]) -> Decimal:
    """How many yuan are decided: what is given, else the first reviewer's amount, else what was asked.

    Raises:
        Invalid: none, nothing, more than asked, or another amount than the first reviewer's.
    """
    decided = asked if asked is not None else first[0].amount if first else application.amount
    if decided is None:
        raise invalid("/amount", "required")
    if decided == 0:
        raise invalid("/amount", "out_of_range", least=FEN, most=application.amount or LARGEST)
    if application.amount is not None and decided > application.amount:
        raise invalid("/amount", "above_asked")
    if first and decided != first[0].amount:
        raise invalid("/amount", "differs_from_first_review")
    return decided
