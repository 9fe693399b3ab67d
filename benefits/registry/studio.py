"""Model workers' innovation studios: founded, changed, suspended, resumed and closed by the unit's officer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, contains_eager

from benefits.access.reach import along, within
from benefits.core.actor import Actor
from benefits.core.errors import AlreadyExists, NotFound, StateForbids, invalid
from models.columns import new_id
from models.membership import Membership
from models.studio import Studio
from models.unit import Unit
from models.vocabulary import StudioState as State

# act -> (states it may follow, state it leads to; None: it stays)
MAY_FOLLOW: Mapping[str, tuple[frozenset[State], State | None]] = MappingProxyType(
    {
        "change": (frozenset({State.ACTIVE, State.SUSPENDED}), None),
        "suspend": (frozenset({State.ACTIVE}), State.SUSPENDED),
        "resume": (frozenset({State.SUSPENDED}), State.ACTIVE),
        "close": (frozenset({State.ACTIVE, State.SUSPENDED}), State.CLOSED),
    }
)


def _visible(actor: Actor) -> Select[Studio]:
    return (
        select(Studio)
        .join(Studio.unit)
        .join(Studio.head)
        .options(contains_eager(Studio.unit), contains_eager(Studio.head))
        .where(within(actor, "member.read"))
    )


def find_studio(session: Session, actor: Actor, studio_id: UUID) -> Studio:
    """A studio of the actor's units; raises NotFound."""
    found = session.scalar(_visible(actor).where(Studio.id == studio_id).execution_options(populate_existing=True))
    if found is None:
        raise NotFound
    return found


def kept_studio(session: Session, actor: Actor, studio_id: UUID) -> Studio:
    """The same, locked, for an act of its officer; raises NotPermitted where the actor only reads it."""
    studio = find_studio(session, actor, studio_id)
    actor.require("member.register", studio.unit.path)
    session.execute(select(Studio.id).where(Studio.id == studio_id).with_for_update(key_share=True))
    return find_studio(session, actor, studio_id)


def list_studios(
    session: Session, actor: Actor, *, after: UUID | None, limit: int, unit_code: str | None, state: str | None
) -> list[Studio]:
    """Studios in order of registration, one more than `limit` where there are more."""
    query = _visible(actor).order_by(Studio.id).limit(limit + 1)
    for condition in (
        None if after is None else Studio.id > after,
        None if unit_code is None else Unit.code == unit_code,
        None if state is None else Studio.state == state,
    ):
        if condition is not None:
            query = query.where(condition)
    return list(session.scalars(query))


def found_studio(
    session: Session, actor: Actor, *, unit_code: str, name: str, head_id: UUID, founded_on: date, named_by: str | None
) -> Studio:
    """Register a studio of a unit under one of its members.

    Raises:
        Invalid: no such unit in sight, no such member of it, or a day to come. NotPermitted.
        AlreadyExists: the unit has a studio of this name.
    """
    unit = session.scalar(select(Unit).where(Unit.code == unit_code, along(actor, "unit.read")))
    if unit is None:
        raise invalid("/unit_code", "unit_unknown")
    actor.require("member.register", unit.path)
    if session.scalar(select(Studio.id).where(Studio.unit_id == unit.id, Studio.name == name)):
        raise AlreadyExists(name=name)
    if founded_on > actor.today:
        raise invalid("/founded_on", "in_future")
    studio = Studio(
        id=new_id(),
        unit_id=unit.id,
        name=name,
        founded_on=founded_on,
        named_by=named_by,
        state=State.ACTIVE,
        state_since=founded_on,
        entered_by=actor.account_id,
        **_head(session, unit.id, head_id),
    )
    session.add(studio)
    session.flush()
    return find_studio(session, actor, studio.id)


def change_studio(session: Session, actor: Actor, studio: Studio, changes: Mapping[str, Any]) -> Studio:
    """Change name, head or naming body of a locked studio that is not closed."""
    _move(actor, studio, "change", None)
    wanted = dict(changes)
    if "head_id" in wanted:
        wanted |= _head(session, studio.unit_id, wanted["head_id"])
    for name, value in wanted.items():
        setattr(studio, name, value)
    session.flush()
    return find_studio(session, actor, studio.id)


def move_studio(session: Session, actor: Actor, studio: Studio, act: str, *, since_on: date | None) -> Studio:
    """Suspend, resume or close a locked studio from a day on.

    Raises:
        StateForbids. Invalid: the day lies before that of its present state, or is to come.
    """
    _move(actor, studio, act, since_on or actor.today)
    session.flush()
    return find_studio(session, actor, studio.id)


def _move(actor: Actor, studio: Studio, act: str, since_on: date | None) -> None:
    actor.require("member.register", studio.unit.path)
    before, to = MAY_FOLLOW[act]
    if studio.state not in before:
        raise StateForbids(state=studio.state, act=act)
    if to is not None and since_on is not None:
        if since_on < studio.state_since:
            raise invalid("/since_on", "days_out_of_order")
        if since_on > actor.today:
            raise invalid("/since_on", "in_future")
        studio.state, studio.state_since = to, since_on
    studio.touched_at = actor.at


def _head(session: Session, unit_id: UUID, head_id: UUID) -> dict[str, UUID]:
    person_id = session.scalar(
        select(Membership.person_id).where(
            Membership.id == head_id, Membership.unit_id == unit_id, Membership.state != "left"
        )
    )
    if person_id is None:
        raise invalid("/head_id", "member_unknown")
    return {"head_id": head_id, "person_id": person_id}
