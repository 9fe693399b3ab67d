"""Units of the union: kept by admins, visible along the line, addressed by code."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from benefits.access.reach import along, within
from benefits.core.actor import Actor
from benefits.core.errors import AlreadyExists, NotFound, invalid
from benefits.intake.imports import ImportKind, Taking
from benefits.intake.row import Checked
from benefits.registry.unit_list import COLUMNS, ListedUnit, UnitListContext, check_unit_list
from models.columns import new_id
from models.unit import Unit


def find_unit(session: Session, actor: Actor, code: str) -> Unit:
    """A unit on the actor's lines; raises NotFound."""
    unit = session.scalar(
        select(Unit).where(Unit.code == code, along(actor, "unit.read")).execution_options(populate_existing=True)
    )
    if unit is None:
        raise NotFound
    return unit


def kept_unit(session: Session, actor: Actor, code: str) -> Unit:
    """The same, locked, for an act of its keeper; raises NotPermitted where the actor only reads it."""
    unit = find_unit(session, actor, code)
    actor.require("unit.keep", unit.path)
    session.refresh(unit, with_for_update={"key_share": True})
    return unit


def list_units(
    session: Session, actor: Actor, *, after: UUID | None, limit: int, parent_code: str | None, name: str | None
) -> list[Unit]:
    """Units in order of creation, one more than `limit` where there are more; `name` may be any part of it."""
    query = select(Unit).where(along(actor, "unit.read")).order_by(Unit.id).limit(limit + 1)
    if after is not None:
        query = query.where(Unit.id > after)
    if parent_code is not None:
        query = query.where(Unit.parent_id == select(Unit.id).where(Unit.code == parent_code).scalar_subquery())
    if name is not None:
        query = query.where(Unit.name.contains(name, autoescape=True))
    return list(session.scalars(query))


def parent_code(unit: Unit) -> str | None:
    """The code of the upper unit, which is the last but one part of the path; None for a root."""
    return unit.path.split("/")[-3] or None


def create_unit(session: Session, actor: Actor, *, code: str, parent_code: str, **fields: Any) -> Unit:
    """A unit below another one.

    Raises:
        Invalid: no such upper unit in sight. NotPermitted: it is not the actor's to keep.
        AlreadyExists: the code is taken.
    """
    parent = _parent(session, actor, parent_code)
    if session.scalar(select(Unit.id).where(Unit.code == code)):
        raise AlreadyExists(code=code)
    unit = Unit(id=new_id(), code=code, parent_id=parent.id, path=f"{parent.path}{code}/", **fields)
    session.add(unit)
    session.flush()
    return unit


def change_unit(session: Session, actor: Actor, unit: Unit, *, parent_code: str | None = None, **fields: Any) -> Unit:
    """Change what is given; another `parent_code` moves the unit with its whole subtree.

    Raises:
        Invalid: the upper unit is not in sight or lies below the unit itself. NotPermitted: not the actor's to keep.
    """
    actor.require("unit.keep", unit.path)
    for name, value in fields.items():
        setattr(unit, name, value)
    if parent_code is not None:
        parent = _parent(session, actor, parent_code)
        if parent.path.startswith(unit.path):
            raise invalid("/parent_code", "parent_circular")
        _move(session, unit, parent)
    session.flush()
    return unit


def _parent(session: Session, actor: Actor, code: str) -> Unit:
    parent = session.scalar(select(Unit).where(Unit.code == code, along(actor, "unit.read")))
    if parent is None:
        raise invalid("/parent_code", "parent_unknown")
    actor.require("unit.keep", parent.path)
    return parent


def _move(session: Session, unit: Unit, parent: Unit) -> None:
    """Hang a unit below another one; every path of its subtree follows."""
    if unit.parent_id == parent.id:
        return
    old, new = unit.path, f"{parent.path}{unit.code}/"
    unit.parent_id = parent.id
    session.flush()
    session.execute(
        update(Unit)
        .where(func.starts_with(Unit.path, old))
        .values(path=func.concat(new, func.substr(Unit.path, len(old) + 1)))
        .execution_options(synchronize_session=False)
    )
    session.expire_all()  # the paths in hand are the old ones


def take_units(session: Session, actor: Actor, taking: Taking) -> Iterator[Checked[ListedUnit]]:
    """Check a unit list and, if told to, land its good rows: matched by code, created, or changed where they differ."""
    there = {unit.code: unit for unit in session.scalars(select(Unit).where(along(actor, "unit.read")))}
    codes = {unit.id: unit.code for unit in there.values()}
    parents = {unit.code: codes[unit.parent_id] if unit.parent_id else None for unit in there.values()}
    changeable = set(session.scalars(select(Unit.code).where(within(actor, KIND.permission))))
    checked = check_unit_list(taking.rows, UnitListContext(parents, changeable))
    if taking.apply:
        listed = {each.parsed.code: each.parsed for each in checked if each.parsed}
        for unit in listed.values():
            _land(session, unit, listed, there)
        session.flush()
    yield from checked


def _land(session: Session, listed: ListedUnit, all_listed: dict[str, ListedUnit], there: dict[str, Unit]) -> Unit:
    """Land one unit, its upper unit first; what a list leaves blank stays as it is."""
    above = listed.parent_code
    parent = None
    if above is not None:
        parent = _land(session, all_listed[above], all_listed, there) if above in all_listed else there[above]
    unit = there.get(listed.code)
    if unit is None:
        if parent is None:
            raise NotFound  # the check lets no new root through
        unit = Unit(id=new_id(), code=listed.code, parent_id=parent.id, path=f"{parent.path}{listed.code}/")
        unit.remote_area = unit.basic_education = False
        session.add(unit)
        there[listed.code] = unit
    elif parent is not None:
        _move(session, unit, parent)
    for name in ("name", "union_kind", "unit_kind", "division_code", "credit_code", "remote_area", "basic_education"):
        value = getattr(listed, name)
        if value is not None and value != getattr(unit, name):
            setattr(unit, name, value)
    return unit


KIND = ImportKind(COLUMNS, "import.unit", take_units)
