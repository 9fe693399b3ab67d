"""The life of a hardship file: which act may follow which state, and the one function that moves it."""

from __future__ import annotations

from types import MappingProxyType

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from benefits.core.actor import Actor
from benefits.core.errors import StateForbids
from models.household import Household
from models.vocabulary import HouseholdState as State

# act -> states it may follow. `open` comes with an approved case, `put_back` with the return of the one that opened it.
MAY_FOLLOW = MappingProxyType(
    {
        "change": frozenset({State.DRAFT, State.ACTIVE}),
        "drop": frozenset({State.DRAFT}),
        "open": frozenset({State.DRAFT}),
        "put_back": frozenset({State.ACTIVE}),
        "visit": frozenset({State.DRAFT, State.ACTIVE, State.EXITING}),
        "follow_up": frozenset({State.EXITED}),
        "check": frozenset({State.DRAFT, State.ACTIVE}),
        "income": frozenset({State.DRAFT, State.ACTIVE}),
        "mark_cause": frozenset({State.ACTIVE}),
        "review": frozenset({State.ACTIVE}),
        "transfer": frozenset({State.ACTIVE}),
        "propose_exit": frozenset({State.ACTIVE}),
        "stay": frozenset({State.EXITING}),
        "exit": frozenset({State.EXITING}),
        "hold": frozenset({State.ACTIVE, State.EXITING, State.EXITED}),
        "destroy": frozenset({State.EXITED}),
    }
)
_PAYS = frozenset({State.DRAFT, State.ACTIVE})


def require(household: Household, act: str) -> None:
    """Refuse with `StateForbids` unless the act may follow the file's state."""
    if household.state not in MAY_FOLLOW[act]:
        raise StateForbids(state=household.state, act=act)


def move(session: Session, actor: Actor, household: Household, act: str, to: State) -> None:
    """Move a file by one act; nothing else moves its state. Its members' seats follow by foreign key.

    Raises:
        StateForbids: the act may not follow; or the file would cease to be active while a hardship payment of the
            household is underway (statement 27: paid only where the file is active, from the approval to the bank).
    """
    require(household, act)
    if to not in _PAYS and payments_underway(session, household):
        raise StateForbids(state="payments_underway", act=act)
    household.state = to
    household.touched_at = actor.at
    session.flush()


def payments_underway(session: Session, household: Household) -> int:
    """How many hardship payments to the household are made and not yet settled, over all unions."""
    count: int = session.scalars(select(func.household_payments_underway(household.person_id))).one()
    return count
