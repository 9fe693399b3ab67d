"""Honours in the register of a union (domain §8.1): added, corrected, checked against the certificate; all stay."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from benefits.core.actor import Actor
from benefits.core.code_table import code_table
from benefits.core.errors import AlreadyExists, DutyConflict, NotFound, StateForbids, invalid
from benefits.registry.members import find_member, kept_member, lock_member
from models.columns import new_id
from models.membership import Honour, Membership

_LEVELS = code_table("honour_level")


@dataclass(frozen=True)
class HonourOf:
    """An honour with its member, whose version it shares."""

    member: Membership
    honour: Honour

    @property
    def version(self) -> int:
        """The member's."""
        return self.member.version


def find_honour(session: Session, actor: Actor, member_id: UUID, honour_id: UUID) -> HonourOf:
    """An honour of a member that the actor may see; raises NotFound."""
    return honour_of(session, find_member(session, actor, member_id), honour_id)


def kept_honour(session: Session, actor: Actor, member_id: UUID, honour_id: UUID) -> HonourOf:
    """The same, its member locked, for an act of its officer; raises NotPermitted."""
    return honour_of(session, kept_member(session, actor, member_id), honour_id)


def lock_honour(session: Session, actor: Actor, member_id: UUID, honour_id: UUID) -> HonourOf:
    """The same, its member locked, for an act of somebody else, whom the act must let do it."""
    return honour_of(session, lock_member(session, actor, member_id), honour_id)


def honour_of(session: Session, member: Membership, honour_id: UUID) -> HonourOf:
    """An honour of this member as the books have it now; raises NotFound."""
    honour = session.scalar(
        select(Honour)
        .where(Honour.id == honour_id, Honour.membership_id == member.id)
        .options(selectinload(Honour.states))
        .execution_options(populate_existing=True)
    )
    if honour is None:
        raise NotFound
    return HonourOf(member, honour)


def add_honour(
    session: Session, actor: Actor, member: Membership, *, title: str, level: str, **fields: Any
) -> HonourOf:
    """Add an honour to a locked member; `fields` are `awarded_by`, `awarded_on` and the certificate's.

    Raises:
        AlreadyExists: the same title of the same day is there. Invalid: the title is of another level. OwnCase.
    """
    actor.require_stranger(member.person_id)
    require_level(title, level)
    there = select(Honour.id).where(
        Honour.membership_id == member.id,
        Honour.title == title,
        Honour.awarded_on.is_not_distinct_from(fields.get("awarded_on")),
    )
    if session.scalar(there):
        raise AlreadyExists
    honour = Honour(
        id=new_id(),
        membership_id=member.id,
        unit_id=member.unit_id,
        person_id=member.person_id,
        title=title,
        level=level,
        entered_by=actor.account_id,
        entered_person_id=actor.person_id,
        **fields,
    )
    session.add(honour)
    return _kept(session, actor, member, honour.id)


def level_of(title: str) -> str | None:
    """The level that a title has by the code table; None where the table does not know the title."""
    return _LEVELS.read(title)


def require_level(title: str, level: str) -> None:
    """Refuse a known title under another level: 省五一劳动奖章 makes nobody a provincial model worker (statement 44).

    Raises:
        Invalid: `honour_level_mismatch`.
    """
    known = level_of(title)
    if known is not None and known != level:
        raise invalid("/level", "honour_level_mismatch", wanted=known)


def change_honour(session: Session, actor: Actor, held: HonourOf, changes: Mapping[str, Any]) -> HonourOf:
    """Correct what was written of an honour; whoever saw the certificate must look again.

    Raises:
        OwnCase: one's own or a relative's.
    """
    actor.require_stranger(held.member.person_id)
    honour = held.honour
    differing = {name: value for name, value in changes.items() if getattr(honour, name) != value}
    if differing:
        for name, value in differing.items():
            setattr(honour, name, value)
        honour.entered_by, honour.entered_person_id = actor.account_id, actor.person_id
        honour.checked_by = honour.checked_on = None
    return _kept(session, actor, held.member, honour.id)


def check_honour(session: Session, actor: Actor, held: HonourOf, *, checked_on: date | None) -> HonourOf:
    """Note that the original certificate was seen, by another person than whoever wrote the honour down.

    Raises:
        NotPermitted, OwnCase. DutyConflict: the same person. StateForbids: it is checked. Invalid: not yet that day.
    """
    actor.require("honour.check", held.member.unit.path)
    actor.require_stranger(held.member.person_id)
    if held.honour.checked_on is not None:
        raise StateForbids(state="checked", act="check")
    if held.honour.entered_person_id == actor.person_id:
        raise DutyConflict(held="entered", wanted="checked")
    day = checked_on or actor.today
    if day > actor.today:
        raise invalid("/checked_on", "in_future")
    held.honour.checked_by, held.honour.checked_on = actor.account_id, day
    return _kept(session, actor, held.member, held.honour.id)


def _kept(session: Session, actor: Actor, member: Membership, honour_id: UUID) -> HonourOf:
    member.touched_at = actor.at
    session.flush()
    return honour_of(session, member, honour_id)
