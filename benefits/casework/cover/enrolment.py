"""Enrolments and gifts as cases: what must stand before one is approved, the cover it makes, and how that is undone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from benefits.access.person import person_key
from benefits.casework.assessment import Judgement
from benefits.casework.cover.cover import advance
from benefits.casework.policy_book import edition_by_id
from benefits.core.actor import Actor
from benefits.core.errors import NotEligible, PremiumKept, StateForbids, invalid
from benefits.core.money import NOTHING
from benefits.rules.answer import Assessment
from benefits.rules.values import add_months
from models.application import Application
from models.columns import new_id
from models.cover import Cover
from models.cover_vocabulary import CoverEnd, CoverState
from models.secrecy import secrecy

# The lines of an enrolment's entitlement and the part of the premium that each is.
_PARTS = {
    "POOL.PREMIUM": "member_part",
    "SERVICE.MUTUAL_AID": "unit_part",
    "SERVICE.MUTUAL_AID_UPPER": "upper_part",
    "SERVICE.MUTUAL_AID_GIFT": "gift_part",
}
_ALREADY = "not_already_enrolled"


@dataclass(frozen=True)
class Term:
    """The term of a cover, its last day inclusive (statement 41), and the day from which this member is covered."""

    start_on: date
    end_on: date
    effective_on: date


def term_of(application: Application, judgement: Judgement) -> Term:
    """The term that a case enrols for; who joins later than its start is covered from the event's or the stated day.

    Raises:
        Invalid: the day lies outside the term.
    """
    facts = judgement.facts
    start: date = facts.get("term_start_on") or application.event_on
    after = add_months(start, judgement.assessment.derived["term_months"])
    if after is None:
        raise invalid("/facts/term_start_on", "date_malformed")
    end = after - timedelta(days=1)
    effective: date = facts.get("effective_on") or max(start, application.event_on)
    if not start <= effective <= end:
        raise invalid("/facts/effective_on", "outside_cover", first=start, last=end)
    return Term(start, end, effective)


def require_enrolment(session: Session, application: Application, judgement: Judgement) -> None:
    """Before an enrolment is submitted or approved.

    Raises:
        NotEligible: a cover of the same plan runs at that time, in whichever union (statement 39).
        Invalid: the term, or a gift that is not the whole premium (statement 40).
    """
    facts, answer, term = judgement.facts, judgement.assessment, term_of(application, judgement)
    asked = (application.person_id, facts["plan"], _is_top_up(answer), term.start_on, term.end_on, application.id)
    if session.scalar(select(func.cover_overlaps(*asked))):
        findings = [
            replace(each, outcome="unmet", value="true") if each.code == _ALREADY else each for each in answer.findings
        ]
        raise NotEligible(findings, outcome="ineligible")
    premium = Decimal(answer.derived["premium"])
    if facts["act"] == "gift" and facts.get("amount") not in {None, premium}:
        raise invalid("/amount", "gift_is_whole_premium", premium=f"{premium:.2f}")


def make_cover(session: Session, application: Application, judgement: Judgement) -> Cover:
    """The cover that an approved enrolment or gift makes; it waits for the unit's transfer where one is due.

    Raises:
        Invalid: the edition's parts are not the premium.
    """
    facts, answer, term = judgement.facts, judgement.assessment, term_of(application, judgement)
    parts = _parts(answer)
    premium = Decimal(answer.derived["premium"])
    if sum(parts.values()) != premium or min(parts.values()) < 0:
        raise invalid("/facts/plan", "premium_parts_unsound")
    if judgement.running is None:
        raise StateForbids(state="no_policy", act="approve")
    previous = _previous_end(session, application, facts, term)
    due = parts["member_part"] + parts["unit_part"]
    cover = Cover(
        id=new_id(),
        application_id=application.id,
        unit_id=application.unit_id,
        membership_id=application.membership_id,
        person_id=application.person_id,
        policy_id=judgement.running.policy_id,
        plan=facts["plan"],
        top_up=_is_top_up(answer),
        term_start_on=term.start_on,
        term_end_on=term.end_on,
        effective_on=term.effective_on,
        first_enrolment=_is_first(judgement, term, previous),
        previous_end_on=previous,
        shares=facts.get("shares") or 1,
        premium=premium,
        **parts,
        state=CoverState.PENDING if due > 0 else CoverState.IN_FORCE,
    )
    if beneficiary := facts.get("beneficiary"):
        key = person_key(session, application.person_id)
        cover.beneficiary_cipher = secrecy(session).encrypt(key, cover.id, "beneficiary", beneficiary)
    session.add(cover)
    session.flush()
    return cover


def take_cover_back(session: Session, actor: Actor, application: Application) -> None:
    """Undo the cover of a returned enrolment.

    Raises:
        PremiumKept: its premium was paid; premiums are never returned. StateForbids: a claim rests on it.
    """
    cover = session.scalar(
        select(Cover)
        .where(Cover.application_id == application.id, Cover.ended_reason.is_distinct_from(CoverEnd.TAKEN_BACK))
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    if cover is None:
        return
    if cover.premium_payment_id is not None:
        rule = edition_by_id(session, cover.policy_id).edition.figure("refund_never", cover.term_start_on)
        raise PremiumKept(clause=rule.clause if rule else "")
    if cover.ended_reason == CoverEnd.CLAIMED_OUT or session.scalar(select(func.cover_paid(cover.id, None))):
        raise StateForbids(state="claimed", act="return")
    advance(session, actor, cover, "take_back", CoverState.ENDED, reason=CoverEnd.TAKEN_BACK, on=actor.today)


def _parts(answer: Assessment) -> dict[str, Decimal]:
    """The premium by payer; what the edition names no line for is nothing."""
    parts = dict.fromkeys(_PARTS.values(), NOTHING)
    for line in answer.entitlement.lines if answer.entitlement else ():
        if line.code in _PARTS and line.amount is not None:
            parts[_PARTS[line.code]] += line.amount
    return parts


def _is_top_up(answer: Assessment) -> bool:
    return answer.key is not None and answer.key.kind == "top_up"


def _previous_end(session: Session, application: Application, facts: Any, term: Term) -> date | None:
    """The last day of the cover before: the latest that books or paper (as stated) know."""
    known: date | None = session.scalar(
        select(func.cover_end_before(application.person_id, facts["plan"], term.start_on))
    )
    return max((day for day in (known, facts.get("previous_end_on")) if day is not None), default=None)


def _is_first(judgement: Judgement, term: Term, previous: date | None) -> bool:
    """Whether waiting begins anew: no cover ended within the figure `renewal_days` before this one takes effect.

    A renewal of a cover on paper may be stated (首保/续保) and is then what the reviewer approves.
    """
    if judgement.facts.get("first_enrolment") is False:
        return False
    figure = judgement.running.edition.figure("renewal_days", term.start_on) if judgement.running else None
    within = timedelta(days=1 + (figure.value if figure else 0))
    return previous is None or previous < term.effective_on - within
