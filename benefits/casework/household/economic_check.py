"""经济状况核对: the civil-affairs centre checks a household's means, with the signature of every grown-up in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from benefits.casework.household import state
from benefits.casework.household.paper_copy import note_change
from benefits.core.actor import Actor
from benefits.core.errors import Fault, Invalid, NotFound, StateForbids, invalid
from benefits.registry.file_key import seal
from models.columns import new_id
from models.household import Household, HouseholdMember
from models.household_life import CheckAuthorisation, EconomicCheck


def send_check(
    session: Session,
    actor: Actor,
    household: Household,
    *,
    reference: str,
    sent_on: date,
    authorisations: Sequence[tuple[UUID, date]],
) -> EconomicCheck:
    """Keep that the centre was asked, with the authorisations that went along.

    Args:
        authorisations: seat in the file and day of the signature (授权委托书).

    Raises:
        Invalid: a grown-up has not signed, somebody is not of this household, a signature later than the letter.
    """
    actor.require("household.keep", household.unit.path)
    actor.require_stranger(household.person_id)
    state.require(household, "check")
    if sent_on > actor.today:
        raise invalid("/sent_on", "day_outside", earliest="", latest=actor.today)
    _require_signed(_seats(session, household), sent_on, authorisations)
    whose = {"household_id": household.id, "unit_id": household.unit_id, "person_id": household.person_id}
    check = EconomicCheck(id=new_id(), **whose, reference=reference, sent_on=sent_on, sent_by=actor.account_id)
    session.add(check)
    session.flush()
    session.add_all(
        CheckAuthorisation(check_id=check.id, household_member_id=seat, signed_on=signed_on, **whose)
        for seat, signed_on in authorisations
    )
    note_change(session, actor, household, "check")
    return check


def _require_signed(
    seats: Mapping[UUID, HouseholdMember], sent_on: date, authorisations: Sequence[tuple[UUID, date]]
) -> None:
    faults = []
    signed = set()
    for i, (seat, signed_on) in enumerate(authorisations):
        if seat not in seats or seat in signed:
            faults.append(Fault(f"/authorisations/{i}/household_member_id", "seat_unknown"))
        if signed_on > sent_on:
            faults.append(Fault(f"/authorisations/{i}/signed_on", "day_outside", {"earliest": "", "latest": sent_on}))
        signed.add(seat)
    missing = [seat for seat, member in seats.items() if not member.minor and seat not in signed]
    if missing:
        faults.append(Fault("/authorisations", "authorisation_missing", {"missing": ", ".join(map(str, missing))}))
    if faults:
        raise Invalid(faults)


def answer_check(
    session: Session,
    actor: Actor,
    household: Household,
    check_id: UUID,
    *,
    answered_on: date,
    result: str,
    note: str | None,
) -> EconomicCheck:
    """Keep what the centre answered, or that it did not (`not_answered`); once.

    Raises:
        NotFound: no such check of this file. StateForbids: it is answered. Invalid: a day before the letter or to come.
    """
    actor.require("household.keep", household.unit.path)
    actor.require_stranger(household.person_id)
    check = session.scalar(
        select(EconomicCheck).where(EconomicCheck.id == check_id, EconomicCheck.household_id == household.id)
    )
    if check is None:
        raise NotFound
    state.require(household, "check")
    if check.result is not None:
        raise StateForbids(state="answered", act="answer")
    if not check.sent_on <= answered_on <= actor.today:
        raise invalid("/answered_on", "day_outside", earliest=check.sent_on, latest=actor.today)
    check.result, check.answered_on, check.answered_by = result, answered_on, actor.account_id
    check.note_cipher = seal(session, household, check.id, "note", note) if note else None
    note_change(session, actor, household, "check")
    return check


def checks_of(session: Session, household: Household) -> list[tuple[EconomicCheck, list[CheckAuthorisation]]]:
    """The checks of a household with their authorisations, the oldest first."""
    checks = session.scalars(
        select(EconomicCheck).where(EconomicCheck.household_id == household.id).order_by(EconomicCheck.id)
    ).all()
    signed: dict[UUID, list[CheckAuthorisation]] = {check.id: [] for check in checks}
    for one in session.scalars(select(CheckAuthorisation).where(CheckAuthorisation.household_id == household.id)):
        signed[one.check_id].append(one)
    return [(check, signed[check.id]) for check in checks]


def last_answer(session: Session, household: Household) -> str | None:
    """What the last answered check came to; None where none was answered."""
    return session.scalar(
        select(EconomicCheck.result)
        .where(EconomicCheck.household_id == household.id, EconomicCheck.result.is_not(None))
        .order_by(EconomicCheck.answered_on.desc(), EconomicCheck.id.desc())
        .limit(1)
    )


def _seats(session: Session, household: Household) -> dict[UUID, HouseholdMember]:
    seats = session.scalars(
        select(HouseholdMember).where(HouseholdMember.household_id == household.id, HouseholdMember.left_on.is_(None))
    )
    return {seat.id: seat for seat in seats}
