"""Lists of members: chosen by name, number, unit, state or unpaid dues within the reader's scope, page by page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Uuid, and_, any_, func, literal, or_, select
from sqlalchemy.orm import Session

from benefits.access.reach import along, within
from benefits.core.actor import Actor
from benefits.registry.members import visible
from benefits.registry.name_key import BETWEEN, search_pattern
from benefits.rules.values import add_months
from models.membership import Membership
from models.unit import Unit
from models.vocabulary import MembershipState


@dataclass(frozen=True)
class MemberFilter:
    """Which members; None means any. `name` is a part of the name or the beginning of its pinyin.

    `dues_behind_months` full months unpaid before this one: of members in service, for those retained owe none.
    """

    name: str | None = None
    staff_number: str | None = None
    unit_code: str | None = None
    state: str | None = None
    dues_behind_months: int | None = None


def list_members(
    session: Session, actor: Actor, chosen: MemberFilter, *, after: UUID | None, limit: int
) -> list[Membership]:
    """Members in order of registration, one more than `limit` where there are more; a unit means its whole subtree."""
    # In two steps: the page's ids by the primary key alone, then those members with all that belongs to them.
    units = select(Unit.id).where(within(actor, "member.read"))
    if chosen.unit_code is not None:
        root = select(Unit.path).where(Unit.code == chosen.unit_code, along(actor, "unit.read")).scalar_subquery()
        units = units.where(func.starts_with(Unit.path, root))
    in_units = Membership.unit_id == any_(literal(list(session.scalars(units)), ARRAY(Uuid)))
    query = (
        select(Membership.id)
        .where(in_units, *_conditions(chosen, actor.today))
        .order_by(Membership.id)
        .limit(limit + 1)
    )
    if after is not None:
        query = query.where(Membership.id > after)
    page = visible(actor).where(Membership.id.in_(session.scalars(query).all())).order_by(Membership.id)
    return list(session.scalars(page.execution_options(populate_existing=True)))


def _conditions(chosen: MemberFilter, today: date) -> Iterator[ColumnElement[bool]]:
    if chosen.dues_behind_months is not None:
        paid_before = add_months(today.replace(day=1), -chosen.dues_behind_months)
        yield and_(Membership.state == MembershipState.ACTIVE, Membership.dues_paid_through < paid_before)
    if chosen.staff_number is not None:
        yield Membership.staff_number == chosen.staff_number
    if chosen.state is not None:
        yield Membership.state == chosen.state
    if chosen.name is not None:
        letters, pattern = func.replace(Membership.name_key, " ", ""), search_pattern(chosen.name)
        yield or_(
            Membership.name.contains(chosen.name, autoescape=True),
            letters.like(pattern),
            letters.like(f"%{BETWEEN}{pattern}"),
        )
