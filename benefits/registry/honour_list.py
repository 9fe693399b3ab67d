"""The register of model workers over a union's subtree: honours with their holders, as they stand on a day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from benefits.access.reach import along, within
from benefits.core.actor import Actor
from benefits.core.errors import invalid
from models.membership import Honour, HonourStatus, Membership
from models.person import Person
from models.unit import Unit
from models.vocabulary import HonourState

Holding = tuple[Honour, str, Membership, Person, Unit]


@dataclass(frozen=True)
class HonourFilter:
    """Which honours, as they stand on the day `on`; None means any. `path` is a unit's, with its whole subtree."""

    on: date
    level: str | None = None
    state: str | None = None
    in_service: bool | None = None
    sex: str | None = None
    path: str | None = None
    checked: bool | None = None


def state_on(day: date) -> ColumnElement[str]:
    """How the honour of a query's row stands on a day; the words of `Honour.state_on` in SQL."""
    noted = (
        select(HonourStatus.state)
        .where(HonourStatus.honour_id == Honour.id, HonourStatus.since_on <= day)
        .order_by(HonourStatus.since_on.desc(), HonourStatus.id.desc())
        .limit(1)
        .correlate(Honour)
        .scalar_subquery()
    )
    return func.coalesce(noted, HonourState.VALID.value)


def holdings(actor: Actor, chosen: HonourFilter) -> Select[Honour, str, Membership, Person, Unit]:
    """Honours in the subtrees where the actor reads members, in order of registration, each with its holder."""
    return (
        select(Honour, state_on(chosen.on).label("state"), Membership, Person, Unit)
        .join(Membership, Membership.id == Honour.membership_id)
        .join(Person, Person.id == Honour.person_id)
        .join(Unit, Unit.id == Honour.unit_id)
        .where(within(actor, "member.read"), *_conditions(chosen))
        .order_by(Honour.id)
    )


def list_honours(
    session: Session, actor: Actor, chosen: HonourFilter, *, after: UUID | None, limit: int
) -> list[Holding]:
    """A page of them, one more than `limit` where there are more."""
    query = holdings(actor, chosen).limit(limit + 1)
    if after is not None:
        query = query.where(Honour.id > after)
    return [(row[0], row[1], row[2], row[3], row[4]) for row in session.execute(query)]


def unit_path(session: Session, actor: Actor, code: str) -> str:
    """The path of a unit on the actor's lines; raises Invalid at `/unit_code`."""
    path = session.scalar(select(Unit.path).where(Unit.code == code, along(actor, "unit.read")))
    if path is None:
        raise invalid("/unit_code", "unit_unknown")
    return path


def _conditions(chosen: HonourFilter) -> Iterator[ColumnElement[bool]]:
    if chosen.path is not None:
        yield func.starts_with(Unit.path, chosen.path)
    if chosen.level is not None:
        yield Honour.level == chosen.level
    if chosen.state is not None:
        yield state_on(chosen.on) == chosen.state
    if chosen.in_service is not None:
        yield Membership.in_service == chosen.in_service
    if chosen.sex is not None:
        yield Person.sex == chosen.sex
    if chosen.checked is not None:
        yield Honour.checked_on.is_not(None) == chosen.checked
