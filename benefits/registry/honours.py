"""Honours in the register of a union: added with their day, revoked with another; they are never taken away."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from benefits.core.actor import Actor
from benefits.core.errors import AlreadyExists, NotFound, invalid
from benefits.registry.members import find_member, kept_member
from models.columns import new_id
from models.membership import Honour, Membership


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
    return _of(session, find_member(session, actor, member_id), honour_id)


def kept_honour(session: Session, actor: Actor, member_id: UUID, honour_id: UUID) -> HonourOf:
    """The same, its member locked, for an act of its officer; raises NotPermitted."""
    return _of(session, kept_member(session, actor, member_id), honour_id)


def _of(session: Session, member: Membership, honour_id: UUID) -> HonourOf:
    honour = session.scalar(select(Honour).where(Honour.id == honour_id, Honour.membership_id == member.id))
    if honour is None:
        raise NotFound
    return HonourOf(member, honour)


def add_honour(
    session: Session,
    actor: Actor,
    member: Membership,
    *,
    title: str,
    level: str,
    awarded_by: str | None,
    awarded_on: date | None,
) -> HonourOf:
    """Add an honour to a locked member.

    Raises:
        AlreadyExists: the same title of the same day is there.
    """
    there = select(Honour.id).where(
        Honour.membership_id == member.id,
        Honour.title == title,
        Honour.awarded_on.is_not_distinct_from(awarded_on),
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
        awarded_by=awarded_by,
        awarded_on=awarded_on,
    )
    session.add(honour)
    member.touched_at = actor.at
    session.flush()
    return HonourOf(member, honour)


def revoke_honour(session: Session, actor: Actor, held: HonourOf, *, revoked_on: date | None) -> HonourOf:
    """Note since when an honour no longer holds; None takes a revocation back.

    Raises:
        Invalid: the day lies before the award.
    """
    awarded = held.honour.awarded_on
    if revoked_on is not None and awarded is not None and revoked_on < awarded:
        raise invalid("/revoked_on", "before_award")
    held.honour.revoked_on = revoked_on
    held.member.touched_at = actor.at
    session.flush()
    return held
