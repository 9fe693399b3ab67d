"""年度复核: once a calendar year the rules judge a household anew; another person confirms, and its class follows."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from benefits.casework.assessment import Judgement, assess_freely, judged_again
from benefits.casework.household import state
from benefits.casework.household.figures import PROGRAMME
from benefits.casework.household.paper_copy import note_change
from benefits.casework.household.sealed import read_sealed
from benefits.casework.kept import content_of
from benefits.core.actor import Actor
from benefits.core.errors import DutyConflict, NotEligible, NotFound, StateForbids, invalid
from benefits.registry.file_key import seal
from models.columns import new_id
from models.household import Household
from models.household_life import HouseholdReview
from models.membership import Membership
from models.vocabulary import ReviewResult

# What a review asks the rules: the class and the exclusions; what aid there would be is no part of it.
_ASKED = frozenset({"hardship_class_qualifies", "no_exclusion"})
_KIND = {"aid_kind": "living"}


def file_review(
    session: Session, actor: Actor, household: Household, *, reviewed_on: date, facts: Mapping[str, Any]
) -> HouseholdReview:
    """Judge the household as of a day of this calendar year; the rules say what follows, nobody chooses it.

    `keep` where the class is as before, `change_class` where it is another, `propose_exit` where there is none any more
    or an exclusion holds; the exit itself has its own conditions.

    Raises:
        NotEligible: a fact is missing without which the class is not known; the findings name it.
        Invalid: faults in the facts, a day to come or of another year. StateForbids, NotPermitted, OwnCase.
    """
    actor.require("household.keep", household.unit.path)
    actor.require_stranger(household.person_id)
    state.require(household, "review")
    if not date(actor.today.year, 1, 1) <= reviewed_on <= actor.today:
        raise invalid("/reviewed_on", "day_outside", earliest=date(actor.today.year, 1, 1), latest=actor.today)
    member = session.get_one(Membership, household.membership_id)
    judgement = assess_freely(session, PROGRAMME, reviewed_on, {**facts, **_KIND}, member)
    found, result = _result(household, judgement)
    if judgement.running is None:
        raise StateForbids(state="no_policy_in_force", act="review")
    row_id, content = new_id(), content_of(PROGRAMME, judgement)
    review = HouseholdReview(
        id=row_id,
        household_id=household.id,
        unit_id=household.unit_id,
        person_id=household.person_id,
        reviewed_on=reviewed_on,
        class_before=household.hardship_class,
        class_found=found,
        result=result,
        policy_id=judgement.running.policy_id,
        content_cipher=seal(session, household, row_id, "review", content),
        content_hash=hashlib.sha256(content).digest(),
        filed_by=actor.account_id,
        filed_by_person=actor.person_id,
    )
    session.add(review)
    note_change(session, actor, household, "review")
    return review


def _result(household: Household, judgement: Judgement) -> tuple[str, ReviewResult]:
    asked = {each.code: each for each in judgement.assessment.findings if each.code in _ASKED}
    unknown = [each for each in asked.values() if each.outcome == "unknown"]
    found = judgement.assessment.derived.get("hardship_class")
    if unknown or found is None:
        raise NotEligible(unknown or judgement.assessment.findings, outcome="undetermined")
    if any(each.outcome == "unmet" for each in asked.values()):
        return found, ReviewResult.PROPOSE_EXIT
    return found, ReviewResult.KEEP if found == household.hardship_class else ReviewResult.CHANGE_CLASS


def confirm_review(session: Session, actor: Actor, household: Household, review_id: UUID) -> HouseholdReview:
    """A reviewer, not who filed it, confirms the last review; a changed class takes effect.

    Raises:
        NotFound: no such review of this file. StateForbids: confirmed already, or a later one was filed.
        DutyConflict: the same person filed it. NotPermitted, OwnCase.
    """
    actor.require("household.decide", household.unit.path)
    actor.require_stranger(household.person_id)
    reviews = reviews_of(session, household)
    review = next((each for each in reviews if each.id == review_id), None)
    if review is None:
        raise NotFound
    state.require(household, "review")
    if review.confirmed_by is not None or review is not reviews[-1]:
        raise StateForbids(state="confirmed" if review.confirmed_by else "superseded", act="confirm")
    if review.filed_by_person == actor.person_id:
        raise DutyConflict(held="filed", wanted="decided")
    review.confirmed_by, review.confirmed_on = actor.account_id, actor.today
    if review.result == ReviewResult.CHANGE_CLASS:
        household.hardship_class = review.class_found
    note_change(session, actor, household, "confirm_review")
    return review


def reviews_of(session: Session, household: Household) -> list[HouseholdReview]:
    """The reviews of a file, the oldest first."""
    query = select(HouseholdReview).where(HouseholdReview.household_id == household.id).order_by(HouseholdReview.id)
    return list(session.scalars(query.execution_options(populate_existing=True)))


def explained(
    session: Session, actor: Actor, household: Household, review_id: UUID
) -> tuple[HouseholdReview, Judgement | None]:
    """A review with what the rules said, evaluated anew from the stored facts and edition; the reading is recorded.

    Raises:
        NotFound: no such review of this file. NotPermitted: who neither files nor decides there.
    """
    actor.require("household.private", household.unit.path)
    review = next((each for each in reviews_of(session, household) if each.id == review_id), None)
    if review is None:
        raise NotFound
    content = read_sealed(session, actor, household, "review", {review.id: review.content_cipher}).get(review.id)
    if content is None:
        return review, None
    return review, judged_again(session, PROGRAMME, review.policy_id, review.reviewed_on, content.encode())
