"""Separation of duties by person, over the whole history of a case: filed, decided, approved the payment, released."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import ColumnElement, Result, and_, func, null, or_, select, union_all
from sqlalchemy.orm import Session, aliased

from benefits.core.actor import Actor
from benefits.core.errors import DutyConflict, NotPermitted, OwnCase
from models.application import Act, Application
from models.delegation import Delegation

EXCLUSIVE = ("filed", "decided", "payment_approved", "released")
# One who resolves what the bank left open neither approved nor released the payment.
_AGAINST = {
    **{duty: frozenset(EXCLUSIVE) - {duty} for duty in EXCLUSIVE},
    "resolved": frozenset({"payment_approved", "released"}),
}
_appeal = aliased(Act)
# Acts of an earlier submission than the one with which the member last appealed.
_BEFORE_APPEAL = (
    Act.submission
    < select(func.max(_appeal.submission))
    .where(_appeal.application_id == Act.application_id, _appeal.act == "appeal")
    .scalar_subquery()
)


def require_duty(
    session: Session, actor: Actor, applications: Collection[UUID], duty: str, *, afresh: bool = False
) -> None:
    """Refuse unless the actor may fill `duty` in every one of these cases.

    What is done in another's name counts for both: neither the doer nor the giver of the delegation may have filled
    another duty there, nor fill one later, and none of them or close to them may be whom a case is for.

    Args:
        afresh: after an appeal, whoever filled the duty before it may not fill it again.

    Raises:
        OwnCase: one of them is the actor's own or a declared relative's.
        DutyConflict: the person filled another duty in one of them, from whichever account or in whoever's name.
        NotPermitted: the delegation under which the actor signs was revoked this moment.
    """
    own = select(Application.id, null().label("duty")).where(
        Application.id.in_(applications), Application.person_id.in_(actor.close)
    )
    against = Act.duty.in_(_AGAINST[duty])
    clash = select(Act.application_id, Act.duty).where(
        Act.application_id.in_(applications),
        _done_by(actor),
        or_(against, and_(Act.duty == duty, _BEFORE_APPEAL)) if afresh else against,
    )
    rows: Result[UUID, str | None] = session.execute(union_all(own.limit(1), clash.limit(1)))
    found = {held: application_id for application_id, held in rows}
    if None in found:
        raise OwnCase(application_id=found[None])
    for held, application_id in found.items():
        raise DutyConflict(application_id=application_id, held=held, wanted="appeal" if held == duty else duty)
    _hold_delegation(session, actor)


def _done_by(actor: Actor) -> ColumnElement[bool]:
    """Acts of the persons whose act this is: done by one of them, or in the name of one."""
    return Act.person_id.in_(actor.persons) | Act.on_behalf_of.in_(actor.persons)


def _hold_delegation(session: Session, actor: Actor) -> None:
    """Keep the delegation as it is until the act is done: a revocation comes wholly before or wholly after it.

    Asked again is all that can have changed: the revocation, the day, and whether the giver can still do what was lent.
    Role, unit, days and amount of a delegation never change (`models.one_way`).
    """
    if actor.under is None:
        return
    standing = select(Delegation.id).where(
        Delegation.id == actor.under.id,
        Delegation.revoked_at.is_(None),
        func.delegation_stands(Delegation.id, actor.today),
    )
    if session.scalar(standing.with_for_update(read=True)) is None:
        raise NotPermitted(permission="delegation")
