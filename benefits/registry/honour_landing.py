"""Lands honours of a sheet in the register, many at a time: added, or changed where they differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import or_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from benefits.core.actor import Actor
from models.columns import new_id
from models.membership import Honour

_KEY = ("membership_id", "title", "awarded_on")
_WRITTEN = ("level", "awarded_by", "certificate_number", "term", "treatment_document")


def land_honours(session: Session, actor: Actor, honours: Sequence[Mapping[str, Any]]) -> None:
    """Add honours, each with its member's `membership_id`, `unit_id` and `person_id`, or change those that are there.

    An honour is the same when member, title and day of award are. What a sheet has no column for stays; what differs
    is changed, and then whoever saw the certificate must look again. All have the same fields.
    """
    if not honours:
        return
    by = {"entered_by": actor.account_id, "entered_person_id": actor.person_id}
    new = insert(Honour)
    told = [name for name in _WRITTEN if name in honours[0]]
    session.execute(
        new.on_conflict_do_update(
            index_elements=_KEY,
            set_={**{name: new.excluded[name] for name in told}, **by, "checked_by": None, "checked_on": None},
            where=or_(*(getattr(Honour, name).is_distinct_from(new.excluded[name]) for name in told)),
        ),
        [{"id": new_id(), **honour, **by} for honour in honours],
    )
