"""The steps by which a hardship file is closed: which may follow which state, and the one function that takes one."""

from __future__ import annotations

from datetime import date
from types import MappingProxyType

from sqlalchemy import select
from sqlalchemy.orm import Session

from benefits.core.actor import UNION_ZONE, Actor
from benefits.core.errors import DutyConflict, StateForbids
from models.household import Household
from models.household_exit import ExitStep, HouseholdExit
from models.vocabulary import ExitState as State

# act -> states it may follow; `propose` makes the exit.
MAY_FOLLOW = MappingProxyType(
    {
        "propose": frozenset[State](),
        "decide": frozenset({State.PROPOSED}),
        "object": frozenset({State.ON_NOTICE}),
        "resolve": frozenset({State.ON_NOTICE}),
        "approve": frozenset({State.ON_NOTICE}),
        "notify": frozenset({State.APPROVED}),
        "refuse": frozenset({State.PROPOSED, State.ON_NOTICE}),
        "withdraw": frozenset({State.PROPOSED, State.ON_NOTICE, State.APPROVED}),
    }
)
# Acts that must be different persons' (四眼): who took one of the first may not take the other.
_APART = MappingProxyType(
    {
        "decide": ("propose",),
        "resolve": ("propose", "object"),
        "approve": ("propose", "decide"),
        "refuse": ("propose",),
    }
)


def require(session: Session, actor: Actor, leaving: HouseholdExit, act: str) -> None:
    """Refuse unless the act may follow the exit's state and the actor's person has not stood on its other side.

    Raises:
        StateForbids, DutyConflict.
    """
    if leaving.state not in MAY_FOLLOW[act]:
        raise StateForbids(state=leaving.state, act=act)
    held = session.scalar(
        select(ExitStep.act)
        .where(
            ExitStep.exit_id == leaving.id,
            ExitStep.taken_by == actor.person_id,
            ExitStep.act.in_(_APART.get(act, ())),
        )
        .limit(1)
    )
    if held is not None:
        raise DutyConflict(held=held, wanted=act)


def advance(
    session: Session,
    actor: Actor,
    household: Household,
    leaving: HouseholdExit,
    act: str,
    to: State,
    note: str | None = None,
) -> None:
    """Take one step and keep it as a row. Nothing else moves an exit's state."""
    session.add(
        ExitStep(
            exit_id=leaving.id,
            household_id=leaving.household_id,
            unit_id=leaving.unit_id,
            person_id=leaving.person_id,
            act=act,
            from_state=None if act == "propose" else leaving.state,
            to_state=to,
            account_id=actor.account_id,
            taken_by=actor.person_id,
            note=note,
            taken_at=actor.at,
        )
    )
    leaving.state = to
    leaving.touched_at = household.touched_at = actor.at
    session.flush()


def approved_on(session: Session, leaving: HouseholdExit) -> date:
    """The union's day on which an approved exit was approved."""
    taken = select(ExitStep.taken_at).where(ExitStep.exit_id == leaving.id, ExitStep.act == "approve")
    return session.scalars(taken).one().astimezone(UNION_ZONE).date()


def steps_of(session: Session, leaving: HouseholdExit) -> list[ExitStep]:
    """The steps of an exit, the oldest first."""
    return list(session.scalars(select(ExitStep).where(ExitStep.exit_id == leaving.id).order_by(ExitStep.id)))
