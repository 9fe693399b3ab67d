"""退出: a file is closed by proposal, the unit's decision, public notice, approval above and notice to the worker."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager

from benefits.casework.household import state
from benefits.casework.household.exit_objection import require_unopposed
from benefits.casework.household.exit_steps import advance, approved_on, require
from benefits.casework.household.figures import figure
from benefits.casework.household.file import find_household, lock_household
from benefits.casework.household.income import exit_months
from benefits.casework.household.paper_copy import note_change
from benefits.core.actor import Actor
from benefits.core.errors import ExitNotDue, NotFound, NotPermitted, StateForbids, invalid
from benefits.registry.file_key import seal
from benefits.registry.official_calendar import calendar
from models.columns import new_id
from models.household import Household
from models.household_exit import HouseholdExit
from models.vocabulary import ExitReason, ExitState, HouseholdState


def propose_exit(
    session: Session, actor: Actor, household: Household, *, reason: str, evidence: str | None
) -> HouseholdExit:
    """An officer proposes to close a file; it is on its way out from now on.

    Raises:
        ExitNotDue: 脱困 without six consecutive months above the line of the month, or with the cause not removed;
            every month is explained (statement 30). Invalid: another reason without evidence.
        StateForbids: not active, or a payment of the household is underway. NotPermitted, OwnCase.
    """
    actor.require("household.keep", household.unit.path)
    actor.require_stranger(household.person_id)
    state.require(household, "propose_exit")
    months = []
    if reason == ExitReason.OUT_OF_HARDSHIP:
        judged = exit_months(session, household, actor.today)
        months = [each.as_json() for each in judged]
        if not all(each.above for each in judged) or household.cause_removed_on is None:
            raise ExitNotDue(months, cause_removed=household.cause_removed_on is not None)
    elif not evidence:
        raise invalid("/evidence", "required")
    row_id = new_id()
    leaving = HouseholdExit(
        id=row_id,
        household_id=household.id,
        unit_id=household.unit_id,
        person_id=household.person_id,
        state=ExitState.PROPOSED,
        reason=reason,
        months=months,
        evidence_cipher=seal(session, household, row_id, "evidence", evidence) if evidence else None,
    )
    state.move(session, actor, household, "propose_exit", HouseholdState.EXITING)
    session.add(leaving)
    session.flush()
    advance(session, actor, household, leaving, "propose", ExitState.PROPOSED)
    note_change(session, actor, household, "propose_exit")
    return leaving


def lock_exit(session: Session, actor: Actor, household_id: UUID, exit_id: UUID) -> HouseholdExit:
    """An exit of a file that the actor may see, for an act: the file first, then the exit; raises NotFound."""
    household = lock_household(session, actor, household_id)
    return _find(session, household, exit_id, lock=True)


def find_exit(session: Session, actor: Actor, household_id: UUID, exit_id: UUID) -> HouseholdExit:
    """The same for reading."""
    return _find(session, find_household(session, actor, household_id), exit_id, lock=False)


def exits_of(session: Session, household: Household) -> list[HouseholdExit]:
    """The exits of a file, done and undone, the oldest first."""
    query = select(HouseholdExit).where(HouseholdExit.household_id == household.id).order_by(HouseholdExit.id)
    return list(session.scalars(query))


def decide_exit(session: Session, actor: Actor, leaving: HouseholdExit, minutes: str) -> HouseholdExit:
    """The unit's collective decision, by the reference of its minutes; shown in public from today (statement 28).

    Raises:
        StateForbids: wrong state, or the official calendar does not reach to the end of the notice.
        DutyConflict: who proposed it. NotPermitted, OwnCase.
    """
    household = _require_decider(session, actor, leaving, "decide")
    days: int = figure(session, "exit_notice_working_days", actor.today)
    last = calendar(session).working_days_after(actor.today, days)
    if last is None:
        raise StateForbids(state="calendar_missing", act="decide")
    name = household.membership.name
    leaving.minutes, leaving.shown_name = minutes, name[0] + "*" * (len(name) - 1)
    leaving.posted_on, leaving.working_days, leaving.complete_on = actor.today, days, last + timedelta(days=1)
    advance(session, actor, household, leaving, "decide", ExitState.ON_NOTICE)
    return leaving


def approve_exit(session: Session, actor: Actor, leaving: HouseholdExit, note: str | None) -> HouseholdExit:
    """The county or industrial union approves: a reviewer of a unit above the file's, a third person.

    Raises:
        StateForbids: the notice runs, or an objection is open. DutyConflict: who proposed or decided it.
        NotPermitted: a reviewer of no unit above (where the file lies at the top, of that one). OwnCase.
    """
    household = _require_decider(session, actor, leaving, "approve")
    unit = household.unit
    above = [path for path in actor.paths("household.decide") if unit.path.startswith(path) and path != unit.path]
    if unit.parent_id is not None and not above:
        raise NotPermitted(permission="household.decide")
    if leaving.complete_on is None or actor.today < leaving.complete_on:
        raise StateForbids(state="notice_running", act="approve", complete_on=leaving.complete_on or "")
    require_unopposed(session, leaving)
    advance(session, actor, household, leaving, "approve", ExitState.APPROVED, note)
    return leaving


def notify_worker(session: Session, actor: Actor, leaving: HouseholdExit, notified_on: date) -> HouseholdExit:
    """The worker was told in writing: the file is closed from that day, follow-up and retention begin.

    Raises:
        Invalid: a day before the approval or to come. StateForbids, NotPermitted, OwnCase.
    """
    household = leaving.household
    actor.require("household.keep", household.unit.path)
    actor.require_stranger(household.person_id)
    require(session, actor, leaving, "notify")
    earliest = approved_on(session, leaving)
    if not earliest <= notified_on <= actor.today:
        raise invalid("/notified_on", "day_outside", earliest=earliest, latest=actor.today)
    leaving.notified_on = notified_on
    advance(session, actor, household, leaving, "notify", ExitState.DONE)
    with session.no_autoflush:  # day and state go into the row together
        household.exited_on = notified_on
        state.move(session, actor, household, "exit", HouseholdState.EXITED)
    note_change(session, actor, household, "exit")
    return leaving


def refuse_exit(session: Session, actor: Actor, leaving: HouseholdExit, reason: str) -> HouseholdExit:
    """The file stays open: a reviewer, not who proposed it, says why."""
    _require_decider(session, actor, leaving, "refuse")
    return _stay(session, actor, leaving, "refuse", ExitState.REFUSED, reason)


def withdraw_exit(session: Session, actor: Actor, leaving: HouseholdExit, reason: str) -> HouseholdExit:
    """The file stays open: an officer takes the proposal back."""
    household = leaving.household
    actor.require("household.keep", household.unit.path)
    actor.require_stranger(household.person_id)
    require(session, actor, leaving, "withdraw")
    return _stay(session, actor, leaving, "withdraw", ExitState.WITHDRAWN, reason)


def _stay(
    session: Session, actor: Actor, leaving: HouseholdExit, act: str, to: ExitState, reason: str
) -> HouseholdExit:
    household = leaving.household
    advance(session, actor, household, leaving, act, to, reason)
    state.move(session, actor, household, "stay", HouseholdState.ACTIVE)
    note_change(session, actor, household, act)
    return leaving


def _require_decider(session: Session, actor: Actor, leaving: HouseholdExit, act: str) -> Household:
    household = leaving.household
    actor.require("household.decide", household.unit.path)
    actor.require_stranger(household.person_id)
    require(session, actor, leaving, act)
    return household


def _find(session: Session, household: Household, exit_id: UUID, *, lock: bool) -> HouseholdExit:
    file = contains_eager(HouseholdExit.household)
    query = (
        select(HouseholdExit)
        .join(HouseholdExit.household)
        .join(Household.unit)
        .join(Household.membership)
        .options(file, file.contains_eager(Household.unit), file.contains_eager(Household.membership))
        .where(HouseholdExit.id == exit_id, HouseholdExit.household_id == household.id)
    )
    if lock:
        query = query.with_for_update(key_share=True, of=HouseholdExit)
    found = session.scalar(query.execution_options(populate_existing=True))
    if found is None:
        raise NotFound
    return found
