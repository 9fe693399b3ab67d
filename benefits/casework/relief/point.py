"""Visit points: planned by an officer, found within the reader's scope, changed until they are approved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Select, extract, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from benefits.access.reach import along, within
from benefits.casework.relief import workflow
from benefits.casework.relief.cap import require_within_cap
from benefits.casework.relief.heat_duty import require_union_pays
from benefits.core.actor import Actor
from benefits.core.errors import NotFound, invalid
from benefits.core.identity import parse_mobile
from benefits.record.writer import write_entry
from models.columns import new_id
from models.goods_vocabulary import ReliefState as State
from models.relief_point import ReliefPoint
from models.secrecy import secrecy
from models.unit import Unit

_PLANNED = ("planned_on", "name", "address", "leader", "planned_heads", "budget")


@dataclass(frozen=True)
class Plan:
    """What an officer plans: a day, a place, who leads, whom to call, how many heads, and what it may cost in yuan."""

    planned_on: date
    name: str
    address: str
    leader: str
    contact_phone: str
    planned_heads: int
    budget: Decimal


def visible(actor: Actor, permission: str = "relief.read") -> Select[ReliefPoint]:
    """Points of the actor's units and those below, each with its unit and the one that is visited."""
    return (
        select(ReliefPoint)
        .join(ReliefPoint.unit)
        .options(contains_eager(ReliefPoint.unit), joinedload(ReliefPoint.visited_unit))
        .where(within(actor, permission))
    )


def find_point(session: Session, actor: Actor, point_id: UUID) -> ReliefPoint:
    """A point that the actor may see; raises NotFound."""
    found = session.scalar(visible(actor).where(ReliefPoint.id == point_id).execution_options(populate_existing=True))
    if found is None:
        raise NotFound
    return found


def lock_point(session: Session, actor: Actor, point_id: UUID) -> ReliefPoint:
    """The same, locked until the transaction ends: before the lots, and before the fund."""
    found = find_point(session, actor, point_id)
    session.execute(select(ReliefPoint.id).where(ReliefPoint.id == found.id).with_for_update(key_share=True))
    return find_point(session, actor, point_id)


def list_points(
    session: Session,
    actor: Actor,
    *,
    after: UUID | None,
    limit: int,
    unit_code: str | None = None,
    state: str | None = None,
    year: int | None = None,
) -> list[ReliefPoint]:
    """Points in order of planning, one more than `limit` where there are more; `unit_code` is the visiting union's."""
    query = visible(actor).order_by(ReliefPoint.id).limit(limit + 1)
    if after is not None:
        query = query.where(ReliefPoint.id > after)
    if unit_code is not None:
        query = query.where(Unit.code == unit_code)
    if state is not None:
        query = query.where(ReliefPoint.state == state)
    if year is not None:
        query = query.where(extract("year", ReliefPoint.planned_on) == year)
    return list(session.scalars(query))


def plan_point(
    session: Session, actor: Actor, plan: Plan, *, unit_code: str, visited_unit_code: str, kind: str
) -> ReliefPoint:
    """Plan a visit of a union to itself or a unit below it.

    Args:
        kind: of summer relief; the heat allowance is refused as the employer's.

    Raises:
        NotEligible: `employer_pays`, or the budget is worth more per head than the cap. NotPermitted.
        Invalid: unknown units, or no mobile number.
    """
    unit = session.scalar(select(Unit).where(Unit.code == unit_code, within(actor, "relief.read")))
    if unit is None:
        raise invalid("/unit_code", "unit_unknown")
    actor.require("relief.keep", unit.path)
    visited = session.scalar(select(Unit).where(Unit.code == visited_unit_code, along(actor, "unit.read")))
    if visited is None or not visited.path.startswith(unit.path):
        raise invalid("/visited_unit_code", "unit_unknown")
    require_union_pays(session, plan.planned_on, kind)
    point_id = new_id()
    _, wrapped = secrecy(session).new_key(point_id)
    point = ReliefPoint(
        id=point_id, unit_id=unit.id, visited_unit_id=visited.id, key_wrapped=wrapped, state=State.PLANNED
    )
    _write(session, point, plan)
    session.add(point)
    session.flush()
    point = find_point(session, actor, point.id)
    workflow.advance(session, actor, point, "plan", State.PLANNED)
    return point


def change_point(session: Session, actor: Actor, point: ReliefPoint, changes: Mapping[str, Any]) -> ReliefPoint:
    """Change a plan that is not approved yet; what is absent stays."""
    workflow.require(session, actor, point, "relief.keep", "change")
    known = {name: getattr(point, name) for name in _PLANNED}
    plan = Plan(**known, contact_phone=opened(session, point, "contact_phone") or "")
    _write(session, point, replace(plan, **changes))
    workflow.advance(session, actor, point, "change", State.PLANNED)
    return point


def _write(session: Session, point: ReliefPoint, plan: Plan) -> None:
    require_within_cap(session, plan.planned_on, plan.planned_heads, plan.budget)
    for name in _PLANNED:
        setattr(point, name, getattr(plan, name))
    seal_phone(session, point, "contact_phone", plan.contact_phone)


def seal_phone(session: Session, point: ReliefPoint, field: str, text: str) -> None:
    """Keep a mobile number under the point's key; raises Invalid at its place where it is none."""
    phone = parse_mobile(text)
    if phone is None:
        raise invalid(f"/{field}", "phone_malformed")
    seal(session, point, field, phone)


def seal(session: Session, point: ReliefPoint, field: str, text: str) -> None:
    """Keep one secret field of a point under its key."""
    keys = secrecy(session)
    key = keys.unwrap(point.key_wrapped, point.id)
    setattr(point, f"{field}_cipher", keys.encrypt(key, point.id, field, text))


def opened(session: Session, point: ReliefPoint, field: str) -> str | None:
    """One secret field of a point in the clear, for use inside; whoever shows it whole must record it."""
    sealed: bytes | None = getattr(point, f"{field}_cipher")
    keys = secrecy(session)
    key = keys.unwrap(point.key_wrapped, point.id)
    return None if sealed is None else keys.decrypt(key, point.id, field, sealed).decode()


def disclose(session: Session, actor: Actor, point: ReliefPoint, purpose: str) -> dict[str, str | None]:
    """The phones of a point in the clear; who saw them, and what for, enters the record."""
    actor.require("relief.disclose", point.unit.path)
    write_entry(
        session,
        kind="disclosure",
        action="relief.disclose",
        table="relief_point",
        row=point.id,
        unit_id=point.unit_id,
        data={"fields": ["contact_phone", "recipient_phone"], "purpose": purpose},
    )
    return {field: opened(session, point, field) for field in ("contact_phone", "recipient_phone")}
