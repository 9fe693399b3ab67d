"""Reading what a file's rows keep sealed: by those who file or decide there, and recorded."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy.orm import Session

from benefits.core.actor import Actor
from benefits.record.writer import write_entry
from benefits.registry.file_key import unseal
from models.household import Household


def read_sealed(
    session: Session, actor: Actor, household: Household, field: str, sealed: Mapping[UUID, bytes | None]
) -> dict[UUID, str]:
    """The field of these rows in the clear; none for other readers, and none once the file was destroyed."""
    if not actor.may("household.private", household.unit.path):
        return {}
    opened = {row: unseal(session, household, row, field, cipher) for row, cipher in sealed.items()}
    told = {row: text for row, text in opened.items() if text is not None}
    if told:
        write_entry(
            session,
            kind="disclosure",
            action="household.read",
            table="household",
            row=household.id,
            unit_id=household.unit_id,
            data={"fields": sorted(f"/{row}/{field}" for row in told)},
        )
    return told
