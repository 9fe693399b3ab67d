"""What a unit has passed up of its dues (经费): noted by admin or finance, voided where it was wrong, never deleted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager

from benefits.access.reach import within
from benefits.core.actor import Actor
from benefits.core.errors import NotFound, StateForbids, invalid
from benefits.registry.units import find_unit
from models.columns import new_id
from models.unit import Unit
from models.unit_dues import UnitDues


@dataclass(frozen=True)
class Standing:
    """How a unit's dues stand for an event: paid through which day, and since when through the year before it."""

    paid_through: date | None = None
    settled_on: date | None = None


def dues_standing(session: Session, units: Collection[UUID], on: date) -> defaultdict[UUID, Standing]:
    """How each unit's dues stand for an event on a day; where nothing is noted, nothing is known (domain §8.2).

    All that was ever paid counts, arrears made up later too: `settled_on` says from which day on they did.
    """
    year_end = date(on.year - 1, 12, 31)
    noted: defaultdict[UUID, list[UnitDues]] = defaultdict(list)
    for row in session.scalars(select(UnitDues).where(UnitDues.unit_id.in_(units), UnitDues.voided_at.is_(None))):
        noted[row.unit_id].append(row)
    standing: defaultdict[UUID, Standing] = defaultdict(Standing)
    for unit_id, rows in noted.items():
        settling = [row.paid_on for row in rows if row.paid_through >= year_end]
        standing[unit_id] = Standing(max(row.paid_through for row in rows), min(settling, default=None))
    return standing


def list_dues(session: Session, actor: Actor, code: str) -> list[UnitDues]:
    """What was noted of a unit of the actor's, in the order in which it was; raises NotFound."""
    return list(
        session.scalars(
            select(UnitDues)
            .join(UnitDues.unit)
            .options(contains_eager(UnitDues.unit))
            .where(Unit.code == code, within(actor, "unit.read"))
            .order_by(UnitDues.id)
            .execution_options(populate_existing=True)
        )
    )


def note_dues(
    session: Session, actor: Actor, code: str, *, paid_through: date, paid_on: date, note: str | None
) -> UnitDues:
    """Note through which day a unit's dues are paid, and when they were.

    Raises:
        NotFound: no such unit in sight. NotPermitted. Invalid: a payment that is still to come.
    """
    unit = find_unit(session, actor, code)
    actor.require("unit.dues", unit.path)
    if paid_on > actor.today:
        raise invalid("/paid_on", "in_future")
    row = UnitDues(
        id=new_id(),
        unit_id=unit.id,
        paid_through=paid_through,
        paid_on=paid_on,
        note=note,
        entered_by=actor.account_id,
    )
    session.add(row)
    session.flush()
    return row


def find_dues(session: Session, actor: Actor, code: str, dues_id: UUID) -> UnitDues:
    """One note of a unit of the actor's; raises NotFound."""
    row = next((each for each in list_dues(session, actor, code) if each.id == dues_id), None)
    if row is None:
        raise NotFound
    return row


def lock_dues(session: Session, actor: Actor, code: str, dues_id: UUID) -> UnitDues:
    """The same, locked for an act."""
    found = find_dues(session, actor, code, dues_id)
    session.execute(select(UnitDues.id).where(UnitDues.id == found.id).with_for_update(key_share=True))
    return find_dues(session, actor, code, dues_id)


def void_dues(session: Session, actor: Actor, row: UnitDues, reason: str) -> UnitDues:
    """Say of a note that it was wrong; it counts no more. Raises NotPermitted, StateForbids."""
    actor.require("unit.dues", row.unit.path)
    if row.voided_at is not None:
        raise StateForbids(state="voided", act="void")
    row.voided_at, row.voided_by, row.void_reason = actor.at, actor.account_id, reason
    session.flush()
    return row
