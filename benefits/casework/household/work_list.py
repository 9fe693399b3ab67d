"""The work list: what is due on hardship files and on members' dues, worked out by queries; nothing is stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, TextualSelect, Uuid, cast, func, literal, null, select, union_all
from sqlalchemy.orm import Session

from benefits.access.reach import within
from benefits.casework.household.due import OF_FILES, OF_MEMBERS, Day
from benefits.core.actor import Actor
from models.household import Household
from models.membership import Membership
from models.unit import Unit

_FIRST, _FAR = date(1900, 1, 1), date(2100, 12, 31)  # what has no day comes last


@dataclass(frozen=True)
class Task:
    """One thing to do; `household_id` and `number` None: it is about a member. `id` is its place in the list."""

    id: UUID
    kind: str
    household_id: UUID | None
    number: int | None
    member_id: UUID
    unit_code: str
    due_on: date | None


def list_tasks(
    session: Session,
    actor: Actor,
    *,
    after: UUID | None,
    limit: int,
    kind: str | None,
    due_before: date | None,
    unit_code: str | None,
) -> list[Task]:
    """What is to be done in the reader's units, the longest due first, one more than `limit` where there are more.

    Args:
        kind: one of `due.KINDS`; None: all.
        due_before: only what is due before that day. Visits to come are listed with it only.
    """
    day = Day(actor.today, due_before or actor.today + timedelta(days=1))
    parts = [
        made(actor, name, due_of)
        for made, kinds in ((_of_file, OF_FILES), (_of_member, OF_MEMBERS))
        for name, ask in kinds.items()
        if kind in {None, name} and (due_of := ask(session, day)) is not None
    ]
    if not parts:
        return []
    every = union_all(*parts).subquery()
    # A task's place: its day, then a digest of what it is; so that a page's end can be named by one id.
    day_number = func.lpad(func.to_hex(func.coalesce(every.c.due_on, _FAR) - _FIRST), 8, "0")
    what = func.left(func.md5(func.concat(every.c.kind, func.coalesce(every.c.household_id, every.c.member_id))), 24)
    place = cast(func.concat(day_number, what), Uuid)
    query = select(place, *every.c).order_by(place).limit(limit + 1)
    if after is not None:
        query = query.where(place > after)
    if due_before is not None:
        query = query.where(every.c.due_on < due_before)
    if unit_code is not None:
        query = query.where(every.c.unit_code == unit_code)
    return [Task(*row) for row in session.execute(query)]


def _of_file(actor: Actor, kind: str, due_of: TextualSelect) -> Select[Any]:
    found = due_of.subquery()
    return (
        select(
            literal(kind).label("kind"),
            Household.id.label("household_id"),
            Household.number.label("number"),
            Household.membership_id.label("member_id"),
            Unit.code.label("unit_code"),
            found.c.due_on.label("due_on"),
        )
        .join(found, found.c.subject == Household.id)
        .join(Unit, Unit.id == Household.unit_id)
        .where(within(actor, "household.read"))
    )


def _of_member(actor: Actor, kind: str, due_of: TextualSelect) -> Select[Any]:
    found = due_of.subquery()
    return (
        select(
            literal(kind).label("kind"),
            cast(null(), Uuid).label("household_id"),
            cast(null(), Household.number.type).label("number"),
            Membership.id.label("member_id"),
            Unit.code.label("unit_code"),
            found.c.due_on.label("due_on"),
        )
        .join(found, found.c.subject == Membership.id)
        .join(Unit, Unit.id == Membership.unit_id)
        .where(within(actor, "member.read"))
    )
