"""Objections to the public notice of an exit; an open one holds it."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from benefits.casework.household.exit_steps import advance, require
from benefits.core.actor import Actor
from benefits.core.errors import NotFound, StateForbids
from models.columns import new_id
from models.household_exit import ExitObjection, HouseholdExit
from models.vocabulary import ExitState


def object_to_exit(session: Session, actor: Actor, leaving: HouseholdExit, reason: str) -> ExitObjection:
    """Take down an objection that somebody raised to a running notice."""
    household = leaving.household
    actor.require("household.keep", household.unit.path)
    actor.require_stranger(household.person_id)
    require(session, actor, leaving, "object")
    objection = ExitObjection(
        id=new_id(),
        exit_id=leaving.id,
        household_id=leaving.household_id,
        unit_id=leaving.unit_id,
        person_id=leaving.person_id,
        reason=reason,
        raised_at=actor.at,
    )
    session.add(objection)
    advance(session, actor, household, leaving, "object", ExitState.ON_NOTICE, reason)
    return objection


def resolve_exit_objection(
    session: Session, actor: Actor, leaving: HouseholdExit, objection_id: UUID, resolution: str
) -> ExitObjection:
    """A reviewer who neither proposed the exit nor took the objection down answers it; a founded one is refused."""
    household = leaving.household
    actor.require("household.decide", household.unit.path)
    actor.require_stranger(household.person_id)
    require(session, actor, leaving, "resolve")
    found = next((each for each in exit_objections_of(session, leaving) if each.id == objection_id), None)
    if found is None:
        raise NotFound
    if found.resolved_at is not None:
        raise StateForbids(state="resolved", act="resolve")
    found.resolution, found.resolved_at = resolution, actor.at
    advance(session, actor, household, leaving, "resolve", ExitState.ON_NOTICE, resolution)
    return found


def exit_objections_of(session: Session, leaving: HouseholdExit) -> list[ExitObjection]:
    """Every objection to an exit, the oldest first."""
    query = select(ExitObjection).where(ExitObjection.exit_id == leaving.id).order_by(ExitObjection.id)
    return list(session.scalars(query))


def require_unopposed(session: Session, leaving: HouseholdExit) -> None:
    """Refuse with `StateForbids` while an objection is open."""
    if any(each.resolved_at is None for each in exit_objections_of(session, leaving)):
        raise StateForbids(state="objection_open", act="approve")
