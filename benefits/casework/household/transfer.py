"""件随人走: the file goes with its head to another unit, by an officer of a union above both."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from benefits.access.reach import within
from benefits.casework.household import state
from benefits.casework.household.file import find_household
from benefits.casework.household.paper_copy import note_change
from benefits.core.actor import Actor
from benefits.core.errors import StateForbids, invalid
from models.household import Household
from models.household_exit import HouseholdTransfer
from models.membership import Membership
from models.unit import Unit
from models.vocabulary import MembershipState


def transfer_household(
    session: Session, actor: Actor, household: Household, *, member_id: UUID, reason: str
) -> Household:
    """Move a file, with everything in it, to the unit of the head's new membership (总工办〔2016〕36号 art. 14).

    The unit that it leaves keeps its cases and payments and one line that says where the file went; it sees the file
    no more. The case that opened the file stays there too, so the file no longer names it.

    Raises:
        Invalid: no such membership of the head, live and in the actor's reach. StateForbids: not active, the head is
        still a member of the old unit, or a payment is underway. NotPermitted, OwnCase.
    """
    actor.require("household.keep", household.unit.path)
    actor.require_stranger(household.person_id)
    state.require(household, "transfer")
    joined = _joined(session, actor, household, member_id)
    if household.membership.state != MembershipState.LEFT:
        raise StateForbids(state="member_still_here", act="transfer")
    if state.payments_underway(session, household):
        raise StateForbids(state="payments_underway", act="transfer")
    left, member, case = household.unit_id, household.membership_id, household.application_id
    household.unit_id, household.membership_id, household.application_id = joined.unit_id, joined.id, None
    household.contact = None
    session.flush()
    session.add(
        HouseholdTransfer(
            household_id=household.id,
            unit_id=joined.unit_id,
            person_id=household.person_id,
            from_unit_id=left,
            from_member=member,
            to_unit_id=joined.unit_id,
            opening_case=case,
            reason=reason,
            moved_on=actor.today,
            moved_by=actor.account_id,
        )
    )
    session.expire_all()
    note_change(session, actor, household, "transfer")
    return find_household(session, actor, household.id)


def _joined(session: Session, actor: Actor, household: Household, member_id: UUID) -> Membership:
    """The head's live membership elsewhere in the actor's reach; raises Invalid."""
    joined = session.scalar(
        select(Membership)
        .join(Unit, Unit.id == Membership.unit_id)
        .where(
            Membership.id == member_id,
            Membership.person_id == household.person_id,
            Membership.state != MembershipState.LEFT,
            Membership.id != household.membership_id,
            within(actor, "household.keep"),
        )
    )
    if joined is None:
        raise invalid("/member_id", "member_unknown")
    return joined


def transfers_of(session: Session, actor: Actor, household_id: UUID) -> list[HouseholdTransfer]:
    """The moves of a file from or to the reader's units, the oldest first; raises NotFound where nothing is theirs."""
    mine = select(Unit.id).where(within(actor, "household.read"))
    query = (
        select(HouseholdTransfer)
        .where(
            HouseholdTransfer.household_id == household_id,
            HouseholdTransfer.unit_id.in_(mine) | HouseholdTransfer.from_unit_id.in_(mine),
        )
        .order_by(HouseholdTransfer.id)
    )
    found = list(session.scalars(query))
    if not found:
        find_household(session, actor, household_id)
    return found
