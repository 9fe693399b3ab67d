"""Lands honours of a sheet in the register, many at a time: added, or changed where they differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from benefits.core.actor import Actor
from models.columns import new_id
from models.membership import Honour, Membership

_KEY = ("membership_id", "title", "awarded_on")
_WRITTEN = ("level", "awarded_by", "certificate_number", "term", "treatment_document")


def land_honours(session: Session, actor: Actor, honours: Sequence[Mapping[str, Any]]) -> None:
    """Add honours, each with its member's `membership_id`, `unit_id` and `person_id`, or change those that are there.

    An honour is the same when member, title and day of award are. What a sheet leaves blank stays as it is; what
    differs is changed, and then whoever saw the certificate must look again. All have the same fields.
    """
    arriving = {_key(honour): honour for honour in honours}
    there = session.scalars(
        select(Honour)
        .where(Honour.membership_id.in_({honour["membership_id"] for honour in honours}))
        .execution_options(populate_existing=True)
    )
    for old in there:
        honour = arriving.get((old.membership_id, old.title, old.awarded_on))
        if honour and all(honour.get(name) in {None, getattr(old, name)} for name in _WRITTEN):
            del arriving[_key(honour)]
    if not arriving:
        return
    by = {"entered_by": actor.account_id, "entered_person_id": actor.person_id}
    new = insert(Honour)
    kept = {name: func.coalesce(new.excluded[name], getattr(Honour, name)) for name in _WRITTEN}
    session.execute(
        new.on_conflict_do_update(index_elements=_KEY, set_={**kept, **by, "checked_by": None, "checked_on": None}),
        [{"id": new_id(), **dict.fromkeys(_WRITTEN), **honour, **by} for honour in arriving.values()],
    )
    changed = {honour["membership_id"] for honour in arriving.values()}
    session.execute(
        update(Membership)
        .where(Membership.id.in_(changed))
        .values(touched_at=actor.at)
        .execution_options(synchronize_session=False)
    )


def _key(honour: Mapping[str, Any]) -> tuple[object, ...]:
    return tuple(honour[name] for name in _KEY)
