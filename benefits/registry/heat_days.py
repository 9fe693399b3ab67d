"""The register of hot days: the highest temperature of a day in a division, kept for a unit and all below it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased, contains_eager

from benefits.access.reach import along, within
from benefits.core.actor import Actor
from benefits.core.code_table import code_table
from benefits.core.errors import NotFound, invalid
from models.columns import new_id
from models.heat_day import HeatDay
from models.unit import Unit


def _visible(actor: Actor) -> Select[HeatDay]:
    """Days kept by the actor's units, by those below and those above."""
    return select(HeatDay).join(HeatDay.unit).options(contains_eager(HeatDay.unit)).where(along(actor, "heat.read"))


def find_heat_day(session: Session, actor: Actor, heat_day_id: UUID) -> HeatDay:
    """A day that the actor may see; raises NotFound."""
    found = session.scalar(_visible(actor).where(HeatDay.id == heat_day_id).execution_options(populate_existing=True))
    if found is None:
        raise NotFound
    return found


def lock_heat_day(session: Session, actor: Actor, heat_day_id: UUID) -> HeatDay:
    """The same, locked until the transaction ends; raises NotPermitted where the actor only reads it."""
    found = find_heat_day(session, actor, heat_day_id)
    actor.require("heat.keep", found.unit.path)
    session.execute(select(HeatDay.id).where(HeatDay.id == found.id).with_for_update(key_share=True))
    return find_heat_day(session, actor, heat_day_id)


def list_heat_days(
    session: Session,
    actor: Actor,
    *,
    after: UUID | None,
    limit: int,
    division: str | None,
    since: date | None,
    until: date | None,
) -> list[HeatDay]:
    """Days in order of entry, one more than `limit` where there are more."""
    query = _visible(actor).order_by(HeatDay.id).limit(limit + 1)
    if after is not None:
        query = query.where(HeatDay.id > after)
    if division is not None:
        query = query.where(HeatDay.division_code == division)
    if since is not None:
        query = query.where(HeatDay.day >= since)
    if until is not None:
        query = query.where(HeatDay.day <= until)
    return list(session.scalars(query))


def enter_heat_day(
    session: Session,
    actor: Actor,
    *,
    unit_code: str,
    division_code: str,
    day: date,
    max_temperature: Decimal,
    source: str,
) -> HeatDay:
    """Enter what a station published of a past day.

    Raises:
        Invalid: unknown unit or division, or a day to come. AlreadyExists: the unit has that day. NotPermitted.
    """
    unit = session.scalar(select(Unit).where(Unit.code == unit_code, within(actor, "heat.read")))
    if unit is None:
        raise invalid("/unit_code", "unit_unknown")
    actor.require("heat.keep", unit.path)
    # Counties come and go too often to be listed; their prefecture is.
    known = code_table("division").labels
    if f"{division_code[:4]}00" not in known:
        raise invalid("/division_code", "code_unknown", choices=[*known])
    if day > actor.today:
        raise invalid("/day", "in_the_future")
    entered = HeatDay(
        id=new_id(),
        unit_id=unit.id,
        division_code=division_code,
        day=day,
        max_temperature=max_temperature,
        source=source,
        entered_by=actor.account_id,
    )
    session.add(entered)
    session.flush()
    return find_heat_day(session, actor, entered.id)


def correct_heat_day(session: Session, actor: Actor, entered: HeatDay, changes: Mapping[str, Any]) -> HeatDay:
    """Put another temperature or source in its place; who corrects it has entered it."""
    for name, value in changes.items():
        setattr(entered, name, value)
    entered.entered_by = actor.account_id
    session.flush()
    return entered


def heat_by_unit(session: Session, units: Collection[UUID], on: date) -> dict[UUID, HeatDay]:
    """The day in each unit's own division, as the highest unit on its line has it; without those where none has."""
    own, above = aliased(Unit), aliased(Unit)
    rows = session.execute(
        select(own.id, HeatDay)
        .join(HeatDay, HeatDay.division_code == own.division_code)
        .join(above, (above.id == HeatDay.unit_id) & func.starts_with(own.path, above.path))
        .where(own.id.in_(units), HeatDay.day == on)
        .order_by(func.length(above.path).desc())
    )
    return {unit_id: day for unit_id, day in rows}  # noqa: C416 - the highest comes last, and stays
