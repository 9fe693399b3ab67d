"""追访: opened by a result, tried until she is reached, examined again, closed with evidence, and opened anew."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, contains_eager, selectinload

from benefits.access.reach import within
from benefits.casework.screening.detail import keep_detail
from benefits.casework.screening.next_step import due_days
from benefits.core.actor import Actor
from benefits.core.errors import NotFound, StateForbids, invalid
from benefits.money.entitlement import lock_person
from models.columns import new_id
from models.screening import ScreeningAppointment
from models.screening_result import ScreeningAttempt, ScreeningFollowUp, ScreeningResult
from models.screening_vocabulary import AttemptWay, ClosingEvidence, DetailKind, FollowUpEnd
from models.screening_vocabulary import FollowUpState as State
from models.unit import Unit

_GOING_ON = frozenset({State.OPEN, State.INFORMED, State.EXAMINED})

# act -> states it may follow.
MAY_FOLLOW = MappingProxyType(
    {
        "try": _GOING_ON,
        "examine": _GOING_ON,
        "complete": frozenset({State.EXAMINED}),
        "refer": frozenset({State.INFORMED, State.EXAMINED}),
        "give_up": frozenset({State.OPEN, State.INFORMED}),
        "refuse": _GOING_ON,
        "correct": _GOING_ON,
        "reopen": frozenset({State.CLOSED}),
    }
)


def _visible(actor: Actor) -> Select[ScreeningFollowUp]:
    return (
        select(ScreeningFollowUp)
        .join(ScreeningFollowUp.unit)
        .join(ScreeningFollowUp.result)
        .join(ScreeningResult.appointment)
        .join(ScreeningAppointment.membership)
        .options(
            contains_eager(ScreeningFollowUp.unit),
            contains_eager(ScreeningFollowUp.result)
            .contains_eager(ScreeningResult.appointment)
            .contains_eager(ScreeningAppointment.membership),
            selectinload(ScreeningFollowUp.attempts),
        )
        .where(within(actor, "screening.read"))
    )


def find_follow_up(session: Session, actor: Actor, follow_up_id: UUID) -> ScreeningFollowUp:
    """A follow-up that the actor may see; raises NotFound."""
    found = session.scalar(
        _visible(actor).where(ScreeningFollowUp.id == follow_up_id).execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound
    return found


def lock_follow_up(session: Session, actor: Actor, follow_up_id: UUID) -> ScreeningFollowUp:
    """The same for an act: the person first, then the result, then the follow-up."""
    found = find_follow_up(session, actor, follow_up_id)
    lock_person(session, found.person_id)
    for table, row_id in ((ScreeningResult, found.result_id), (ScreeningFollowUp, found.id)):
        session.execute(select(table.id).where(table.id == row_id).with_for_update(key_share=True))
    return find_follow_up(session, actor, follow_up_id)


def overdue(on: date) -> ColumnElement[bool]:
    """Follow-ups with a day passed: not informed, not examined, or not closed in time."""
    each = ScreeningFollowUp
    return or_(
        and_(each.state == State.OPEN, each.inform_by < on),
        and_(each.state.in_((State.OPEN, State.INFORMED)), each.examine_by < on),
        and_(each.state != State.CLOSED, each.close_by < on),
    )


def is_overdue(follow_up: ScreeningFollowUp, on: date) -> bool:
    """The same of one in hand."""
    return (
        (follow_up.state == State.OPEN and follow_up.inform_by < on)
        or (follow_up.state in {State.OPEN, State.INFORMED} and follow_up.examine_by < on)
        or (follow_up.state != State.CLOSED and follow_up.close_by < on)
    )


def list_follow_ups(
    session: Session,
    actor: Actor,
    *,
    after: UUID | None,
    limit: int,
    state: str | None,
    late: bool | None,
    round_id: UUID | None,
    unit_code: str | None,
    result_id: UUID | None,
) -> list[ScreeningFollowUp]:
    """Follow-ups in order of opening, one more than `limit` where there are more; `late` those with a day passed."""
    query = _visible(actor).order_by(ScreeningFollowUp.id).limit(limit + 1)
    if after is not None:
        query = query.where(ScreeningFollowUp.id > after)
    if late is not None:
        query = query.where(overdue(actor.today) if late else ~overdue(actor.today))
    if unit_code is not None:
        root = select(Unit.path).where(Unit.code == unit_code).scalar_subquery()
        query = query.where(func.starts_with(Unit.path, root))
    for column, wanted in (
        (ScreeningFollowUp.state, state),
        (ScreeningFollowUp.result_id, result_id),
        (ScreeningAppointment.round_id, round_id),
    ):
        if wanted is not None:
            query = query.where(column == wanted)
    return list(session.scalars(query))


def follow_ups_of(session: Session, result_id: UUID) -> list[ScreeningFollowUp]:
    """Every follow-up of a result, the oldest first."""
    return list(
        session.scalars(
            select(ScreeningFollowUp).where(ScreeningFollowUp.result_id == result_id).order_by(ScreeningFollowUp.id)
        )
    )


def open_follow_ups(
    session: Session,
    actor: Actor,
    appointment: ScreeningAppointment,
    result_id: UUID,
    steps: Sequence[str] | None,
) -> None:
    """One follow-up for each step that is not routine, its step sealed; one unnamed where steps are not kept."""
    days = due_days(session, actor.today)
    for step in [None] if steps is None else [step for step in steps if step != "routine"]:
        opened = ScreeningFollowUp(
            id=new_id(),
            result_id=result_id,
            unit_id=appointment.unit_id,
            person_id=appointment.person_id,
            state=State.OPEN,
            opened_on=actor.today,
            reopened=0,
            moved_by=actor.account_id,
            moved_at=actor.at,
            **days,
        )
        session.add(opened)
        session.flush()
        if step is not None:
            keep_detail(session, actor, appointment, DetailKind.STEP, opened.id, {"step": step})


def require(actor: Actor, follow_up: ScreeningFollowUp, act: str, permission: str) -> None:
    """Refuse unless the actor may do this act now, on somebody who is no relative.

    Raises:
        NotPermitted, OwnCase, StateForbids.
    """
    actor.require(permission, follow_up.unit.path)
    actor.require_stranger(follow_up.person_id)
    if follow_up.state not in MAY_FOLLOW[act]:
        raise StateForbids(state=follow_up.state, act=act)


def advance(session: Session, actor: Actor, follow_up: ScreeningFollowUp, to: State) -> None:
    """Move a follow-up. Nothing else moves its state."""
    follow_up.state = to
    follow_up.moved_by, follow_up.moved_at = actor.account_id, actor.at
    follow_up.touched_at = actor.at
    session.flush()


def add_attempt(
    session: Session, actor: Actor, follow_up: ScreeningFollowUp, *, on: date, way: AttemptWay, reached: bool
) -> ScreeningAttempt:
    """Take down a try to reach her; the first that reaches her informs her.

    Raises:
        Invalid: a day before the follow-up was opened, or to come.
    """
    require(actor, follow_up, "try", "screening.keep")
    if not follow_up.opened_on <= on <= actor.today:
        raise invalid("/on", "days_out_of_order")
    attempt = ScreeningAttempt(
        id=new_id(),
        follow_up_id=follow_up.id,
        unit_id=follow_up.unit_id,
        person_id=follow_up.person_id,
        tried_on=on,
        way=way,
        reached=reached,
        made_by=actor.account_id,
    )
    session.add(attempt)
    state = State(follow_up.state)
    if reached and state == State.OPEN:
        follow_up.informed_on, follow_up.informed_how = on, way
        state = State.INFORMED
    advance(session, actor, follow_up, state)
    return attempt


def close_as_corrected(session: Session, actor: Actor, follow_ups: Sequence[ScreeningFollowUp]) -> None:
    """End those that go on, because the result that opened them was wrong."""
    for each in follow_ups:
        if each.state in MAY_FOLLOW["correct"]:
            each.closed_on, each.closed_by = actor.today, actor.account_id
            each.ended, each.evidence = FollowUpEnd.CORRECTED, ClosingEvidence.CORRECTED_RESULT
            advance(session, actor, each, State.CLOSED)
