"""Ten years from its exit a file is kept; then one person proposes its destruction, and another destroys its key."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from benefits.casework.household import state
from benefits.casework.household.figures import figure_if_any
from benefits.core.actor import Actor
from benefits.core.errors import DutyConflict, NotFound, RetentionRuns, StateForbids
from benefits.rules.values import add_years
from models.household import Household
from models.household_exit import HouseholdDestruction


def kept_until(session: Session, household: Household, today: date) -> date | None:
    """The first day on which an exited file may be destroyed (总工办〔2016〕36号 art. 15).

    None before its exit, and where no edition says how long: then it may not be destroyed at all.
    """
    years: int | None = figure_if_any(session, "retention_years", today)
    return None if household.exited_on is None or years is None else add_years(household.exited_on, years)


def find_destruction(session: Session, household: Household) -> HouseholdDestruction:
    """The destruction of a file, proposed or done; raises NotFound."""
    found = session.scalar(select(HouseholdDestruction).where(HouseholdDestruction.household_id == household.id))
    if found is None:
        raise NotFound
    return found


def propose_destruction(session: Session, actor: Actor, household: Household, reason: str) -> HouseholdDestruction:
    """Propose that the details of a file be destroyed.

    Raises:
        RetentionRuns: the ten years are not over; `until` says when they are (G40). StateForbids: not exited, under a
            hold, or proposed already. NotPermitted, OwnCase.
    """
    actor.require("household.keep", household.unit.path)
    _require_over(session, actor, household, "propose_destruction")
    if session.scalar(select(HouseholdDestruction.id).where(HouseholdDestruction.household_id == household.id)):
        raise StateForbids(state="proposed", act="propose_destruction")
    proposed = HouseholdDestruction(
        household_id=household.id,
        unit_id=household.unit_id,
        person_id=household.person_id,
        reason=reason,
        proposed_by=actor.account_id,
        proposed_by_person=actor.person_id,
        proposed_at=actor.at,
    )
    session.add(proposed)
    household.touched_at = actor.at
    session.flush()
    return proposed


def approve_destruction(session: Session, actor: Actor, household: Household) -> HouseholdDestruction:
    """Another person approves, and the file's key is gone: no detail can be read again, in the record neither.

    The row stays with its dates, class, causes and amounts, and so does everything that the record says of it.

    Raises:
        DutyConflict: the same person proposed it. RetentionRuns, StateForbids, NotFound, NotPermitted, OwnCase.
    """
    actor.require("household.decide", household.unit.path)
    proposed = find_destruction(session, household)
    _require_over(session, actor, household, "approve_destruction")
    if proposed.proposed_by_person == actor.person_id:
        raise DutyConflict(held="propose_destruction", wanted="approve_destruction")
    proposed.approved_by, proposed.approved_by_person = actor.account_id, actor.person_id
    proposed.approved_at = household.destroyed_at = household.touched_at = actor.at
    household.key_wrapped = None
    session.flush()
    return proposed


def hold(session: Session, actor: Actor, household: Household, reason: str | None) -> Household:
    """A reviewer keeps a file from destruction whatever its age (a dispute, an audit), or lifts that with None."""
    actor.require("household.decide", household.unit.path)
    actor.require_stranger(household.person_id)
    state.require(household, "hold")
    if household.destroyed_at is not None:
        raise StateForbids(state="destroyed", act="hold")
    household.held_for, household.held_by, household.held_at = reason, actor.account_id, actor.at
    household.touched_at = actor.at
    session.flush()
    return household


def _require_over(session: Session, actor: Actor, household: Household, act: str) -> None:
    actor.require_stranger(household.person_id)
    state.require(household, "destroy")
    if household.destroyed_at is not None:
        raise StateForbids(state="destroyed", act=act)
    if household.held_for is not None:
        raise StateForbids(state="held", act=act)
    until = kept_until(session, household, actor.today)
    if until is None or actor.today < until:
        raise RetentionRuns(until=until or "")
