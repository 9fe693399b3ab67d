"""What the covers of all unions say of a claim: since when, whether for the first time, with how many shares."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from benefits.casework.policy_book import Running
from benefits.money.entitlement import Standpoint
from models.secrecy import secrecy

# The day on which a cover must hold: of the diagnosis, the discharge, the accident.
_DAY = {"critical_illness": "diagnosed_on", "women_illness": "diagnosed_on", "medical": "discharged_on"}


def told_of_claim(session: Session, running: Running, view: Standpoint, facts: Mapping[str, Any]) -> Mapping[str, Any]:
    """Facts of a claim by name; nothing of an enrolment, and nothing where the books cannot speak of the day.

    `covered` is said to be false where the books know this person's covers of the plan and none holds on the day, or
    where the day is not before the figure `books_from`: earlier covers may be on paper only, and what was stated of
    them stands.
    """
    plan = facts.get("plan")
    if facts.get("act") != "claim" or plan is None:
        return {}
    told: dict[str, Any] = {}
    disease = disease_hash(session, view.person_id, facts)
    if disease and session.scalar(select(func.disease_paid(view.person_id, disease, view.case_id))):
        told["paid_before"] = True
    day = day_of_claim(facts, view.on)
    if day is None:
        return told
    cover_id = cover_on(session, view.person_id, plan, day)
    if cover_id is None:
        begins = running.edition.figure("books_from", view.on)
        spoken = session.scalar(select(func.cover_rules_out(view.person_id, plan, day)))
        return {**told, "covered": False} if spoken or (begins and day >= begins.value) else told
    since, first, shares, paid = session.execute(
        select(
            func.cover_effective_on(cover_id),
            func.cover_is_first(cover_id),
            func.cover_shares(cover_id),
            func.cover_paid(cover_id, view.case_id),
        )
    ).one()
    own = {"effective_on": since, "first_enrolment": first, "shares": shares, "paid_this_cover": paid}
    return {**told, "covered": True, **own}


def day_of_claim(facts: Mapping[str, Any], on: date) -> date | None:
    """The day on which a cover must hold; None while nobody has said it."""
    own = _DAY.get(facts.get("plan") or "")
    day: date | None = facts.get(own) if own else facts.get("accident_on") or on
    return day


def cover_on(session: Session, person_id: UUID, plan: str, day: date) -> UUID | None:
    """The cover of a person in a plan that holds on a day, whichever union keeps it; its premium is paid."""
    found: UUID | None = session.scalar(select(func.cover_holding(person_id, plan, day)))
    return found


def disease_hash(session: Session, person_id: UUID, facts: Mapping[str, Any]) -> bytes | None:
    """By which an illness is known again, with the person in it; blanks and letter case do not matter."""
    disease = "".join((facts.get("disease") or "").upper().split())
    return secrecy(session).index("disease", f"{person_id}:{disease}") if disease else None
