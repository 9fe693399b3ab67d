"""入户调查 and 走访: who went to a household, what they found, whether the worker signed before them."""

from __future__ import annotations

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from benefits.casework.household import state
from benefits.casework.household.figures import figure_if_any
from benefits.casework.household.paper_copy import note_change
from benefits.core.actor import Actor
from benefits.core.errors import invalid
from benefits.registry.file_key import seal
from models.columns import new_id
from models.household import Household
from models.household_life import HouseholdVisit
from models.vocabulary import VisitPurpose


def record_visit(
    session: Session,
    actor: Actor,
    household: Household,
    *,
    purpose: str,
    visited_on: date,
    visitors: list[str],
    found: str,
    signed_in_person: bool,
) -> HouseholdVisit:
    """Keep a visit; a visit of follow-up belongs to a file that was closed, the others to one that is not.

    Raises:
        Invalid: too few different visitors, a day to come or before the exit that is followed up.
        StateForbids, NotPermitted, OwnCase.
    """
    actor.require("household.keep", household.unit.path)
    actor.require_stranger(household.person_id)
    state.require(household, "follow_up" if purpose == VisitPurpose.FOLLOW_UP else "visit")
    least = figure_if_any(session, "visitors_least", visited_on) or 1
    if len({name.strip() for name in visitors}) < least:
        raise invalid("/visitors", "visitors_too_few", least=least)
    earliest = household.exited_on if purpose == VisitPurpose.FOLLOW_UP else None
    if visited_on > actor.today or (earliest and visited_on < earliest):
        raise invalid("/visited_on", "day_outside", earliest=earliest or "", latest=actor.today)
    row_id = new_id()
    visit = HouseholdVisit(
        id=row_id,
        household_id=household.id,
        unit_id=household.unit_id,
        person_id=household.person_id,
        purpose=purpose,
        visited_on=visited_on,
        visitors=visitors,
        found_cipher=seal(session, household, row_id, "found", found),
        signed_in_person=signed_in_person,
        recorded_by=actor.account_id,
    )
    session.add(visit)
    note_change(session, actor, household, "visit")
    return visit


def visits_of(session: Session, household: Household) -> list[HouseholdVisit]:
    """The visits to a household, the oldest record first."""
    return list(
        session.scalars(
            select(HouseholdVisit).where(HouseholdVisit.household_id == household.id).order_by(HouseholdVisit.id)
        )
    )


def signed_investigations(session: Session, household: Household) -> int:
    """How many visits before the file opened were signed by the worker in person (§2.6, step 3)."""
    return session.scalars(
        select(func.count()).where(
            HouseholdVisit.household_id == household.id,
            HouseholdVisit.purpose == VisitPurpose.INVESTIGATION,
            HouseholdVisit.signed_in_person,
        )
    ).one()
