"""Claims: bound to the cover that holds on their day, decided in thirty working days, some of them ending the cover."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session, contains_eager

from benefits.access.reach import within
from benefits.casework.assessment import Judgement, judgement_of
from benefits.casework.cover.cover import advance, visible
from benefits.casework.cover.evidence import Evidence, evidence
from benefits.casework.cover.plan import PROGRAMME, plan_on
from benefits.casework.cover.told import cover_on, day_of_claim, disease_hash
from benefits.core.actor import Actor
from benefits.core.errors import NotFound, NotPermitted
from benefits.registry.official_calendar import calendar
from benefits.rules.policy import Dated
from models.application import Application, Document
from models.columns import new_id
from models.cover import Claim, Cover
from models.cover_vocabulary import CoverEnd, CoverState
from models.unit import Unit
from models.vocabulary import ApplicationState

UNDECIDED = (
    ApplicationState.SUBMITTED,
    ApplicationState.UNDER_REVIEW,
    ApplicationState.ON_NOTICE,
    ApplicationState.APPEALED,
)
# Tiers of waiting after whose payment the cover ends, and the figure of each plan that says so.
_ENDING_TIERS = frozenset({"reduced", "full"})
_ENDS = {"critical_illness": "critical_claim_ends", "women_illness": "women_claim_ends"}


@dataclass(frozen=True)
class ClaimPage:
    """What stands beside a claim's case; days as the plan's rule sets them, None where it sets none."""

    claim: Claim | None
    decide_by: date | None
    plan: str
    cover: Cover | None
    filing_deadline: date | None
    report_by: date | None
    papers_by: date | None
    papers: list[Evidence]


def hand_in(session: Session, actor: Actor, application: Application, judgement: Judgement) -> None:
    """Enter a claim as it is handed in: its cover, and the day by which it is to be decided (domain §6.3)."""
    claim = session.scalar(select(Claim).where(Claim.application_id == application.id))
    if claim is None:
        claim = Claim(
            id=new_id(),
            application_id=application.id,
            unit_id=application.unit_id,
            person_id=application.person_id,
        )
    _bind(session, claim, application, judgement)
    claim.handed_in_on, claim.decide_by = actor.today, None
    claim.decide_by = decide_by(session, claim)
    session.add(claim)
    session.flush()


def decide_by(session: Session, claim: Claim) -> date | None:
    """The last day for the decision; None until the official calendar of that year is in the books."""
    terms = plan_on(session, claim.plan, claim.handed_in_on)
    days = terms.term("decision_working_days")
    return claim.decide_by or (calendar(session).working_days_after(claim.handed_in_on, days.value) if days else None)


def _bind(session: Session, claim: Claim, application: Application, judgement: Judgement) -> None:
    facts = judgement.facts
    day = day_of_claim(facts, application.event_on)
    claim.plan = facts["plan"]
    claim.cover_id = cover_on(session, application.person_id, claim.plan, day) if day else None
    claim.disease_hash = disease_hash(session, application.person_id, facts)


def settle_claim(session: Session, actor: Actor, application: Application, judgement: Judgement) -> None:
    """After a claim is approved: where the plan says so, the cover and the gifts beside it end with the benefit.

    Raises:
        NotPermitted: the cover is kept by a unit out of the decider's reach; a union above both decides.
    """
    claim = session.scalars(select(Claim).where(Claim.application_id == application.id)).one()
    _bind(session, claim, application, judgement)
    figure = _ENDS.get(claim.plan)
    ends = judgement.running.edition.figure(figure, application.event_on) if judgement.running and figure else None
    tier = judgement.assessment.derived.get("waiting_tier")
    if claim.cover_id is not None and ends and ends.value and tier in _ENDING_TIERS:
        for cover in _beside(session, claim, CoverState.IN_FORCE):
            last = min(actor.today, cover.term_end_on)  # not the day of the diagnosis, which is the case's alone
            advance(session, actor, cover, "claim_out", CoverState.ENDED, reason=CoverEnd.CLAIMED_OUT, on=last)
            claim.ended_cover = True
    session.flush()


def reopen_cover(session: Session, actor: Actor, application: Application) -> None:
    """After an approved claim is returned: the cover that it ended is in force again."""
    claim = session.scalar(select(Claim).where(Claim.application_id == application.id))
    if claim is None or not claim.ended_cover:
        return
    for cover in _beside(session, claim, CoverState.ENDED):
        if cover.ended_reason == CoverEnd.CLAIMED_OUT:
            advance(session, actor, cover, "reopen", CoverState.IN_FORCE)
    claim.ended_cover = False
    session.flush()


def _beside(session: Session, claim: Claim, state: CoverState) -> Sequence[Cover]:
    """The claim's cover and those of the same person, plan and term, locked in id order."""
    bearing = session.get(Cover, claim.cover_id)
    if bearing is None:
        raise NotPermitted(permission="case.decide")
    return session.scalars(
        select(Cover)
        .where(
            Cover.person_id == bearing.person_id,
            Cover.plan == bearing.plan,
            Cover.term_start_on == bearing.term_start_on,
            Cover.state == state,
        )
        .order_by(Cover.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).all()


def _visible(actor: Actor) -> Select[Claim, Application]:
    return (
        select(Claim, Application)
        .join(Application, Application.id == Claim.application_id)
        .join(Application.unit)
        .join(Application.membership)
        .options(contains_eager(Application.unit), contains_eager(Application.membership))
        .where(within(actor, "case.read"))
    )


def claim_of(session: Session, application: Application) -> Claim | None:
    """The claim that a case handed in; None for a draft, or a case that is none."""
    return session.scalar(select(Claim).where(Claim.application_id == application.id))


def list_due(
    session: Session, actor: Actor, *, after: UUID | None, limit: int, unit_code: str | None, until: date | None
) -> list[tuple[Claim, Application]]:
    """Undecided claims in the order of handing in, one more than `limit`; `until`: by then, or no day is known yet."""
    query = _visible(actor).where(Application.state.in_(UNDECIDED)).order_by(Claim.id).limit(limit + 1)
    if after is not None:
        query = query.where(Claim.id > after)
    if unit_code is not None:
        query = query.where(Unit.code == unit_code)
    if until is not None:
        query = query.where(or_(Claim.decide_by <= until, Claim.decide_by.is_(None)))
    return [(row[0], row[1]) for row in session.execute(query)]


def papers_of(session: Session, cases: Sequence[Application]) -> dict[UUID, list[Evidence]]:
    """The papers that each of these claims wants, by case; titles are read in one query."""
    titles: dict[UUID, list[str]] = defaultdict(list)
    for row in session.execute(
        select(Document.application_id, Document.title).where(
            Document.application_id.in_([case.id for case in cases]), Document.removed_at.is_(None)
        )
    ):
        titles[row.application_id].append(row.title)
    judged = ((case, judgement_of(session, case)) for case in cases)
    return {
        case.id: evidence(judgement.running.edition, case.event_on, judgement.facts, case.amount, titles[case.id])
        for case, judgement in judged
        if judgement.running is not None
    }


def look_at(session: Session, actor: Actor, application: Application) -> ClaimPage:
    """A claim with its cover, days and papers; raises NotFound for a case that is no claim.

    Of the cover only what the actor may see is shown; one of another union still bears the claim.
    """
    judgement = judgement_of(session, application)
    facts, running = judgement.facts, judgement.running
    if application.programme != PROGRAMME or facts.get("act") != "claim" or running is None:
        raise NotFound
    claim = session.scalar(select(Claim).where(Claim.application_id == application.id))
    day = day_of_claim(facts, application.event_on)
    plan = facts.get("plan") or ""
    cover_id = claim.cover_id if claim else cover_on(session, application.person_id, plan, day) if day else None
    seen = session.scalar(visible(actor, "case.read").where(Cover.id == cover_id)) if cover_id else None
    terms, deadline = plan_on(session, plan, application.event_on), judgement.assessment.derived.get("filing_deadline")
    return ClaimPage(
        claim=claim,
        decide_by=decide_by(session, claim) if claim else None,
        plan=plan,
        cover=seen,
        filing_deadline=date.fromisoformat(deadline) if deadline else None,
        report_by=_days_after(facts.get("admitted_on") or facts.get("accident_on"), terms.term("report_days")),
        papers_by=_days_after(facts.get("discharged_on"), terms.term("report_papers_days")),
        papers=papers_of(session, [application]).get(application.id, []),
    )


def _days_after(start: date | None, days: Dated | None) -> date | None:
    return start + timedelta(days=days.value) if start and days else None
