"""The acts on a case between filing and payment; each locks, checks who and when, and leaves a row."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from sqlalchemy.orm import Session

from benefits.casework import workflow
from benefits.casework.assessment import Judgement, assess_case
from benefits.casework.band import completes
from benefits.casework.consequence import consequence_of
from benefits.casework.decider import decided_amount, decider, earlier_approvals
from benefits.casework.grant import Decided, booked_to, grant, require_payable, take_back
from benefits.casework.kept import keep
from benefits.casework.notice import close_notice, post_notice, require_complete
from benefits.casework.payer import require_round_purse
from benefits.core.actor import Actor
from benefits.core.errors import CapExceeded, NotEligible, StateForbids, invalid
from benefits.money.duty import require_duty
from benefits.money.fund import continues, paying_fund
from benefits.money.purse import require_purse
from models.application import Application
from models.money import Fund
from models.vocabulary import ApplicationState as State

# Room that ran out between filing and decision is a conflict with others, not a fault of the case.
_TAKEN_MEANWHILE = frozenset({"amount_within_limit", "not_taken_elsewhere", "once_in_period"})


def submit(session: Session, actor: Actor, application: Application) -> Judgement:
    """Hand a case in: assessed now, and refused with every unmet or unknown finding; what the rules said is kept.

    Raises:
        NotEligible: a criterion is unmet, or a fact is missing that it needs.
    """
    actor.require("case.file", application.unit.path)
    workflow.require(application, "submit")
    require_duty(session, actor, [application.id], "filed")
    judgement = assess_case(session, application)
    require_ready(session, actor, application, judgement)
    hand_in(session, actor, [(application, judgement)])
    return judgement


def require_ready(session: Session, actor: Actor, application: Application, judgement: Judgement) -> None:
    """Refuse a case that cannot be handed in: by the rules, by account or purse, or by its programme's own records.

    Raises:
        NotEligible, Invalid, or what the programme refuses with.
    """
    if judgement.assessment.outcome != "eligible":
        raise NotEligible(judgement.assessment.findings, outcome=judgement.assessment.outcome)
    require_payable(session, application, judgement.assessment)
    require_round_purse(session, application, booked_to(judgement.assessment), actor.today)
    consequence_of(application.programme).require(session, actor, application, judgement)


def hand_in(session: Session, actor: Actor, judged: Sequence[tuple[Application, Judgement]]) -> None:
    """Hand in cases that are ready, with what the rules said of them; a new submission asks for new approvals."""
    keep(session, judged)
    for application, _ in judged:
        application.submission += 1
    workflow.advance_all(session, actor, "submit", [workflow.Move(case, State.SUBMITTED) for case, _ in judged])
    for application, judgement in judged:
        consequence_of(application.programme).submitted(session, actor, application, judgement)


def endorse(session: Session, actor: Actor, application: Application, note: str | None) -> Application:
    """A reviewer has checked the case: it goes under review, or on notice where the edition asks for one."""
    actor = decider(session, actor, application, "endorse")
    judgement = assess_case(session, application)
    days = consequence_of(application.programme).notice_days(session, application, judgement)
    if days:
        post_notice(session, actor, application, days, judgement.assessment)
    workflow.advance(session, actor, application, "endorse", State.ON_NOTICE if days else State.UNDER_REVIEW, note=note)
    return application


def approve(
    session: Session,
    actor: Actor,
    application: Application,
    *,
    fund_id: UUID,
    amount: Decimal | None,
    note: str | None,
    minutes: str | None = None,
) -> Judgement:
    """Approve; once enough different reviewers have, fund and entitlement are reserved and the payment is made.

    Returns:
        what the rules said, as it is kept with the approval.

    Raises:
        NotEligible: the rules refuse now. CapExceeded: the entitlement's room was taken meanwhile.
        FundExhausted: the fund has too little. DutyConflict, OwnCase, NotPermitted, BeyondDelegation: who may not.
        LevelTooLow: the amount's band asks for a reviewer of a higher level.
        StateForbids: the state, or a notice that is not complete or is objected to.
        Invalid: no such fund, no amount, another amount or fund than the first reviewer's, or no minutes.
    """
    actor, on_notice = decider(session, actor, application, "approve", amount), application.state == State.ON_NOTICE
    require_complete(session, actor, application)
    fund = paying_fund(session, actor, fund_id, application.unit.path)
    first = earlier_approvals(session, actor, application)
    if first and not continues(session, fund, application.fund_id):
        raise invalid("/fund_id", "differs_from_first_review")
    decided = decided_amount(application, amount, first)
    judgement = assess_case(session, application, amount=decided, payer_kind=fund.unit.union_kind)
    require_grantable(session, actor, application, judgement)
    enough = completes(
        session,
        actor,
        judgement.running,
        decided,
        path=application.unit.path,
        earlier=[act.grant_unit_id for act in first],
        minutes=minutes,
    )
    one = [Decided(application, judgement, decided)]
    sign_approval(session, actor, one, fund, enough=enough, note=note, minutes=minutes)
    if on_notice and enough:
        close_notice(session, actor, application)
    return judgement


def require_grantable(session: Session, actor: Actor, application: Application, judgement: Judgement) -> None:
    """Refuse a case that the rules no longer allow, with the amount decided, the paying union known and people locked.

    Raises:
        CapExceeded: only the room was taken meanwhile. NotEligible, Invalid, or what the programme refuses with.
        StateForbids: the edition asks for a notice that was not posted.
    """
    answer = judgement.assessment
    unmet = {finding.code for finding in answer.unmet}
    if unmet and unmet <= _TAKEN_MEANWHILE:
        room = answer.entitlement.amount_max if answer.entitlement else Decimal(0)
        raise CapExceeded(available=f"{room:.2f}")
    if answer.outcome != "eligible":
        raise NotEligible(answer.findings, outcome=answer.outcome)
    require_payable(session, application, answer)
    consequence = consequence_of(application.programme)
    consequence.require(session, actor, application, judgement)
    if application.state != State.ON_NOTICE and consequence.notice_days(session, application, judgement):
        raise StateForbids(state=application.state, act="approve")


def sign_approval(
    session: Session,
    actor: Actor,
    decided: Sequence[Decided],
    fund: Fund,
    *,
    enough: bool,
    note: str | None,
    minutes: str | None,
) -> None:
    """One reviewer approves cases; with `enough` of them, money and awards are reserved and payments made.

    Raises:
        FundExhausted: the fund has less than all of them together ask; none is approved.
        Invalid: the fund's purse may not pay for one of them.
    """
    require_purse(fund, {booked_to(each.judgement.assessment) for each in decided}, actor.today)
    keep(session, [(each.application, each.judgement) for each in decided])
    moves = []
    for each in decided:
        each.application.fund_id, each.application.approved_amount = fund.id, each.amount
        waiting = State.ON_NOTICE if each.application.state == State.ON_NOTICE else State.UNDER_REVIEW
        to = State.APPROVED if enough else waiting
        moves.append(workflow.Move(each.application, to, note, each.amount, minutes))
    workflow.advance_all(session, actor, "approve", moves)
    if enough:
        grant(session, decided, fund.id, paid_later=_paid_later(session, decided))
        for each in decided:
            consequence_of(each.application.programme).approved(session, actor, each.application, each.judgement)


def give_back(session: Session, actor: Actor, application: Application, reason: str) -> Application:
    """Return a case to its officer: decisions are void, reservations are released, unsent payments cancelled."""
    actor = decider(session, actor, application, "return")
    if application.state == State.APPROVED:
        consequence_of(application.programme).taken_back(session, actor, application)
        take_back(session, [application])
    close_notice(session, actor, application)
    workflow.advance(session, actor, application, "return", State.RETURNED, note=reason)
    return application


def reject(session: Session, actor: Actor, application: Application, reason: str) -> Application:
    """Reject a case; the officer may appeal."""
    actor = decider(session, actor, application, "reject")
    close_notice(session, actor, application)
    consequence_of(application.programme).ended(session, actor, application)
    workflow.advance(session, actor, application, "reject", State.REJECTED, note=reason)
    return application


def withdraw(session: Session, actor: Actor, application: Application, reason: str) -> Application:
    """Take a case back before it is approved."""
    actor.require("case.file", application.unit.path)
    workflow.require(application, "withdraw")
    require_duty(session, actor, [application.id], "filed")
    close_notice(session, actor, application)
    consequence_of(application.programme).ended(session, actor, application)
    workflow.advance(session, actor, application, "withdraw", State.WITHDRAWN, note=reason)
    return application


def appeal(session: Session, actor: Actor, application: Application, reason: str) -> Application:
    """Ask for another decision on a rejected case, by another person than before."""
    actor.require("case.file", application.unit.path)
    workflow.require(application, "appeal")
    require_duty(session, actor, [application.id], "filed")
    application.submission += 1
    workflow.advance(session, actor, application, "appeal", State.APPEALED, note=reason)
    return application


def _paid_later(session: Session, decided: Sequence[Decided]) -> set[UUID]:
    """The cases whose payment waits for what their programme settles."""
    cases = [each.application for each in decided]
    return {case.id for case in cases if consequence_of(case.programme).paid_later(session, case)}
