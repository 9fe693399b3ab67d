"""Separation of duties by person, over the whole history of a case: filed, decided, approved the payment, released."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from benefits.core.actor import Actor
from benefits.core.errors import DutyConflict, OwnCase
from models.application import Act, Application

EXCLUSIVE = ("filed", "decided", "payment_approved", "released")
# One who resolves what the bank left open neither approved nor released the payment.
_AGAINST = {
    **{duty: frozenset(EXCLUSIVE) - {duty} for duty in EXCLUSIVE},
    "resolved": frozenset({"payment_approved", "released"}),
}


def require_duty(session: Session, actor: Actor, applications: Collection[UUID], duty: str) -> None:
    """Refuse unless the actor may fill `duty` in every one of these cases.

    Raises:
        OwnCase: one of them is the actor's own or a declared relative's.
        DutyConflict: the actor's person filled another duty in one of them, from whichever account.
    """
    close = {actor.person_id, *actor.relatives}
    own = session.scalar(
        select(Application.id).where(Application.id.in_(applications), Application.person_id.in_(close)).limit(1)
    )
    if own is not None:
        raise OwnCase(application_id=own)
    clash = session.execute(
        select(Act.application_id, Act.duty)
        .where(
            Act.application_id.in_(applications),
            Act.person_id == actor.person_id,
            Act.duty.in_(_AGAINST[duty]),
        )
        .limit(1)
    ).first()
    if clash is not None:
        raise DutyConflict(application_id=clash.application_id, held=clash.duty, wanted=duty)
