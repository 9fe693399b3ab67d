"""致困原因: an officer marks it removed, or back again; without it no file is closed as out of hardship."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from benefits.casework.household import state
from benefits.casework.household.paper_copy import note_change
from benefits.core.actor import Actor
from benefits.core.errors import invalid
from models.household import Household


def mark_cause(session: Session, actor: Actor, household: Household, removed_on: date | None) -> Household:
    """The cause of the hardship is gone since a day, or (None) is there again.

    Raises:
        Invalid: a day before the file was opened, or to come. StateForbids, NotPermitted, OwnCase.
    """
    actor.require("household.keep", household.unit.path)
    actor.require_stranger(household.person_id)
    state.require(household, "mark_cause")
    earliest = household.opened_on
    if removed_on and (removed_on > actor.today or (earliest and removed_on < earliest)):
        raise invalid("/removed_on", "day_outside", earliest=earliest or "", latest=actor.today)
    household.cause_removed_on, household.cause_removed_by = removed_on, actor.account_id if removed_on else None
    note_change(session, actor, household, "mark_cause")
    return household
