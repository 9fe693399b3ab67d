"""What a member's own hardship file says for an assessment, where nobody gave it with the case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from benefits.registry.hardship_file import open_details, typed_fields
from benefits.rules.declaration import Programme, parse_facts
from models.household import Household
from models.vocabulary import LIVE_HOUSEHOLD_STATES


def household_facts(session: Session, programme: Programme, person_id: UUID, unit_id: UUID) -> Mapping[str, Any]:
    """The facts that the live file of which this person is the head in the unit supplies; none without such a file."""
    names = [name for name, field in typed_fields("head").items() if field.fact and name in programme.all_facts]
    if not names:
        return {}
    file = session.scalar(
        select(Household).where(
            Household.person_id == person_id,
            Household.unit_id == unit_id,
            Household.state.in_(LIVE_HOUSEHOLD_STATES),
        )
    )
    if file is None:
        return {}
    details = open_details(session, file, file.id, file.details_cipher)
    return parse_facts(programme, {name: details[name] for name in names if name in details})
