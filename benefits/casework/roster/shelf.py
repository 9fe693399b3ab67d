"""Rosters and their lines found, counted and locked in the house's order: people, cases, the roster, its lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, contains_eager

from benefits.access.reach import within
from benefits.core.actor import Actor
from benefits.core.errors import NotFound
from benefits.core.money import NOTHING
from benefits.money.entitlement import lock_people
from models.application import Application
from models.membership import Membership
from models.roster import Roster, RosterLine
from models.roster_vocabulary import RosterLineState
from models.unit import Unit


@dataclass(frozen=True)
class Total:
    """The lines of one state: how many, how many pieces, how many yuan."""

    lines: int = 0
    quantity: int = 0
    amount: Decimal = NOTHING


@dataclass(frozen=True)
class Carried:
    """A line that is not left out, and the case that it is."""

    line: RosterLine
    case: Application


@dataclass(frozen=True)
class Entry:
    """A line as lists show it; left out before it was filed, it has no case."""

    line: RosterLine
    member: Membership
    unit: Unit
    case: Application | None


def _visible(actor: Actor) -> Select[Roster]:
    return select(Roster).join(Roster.unit).options(contains_eager(Roster.unit)).where(within(actor, "case.read"))


def find_roster(session: Session, actor: Actor, roster_id: UUID) -> Roster:
    """A roster of the units where the actor reads cases; raises NotFound."""
    found = session.scalar(_visible(actor).where(Roster.id == roster_id).execution_options(populate_existing=True))
    if found is None:
        raise NotFound
    return found


def lock_roster(session: Session, actor: Actor, roster_id: UUID) -> Roster:
    """The same for an act, with the people and the cases of all its lines held before it."""
    found = find_roster(session, actor, roster_id)
    hold_rosters(session, [found.id])
    return find_roster(session, actor, roster_id)


def hold_rosters(session: Session, rosters: Sequence[UUID]) -> None:
    """Lock rosters in id order, after the people and the cases of all their lines."""
    _hold(session, RosterLine.roster_id.in_(rosters))
    chosen = select(Roster.id).where(Roster.id.in_(rosters)).order_by(Roster.id)
    session.execute(chosen.with_for_update(key_share=True))


def _hold(session: Session, which: ColumnElement[bool]) -> None:
    """Lock the people and then the cases of lines; who joins meanwhile raises the version that the act must match."""
    rows = session.execute(select(RosterLine.person_id, RosterLine.application_id).where(which)).all()
    lock_people(session, [row.person_id for row in rows])
    session.execute(
        select(Application.id)
        .where(Application.id.in_([row.application_id for row in rows if row.application_id]))
        .order_by(Application.id)
        .with_for_update(key_share=True)
    )


def list_rosters(
    session: Session,
    actor: Actor,
    *,
    after: UUID | None,
    limit: int,
    programme: str | None,
    state: str | None,
    unit_code: str | None,
    round_id: UUID | None,
) -> list[Roster]:
    """Rosters in order of drawing up, one more than `limit` where there are more."""
    query = _visible(actor).order_by(Roster.id).limit(limit + 1)
    if after is not None:
        query = query.where(Roster.id > after)
    for column, wanted in (
        (Roster.programme, programme),
        (Roster.state, state),
        (Unit.code, unit_code),
        (Roster.round_id, round_id),
    ):
        if wanted is not None:
            query = query.where(column == wanted)
    return list(session.scalars(query))


def totals(session: Session, roster: Roster) -> Mapping[RosterLineState, Total]:
    """Every state of lines with what stands in it."""
    decided = func.coalesce(Application.approved_amount, Application.amount)
    rows = session.execute(
        select(
            RosterLine.state,
            func.count(),
            func.sum(RosterLine.quantity),
            func.coalesce(func.sum(decided), NOTHING),
        )
        .outerjoin(Application, Application.id == RosterLine.application_id)
        .where(RosterLine.roster_id == roster.id)
        .group_by(RosterLine.state)
    )
    found = {row[0]: Total(row[1], row[2] or 0, row[3]) for row in rows}
    return {state: found.get(state, Total()) for state in RosterLineState}


def carried(session: Session, roster: Roster) -> list[Carried]:
    """The lines that are not left out with their cases, in the order of the cases' ids, as the books hold them now."""
    rows = session.execute(
        select(RosterLine, Application)
        .join(Application, Application.id == RosterLine.application_id)
        .where(RosterLine.roster_id == roster.id, RosterLine.state != RosterLineState.LEFT_OUT)
        .order_by(Application.id)
        .execution_options(populate_existing=True)
    )
    return [Carried(*row) for row in rows]


def _entries() -> Select[RosterLine, Membership, Unit, Application]:
    return (
        select(RosterLine, Membership, Unit, Application)
        .join(Membership, Membership.id == RosterLine.membership_id)
        .join(Unit, Unit.id == RosterLine.unit_id)
        .outerjoin(Application, Application.id == RosterLine.application_id)
        .execution_options(populate_existing=True)
    )


def list_lines(session: Session, roster: Roster, *, after: UUID | None, limit: int, state: str | None) -> list[Entry]:
    """A roster's lines in the order in which they came on it, one more than `limit` where there are more."""
    query = _entries().where(RosterLine.roster_id == roster.id).order_by(RosterLine.id).limit(limit + 1)
    if after is not None:
        query = query.where(RosterLine.id > after)
    if state is not None:
        query = query.where(RosterLine.state == state)
    return [Entry(*row) for row in session.execute(query)]


def sheet_lines(session: Session, roster: Roster) -> Sequence[Entry]:
    """The lines that are not left out, by serial number: what is printed."""
    query = _entries().where(RosterLine.roster_id == roster.id, RosterLine.state != RosterLineState.LEFT_OUT)
    return [Entry(*row) for row in session.execute(query.order_by(RosterLine.serial))]


def entry_of(session: Session, line: RosterLine) -> Entry:
    """One line as lists show it."""
    return Entry(*session.execute(_entries().where(RosterLine.id == line.id)).one())


def find_line(session: Session, actor: Actor, roster_id: UUID, line_id: UUID) -> RosterLine:
    """A line of a roster that the actor may see, with its roster; raises NotFound."""
    found = session.scalar(
        select(RosterLine)
        .join(RosterLine.roster)
        .join(Roster.unit)
        .options(contains_eager(RosterLine.roster).contains_eager(Roster.unit))
        .where(RosterLine.id == line_id, Roster.id == roster_id, within(actor, "case.read"))
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound
    return found


def lock_line(session: Session, actor: Actor, roster_id: UUID, line_id: UUID) -> RosterLine:
    """The same for an act: its person and case, the roster, then the line."""
    found = find_line(session, actor, roster_id, line_id)
    _hold(session, RosterLine.id == found.id)
    session.execute(select(Roster.id).where(Roster.id == roster_id).with_for_update(key_share=True))
    session.execute(select(RosterLine.id).where(RosterLine.id == found.id).with_for_update(key_share=True))
    return find_line(session, actor, roster_id, line_id)
