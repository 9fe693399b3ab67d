"""纸电同步: each change of a file opens a task to bring the paper file in step within thirty working days."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from benefits.casework.household.figures import figure_if_any
from benefits.core.actor import Actor
from benefits.core.errors import StateForbids, invalid
from benefits.registry.official_calendar import calendar
from models.household import Household
from models.household_life import PaperTask
from models.vocabulary import HouseholdState

_NO_FILE = frozenset({HouseholdState.DRAFT, HouseholdState.DROPPED})


def note_change(session: Session, actor: Actor, household: Household, act: str) -> None:
    """The file was changed by `act`: its page shows it, and the paper file is behind from the first such day on.

    A draft is no file yet; its opening is the first change.
    """
    household.touched_at = actor.at
    if household.state not in _NO_FILE and _open_task(session, household) is None:
        session.add(
            PaperTask(
                household_id=household.id,
                unit_id=household.unit_id,
                person_id=household.person_id,
                changed=act,
                changed_on=actor.today,
                changed_by=actor.account_id,
            )
        )
    session.flush()


def tick_off(session: Session, actor: Actor, household: Household, done_on: date) -> PaperTask:
    """The paper file is in step again, with everything that was changed up to now.

    Raises:
        StateForbids: it is in step already. Invalid: a day before the change or after today. NotPermitted, OwnCase.
    """
    actor.require("household.keep", household.unit.path)
    actor.require_stranger(household.person_id)
    task = _open_task(session, household)
    if task is None:
        raise StateForbids(state="in_step", act="tick_off")
    if not task.changed_on <= done_on <= actor.today:
        raise invalid("/done_on", "day_outside", earliest=task.changed_on, latest=actor.today)
    task.done_on, task.done_by = done_on, actor.account_id
    household.touched_at = actor.at
    session.flush()
    return task


def paper_tasks_of(session: Session, household: Household) -> list[PaperTask]:
    """Every paper task of a file, the oldest first."""
    return list(session.scalars(select(PaperTask).where(PaperTask.household_id == household.id).order_by(PaperTask.id)))


def paper_due_on(session: Session, changed_on: date) -> date | None:
    """The last day for the paper file (statement 29); None where the official calendar does not reach that far."""
    days: int | None = figure_if_any(session, "paper_working_days", changed_on)
    return None if days is None else calendar(session).working_days_after(changed_on, days)


def _open_task(session: Session, household: Household) -> PaperTask | None:
    return session.scalar(select(PaperTask).where(PaperTask.household_id == household.id, PaperTask.done_on.is_(None)))
