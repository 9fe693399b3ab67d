"""The family in a hardship file: entered, changed and taken out by its officer; children with a guardian's consent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from benefits.casework.household import state
from benefits.casework.household.file import refresh, require_keeper
from benefits.casework.household.seat import HEAD
from benefits.core.actor import Actor
from benefits.core.code_table import code_table
from benefits.core.errors import Fault, HouseholdFiled, Invalid, NotFound
from benefits.core.identity import parse_identity
from benefits.registry.hardship_file import merged, open_details, read_details, seal_details
from benefits.rules.values import years_between
from models.columns import new_id
from models.household import Household, HouseholdMember
from models.person import Person
from models.secrecy import secrecy

CHILD_UNDER = 14  # 个人信息保护法 art. 31: a guardian's consent and handling rules of their own
MINOR_UNDER = 18


def add_member(session: Session, actor: Actor, household: Household, given: Mapping[str, Any]) -> HouseholdMember:
    """Enter a person of the household: `relation`, `guardian_consented_on`, `details`.

    Raises:
        Invalid: all faults at once; a child under 14 without a guardian's consent (个人信息保护法 art. 31).
        HouseholdFiled: the person sits in a live file already, in whichever union; nothing more is told.
        StateForbids, NotPermitted, OwnCase.
    """
    _require(actor, household)
    row = HouseholdMember(
        id=new_id(),
        household_id=household.id,
        household_state=household.state,
        unit_id=household.unit_id,
        person_id=household.person_id,
        added_by=actor.account_id,
    )
    _write(session, actor, household, row, {}, given)
    session.add(row)
    session.flush()
    refresh(session, actor, household)
    return row


def change_member(
    session: Session, actor: Actor, household: Household, member_id: UUID, given: Mapping[str, Any]
) -> HouseholdMember:
    """Change what is given of a person; what is absent stays, null clears. Raises as `add_member`, and NotFound."""
    _require(actor, household)
    row = _find(session, household, member_id)
    kept = open_details(session, household, row.id, row.details_cipher)
    _write(session, actor, household, row, kept, given)
    session.flush()
    refresh(session, actor, household)
    return row


def take_out(session: Session, actor: Actor, household: Household, member_id: UUID) -> None:
    """A person other than the head leaves the household, and may sit in another file. The row stays for the auditor."""
    _require(actor, household)
    row = _find(session, household, member_id)
    row.left_on = actor.today
    session.flush()
    refresh(session, actor, household)


def _require(actor: Actor, household: Household) -> None:
    require_keeper(actor, household)
    state.require(household, "change")


def _find(session: Session, household: Household, member_id: UUID) -> HouseholdMember:
    row = session.scalar(
        select(HouseholdMember).where(
            HouseholdMember.id == member_id,
            HouseholdMember.household_id == household.id,
            HouseholdMember.relation != HEAD,
            HouseholdMember.left_on.is_(None),
        )
    )
    if row is None:
        raise NotFound
    return row


def _write(
    session: Session,
    actor: Actor,
    household: Household,
    row: HouseholdMember,
    kept: Mapping[str, Any],
    given: Mapping[str, Any],
) -> None:
    typed, faults = read_details("member", given.get("details") or {}, actor.today)
    details = merged(kept, typed)
    relation = given.get("relation", row.relation)
    relations = [each for each in code_table("family_relation").labels if each != HEAD]
    if relation not in relations:
        faults.append(Fault("/relation", "choice_unknown", {"choices": relations}))
    if "name" not in details:
        faults.append(Fault("/details/name", "required"))
    faults += _by_identity(details, typed)
    consented = given.get("guardian_consented_on", row.consented_on)
    if consented is not None and consented > actor.today:
        faults.append(Fault("/guardian_consented_on", "in_the_future"))
    age = years_between(date.fromisoformat(details["birth_date"]), actor.today) if "birth_date" in details else None
    if age is not None and age < CHILD_UNDER and consented is None:
        faults.append(
            Fault("/guardian_consented_on", "guardian_consent_required", {"clause": "个人信息保护法第三十一条"})
        )
    if faults:
        raise Invalid(faults)
    row.relation, row.consented_on, row.minor = relation, consented, age is None or age < MINOR_UNDER
    row.identity_hash = _seat(session, household, row, details.get("id_number"))
    row.details_cipher = seal_details(session, household, row.id, details)


def _by_identity(details: dict[str, Any], typed: Mapping[str, Any]) -> list[Fault]:
    """Birth date and sex as the number says (statement 4); one of number and birth date must be there."""
    number = details.get("id_number")
    if number is None:
        return [] if "birth_date" in details else [Fault("/details/birth_date", "required")]
    told = parse_identity(number)
    says = {"birth_date": told.birth_date.isoformat(), "sex": str(told.sex)}
    details.update(says)
    return [Fault(f"/details/{name}", f"{name}_mismatch") for name in says if typed.get(name, says[name]) != says[name]]


def _seat(session: Session, household: Household, row: HouseholdMember, number: str | None) -> bytes | None:
    """The hash by which the person is known over all unions; refuses who sits in a live file (statement 23)."""
    if number is None:
        return None
    hashed = secrecy(session).index("id_number", number)
    if hashed == row.identity_hash:
        return hashed
    if hashed == session.get_one(Person, household.person_id).id_hash:
        raise Invalid([Fault("/details/id_number", "is_the_head")])
    if session.scalars(select(func.household_seated(hashed))).one():
        raise HouseholdFiled
    return hashed
