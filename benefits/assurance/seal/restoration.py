"""Putting a restored backup right: an auditor records what was lost, another person releases, and the record goes on.

It goes on under a new name, for no log signs two histories under one; its first checkpoint says what it carries on.
"""

from __future__ import annotations

import secrets
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from benefits.core.actor import Actor
from benefits.core.errors import DutyConflict, NotFound, StateForbids
from models.restoration import Restoration, RestorationState
from models.seal import RecordLog
from models.unit import Unit

READ, RECORD, RELEASE = "restoration.read", "restoration.record", "restoration.release"
MAY_FOLLOW = MappingProxyType(
    {
        "record": frozenset({RestorationState.FOUND, RestorationState.RECORDED}),
        "release": frozenset({RestorationState.RECORDED}),
    }
)


def list_restorations(session: Session, actor: Actor, after: UUID | None, limit: int) -> list[Restoration]:
    """What was found, newest first; for who reads the whole union's record."""
    _require(session, actor, READ)
    query = select(Restoration).order_by(Restoration.id.desc()).limit(limit)
    return list(session.scalars(query if after is None else query.where(Restoration.id < after)))


def find_restoration(session: Session, actor: Actor, restoration_id: UUID) -> Restoration:
    """One of them; raises NotFound."""
    _require(session, actor, READ)
    found = session.get(Restoration, restoration_id)
    if found is None:
        raise NotFound
    return found


def lock_restoration(session: Session, restoration_id: UUID) -> Restoration:
    """One of them, locked for an act; raises NotFound."""
    found = session.scalar(select(Restoration).where(Restoration.id == restoration_id).with_for_update())
    if found is None:
        raise NotFound
    return found


def record(session: Session, actor: Actor, found: Restoration, *, reason: str, lost: list[str]) -> Restoration:
    """Write down how it came about and what was lost, each with how it was made good."""
    _require(session, actor, RECORD)
    _move(found, "record", RestorationState.RECORDED)
    found.reason, found.lost = reason, lost
    found.recorded_by, found.recorded_by_person, found.recorded_at = actor.account_id, actor.person_id, actor.at
    session.flush()
    return found


def release(session: Session, actor: Actor, found: Restoration) -> Restoration:
    """Let money move again, and the record go on under a further name.

    Raises:
        DutyConflict: the actor is who recorded it.
    """
    _require(session, actor, RELEASE)
    _move(found, "release", RestorationState.RELEASED)
    if found.recorded_by_person == actor.person_id:
        raise DutyConflict
    found.released_by, found.released_by_person, found.released_at = actor.account_id, actor.person_id, actor.at
    names = session.scalars(select(RecordLog).order_by(RecordLog.generation)).all()
    if names:
        origin = f"{names[0].origin}/{secrets.token_hex(3)}"
        following = names[-1].generation + 1
        session.add(RecordLog(generation=following, origin=origin, from_size=found.size, opened_at=actor.at))
    session.flush()
    return found


def _move(found: Restoration, act: str, state: RestorationState) -> None:
    if found.state not in MAY_FOLLOW[act]:
        raise StateForbids(state=found.state, act=act)
    found.state = state


def _require(session: Session, actor: Actor, permission: str) -> None:
    """The record is the whole union's: the permission must be held over its root."""
    for path in session.scalars(select(Unit.path).where(Unit.parent_id.is_(None))):
        actor.require(permission, path)
