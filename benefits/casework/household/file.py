"""Hardship files: prepared by an officer for a member, found within the reader's scope, changed, dropped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, contains_eager

from benefits.access.reach import within
from benefits.casework.household import state
from benefits.casework.household.paper_copy import note_change
from benefits.casework.household.seat import members_of, seat_head
from benefits.core.actor import Actor
from benefits.core.code_table import code_table
from benefits.core.errors import Fault, HouseholdFiled, Invalid, NotFound, invalid
from benefits.money.entitlement import lock_person
from benefits.registry.file_key import new_file_key
from benefits.registry.hardship_file import merged, open_details, read_details, seal_details, unstated
from models.columns import new_id
from models.household import Household
from models.membership import Membership
from models.unit import Unit
from models.vocabulary import HouseholdState

_MOST_SECOND_CAUSES = 3


def visible(actor: Actor) -> Select[Household]:
    """Files in the subtrees where the actor reads files, each with its head and unit."""
    return (
        select(Household)
        .join(Household.unit)
        .join(Household.membership)
        .options(contains_eager(Household.unit), contains_eager(Household.membership))
        .where(within(actor, "household.read"))
    )


def find_household(session: Session, actor: Actor, household_id: UUID) -> Household:
    """A file that the actor may see; raises NotFound."""
    found = session.scalar(visible(actor).where(Household.id == household_id).execution_options(populate_existing=True))
    if found is None:
        raise NotFound
    return found


def lock_household(session: Session, actor: Actor, household_id: UUID) -> Household:
    """The same for an act: the household's persons first, then the file, held until the transaction ends."""
    found = find_household(session, actor, household_id)
    lock_person(session, found.person_id)
    session.execute(select(Household.id).where(Household.id == found.id).with_for_update(key_share=True))
    return find_household(session, actor, household_id)


def list_households(
    session: Session,
    actor: Actor,
    *,
    after: UUID | None,
    limit: int,
    state: str | None = None,
    hardship_class: str | None = None,
    unit_code: str | None = None,
    member_id: UUID | None = None,
    incomplete: bool | None = None,
) -> list[Household]:
    """Files in order of preparation, one more than `limit` where there are more."""
    query = visible(actor).order_by(Household.id).limit(limit + 1)
    if after is not None:
        query = query.where(Household.id > after)
    if incomplete is not None:
        query = query.where(Household.complete.is_(not incomplete))
    for column, wanted in (
        (Household.state, state),
        (Household.hardship_class, hardship_class),
        (Household.membership_id, member_id),
        (Unit.code, unit_code),
    ):
        if wanted is not None:
            query = query.where(column == wanted)
    return list(session.scalars(query))


def prepare_household(session: Session, actor: Actor, *, member_id: UUID, **given: Any) -> Household:
    """Open a draft with the member as head; `given` are those of `change_household`.

    Raises:
        Invalid: no such member, or faults in what was given. NotPermitted, OwnCase.
        HouseholdFiled: the member sits in a live file already, in whichever union.
    """
    member = session.scalar(
        select(Membership)
        .join(Unit, Unit.id == Membership.unit_id)
        .where(Membership.id == member_id, within(actor, "household.keep"))
    )
    if member is None:
        raise invalid("/member_id", "member_unknown")
    actor.require_stranger(member.person_id)
    lock_person(session, member.person_id)
    if session.scalars(select(func.household_of(member.person_id))).one() is not None:
        raise HouseholdFiled
    household = enter(session, actor, member)
    _write(session, actor, household, given)
    return find_household(session, actor, household.id)


def enter(session: Session, actor: Actor, member: Membership) -> Household:
    """A new draft with nothing in it but its head."""
    household_id = new_id()
    household = Household(
        id=household_id,
        unit_id=member.unit_id,
        membership_id=member.id,
        person_id=member.person_id,
        state=HouseholdState.DRAFT,
        key_wrapped=new_file_key(session, household_id),
        second_causes=[],
        filed_by=actor.account_id,
    )
    household.details_cipher = seal_details(session, household, household.id, {})
    session.add(household)
    session.flush()
    seat_head(session, actor, household)
    return household


def change_household(session: Session, actor: Actor, household: Household, given: Mapping[str, Any]) -> Household:
    """Change `contact`, `main_cause`, `second_causes` and single `details`; what is absent stays, null clears.

    Raises:
        Invalid: all faults at once. StateForbids: neither draft nor active. NotPermitted, OwnCase.
    """
    require_keeper(actor, household)
    state.require(household, "change")
    _write(session, actor, household, given)
    return household


def drop_household(session: Session, actor: Actor, household: Household, reason: str) -> Household:
    """Give a draft up; its persons may sit in another file again."""
    require_keeper(actor, household)
    state.require(household, "drop")
    household.drop_reason, household.dropped_by, household.dropped_at = reason, actor.account_id, actor.at
    state.move(session, actor, household, "drop", HouseholdState.DROPPED)
    return household


def require_keeper(actor: Actor, household: Household) -> None:
    """Refuse whoever does not keep files in the file's unit, or is its head or a relative."""
    actor.require("household.keep", household.unit.path)
    actor.require_stranger(household.person_id)


def details_of(session: Session, household: Household) -> dict[str, Any]:
    """The file's own details in the clear."""
    return open_details(session, household, household.id, household.details_cipher)


def missing(session: Session, household: Household) -> list[str]:
    """What the form stars and the file does not say: fields, the cause, members and their fields."""
    if household.destroyed_at is not None:
        return []
    details = details_of(session, household)
    lacking = unstated("head", details)
    if household.main_cause is None:
        lacking.append("main_cause")
    others = [each for each in members_of(session, household) if not each.is_head]
    if details.get("household_size") not in (None, len(others) + 1):
        lacking.append("members")
    for place, each in enumerate(others):
        lacking += [f"members/{place}/{name}" for name in unstated("member", each.details)]
    return lacking


def refresh(session: Session, actor: Actor, household: Household, act: str = "change") -> None:
    """After any change of the file or its members: whether it is complete, and another version of its page."""
    household.complete = not missing(session, household)
    note_change(session, actor, household, act)


def _write(session: Session, actor: Actor, household: Household, given: Mapping[str, Any]) -> None:
    details, faults = read_details("head", given.get("details") or {}, actor.today)
    main = given.get("main_cause", household.main_cause)
    second = given.get("second_causes", household.second_causes)
    faults += _cause_faults(main, second)
    if faults:
        raise Invalid(faults)
    household.main_cause, household.second_causes = main, list(second)
    household.contact = given.get("contact", household.contact)
    kept = merged(details_of(session, household), details)
    household.details_cipher = seal_details(session, household, household.id, kept)
    session.flush()
    refresh(session, actor, household)


def _cause_faults(main: str | None, second: Sequence[str]) -> list[Fault]:
    """One main cause and at most three others, none named twice (domain §2.5)."""
    known = code_table("hardship_cause").labels
    faults = []
    if main is not None and main not in known:
        faults.append(Fault("/main_cause", "choice_unknown", {"choices": [*known]}))
    if len(second) > _MOST_SECOND_CAUSES:
        faults.append(Fault("/second_causes", "length_refused", {"least": 0, "most": _MOST_SECOND_CAUSES}))
    for place, cause in enumerate(second):
        if cause not in known:
            faults.append(Fault(f"/second_causes/{place}", "choice_unknown", {"choices": [*known]}))
        elif cause == main or cause in second[:place]:
            faults.append(Fault(f"/second_causes/{place}", "cause_repeated"))
    return faults
