"""Who sits in a hardship file: the head's seat, and the members as their rows hold them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from benefits.core.actor import Actor
from benefits.registry.hardship_file import open_details, seal_details
from models.columns import new_id
from models.household import Household, HouseholdMember
from models.person import Person

HEAD = "01"  # GB/T 4761


@dataclass(frozen=True)
class Seated:
    """A member of the household with details in the clear; the head's stand in register and file."""

    row: HouseholdMember
    details: dict[str, Any]

    @property
    def is_head(self) -> bool:
        """Whether this is the head's own seat."""
        return self.row.relation == HEAD


def seat_head(session: Session, actor: Actor, household: Household) -> None:
    """Give the head a seat; `uq_household_member_one_file` refuses who sits in another live file."""
    head = session.get_one(Person, household.person_id)
    row_id = new_id()
    session.add(
        HouseholdMember(
            id=row_id,
            household_id=household.id,
            household_state=household.state,
            unit_id=household.unit_id,
            person_id=household.person_id,
            relation=HEAD,
            identity_hash=head.id_hash,
            minor=False,
            details_cipher=seal_details(session, household, row_id, {}),
            added_by=actor.account_id,
        )
    )
    session.flush()


def members_of(session: Session, household: Household) -> list[Seated]:
    """Those who sit in the file now, in the order in which they were entered, the head first.

    None once the file was destroyed.
    """
    if household.destroyed_at is not None:
        return []
    rows = session.scalars(
        select(HouseholdMember)
        .where(HouseholdMember.household_id == household.id, HouseholdMember.left_on.is_(None))
        .order_by(HouseholdMember.relation != HEAD, HouseholdMember.id)
        .execution_options(populate_existing=True)
    )
    return [Seated(row, open_details(session, household, row.id, row.details_cipher)) for row in rows]
