"""The decision on a roster: approved line by line under one fund, returned, or given up before that."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from benefits.casework import workflow
from benefits.casework.assessment import assess_cases, assess_freely
from benefits.casework.band import completes
from benefits.casework.consequence import consequence_of
from benefits.casework.decision import require_grantable, sign_approval
from benefits.casework.grant import Decided, take_back
from benefits.casework.policy_book import edition_on
from benefits.casework.roster import stages
from benefits.casework.roster.leaving_out import Judged, end_cases, leave_out, part
from benefits.casework.roster.shelf import Carried, carried
from benefits.casework.roster.stock import require_none_drawn
from benefits.core.actor import Actor
from benefits.core.errors import DutyConflict, NotEligible, StateForbids, invalid
from benefits.core.money import NOTHING
from benefits.money.duty import require_duty
from benefits.money.fund import continues, paying_fund
from models.application import Act, Application
from models.money import Fund
from models.roster import Roster
from models.roster_vocabulary import RosterLineState, RosterState
from models.vocabulary import ApplicationState


def approve(
    session: Session, actor: Actor, roster: Roster, *, fund_id: UUID, note: str | None, minutes: str | None = None
) -> Roster:
    """Approve a frozen roster: each line is judged again under the lock on its person, with the paying union known.

    A line whose room was taken meanwhile is left out; the fund is reserved once for all that pass. How many different
    reviewers are needed follows the edition's bands on the roster's total.

    Raises:
        FundExhausted: the fund has less than the total; nothing is approved. NotEligible: the rules forbid the paying
            union, for all. StateForbids: not frozen, or without lines. Invalid: no such fund, or not the first
            reviewer's, or no minutes. LevelTooLow, DutyConflict, OwnCase, NotPermitted, BeyondDelegation.
    """
    actor, lines = _for_decision(session, actor, roster, "approve")
    fund = paying_fund(session, actor, fund_id, roster.unit.path)
    if not continues(session, fund, roster.fund_id):
        raise invalid("/fund_id", "differs_from_first_review")
    earlier = _approvals_so_far(session, lines)
    if any(not actor.persons.isdisjoint({by.person_id, by.on_behalf_of}) for by in earlier):
        raise DutyConflict(roster_id=roster.id, held="decided", wanted="second_review")
    _require_payer(session, roster, fund)
    judgements = assess_cases(session, [each.case for each in lines], payer_kind=fund.unit.union_kind)
    going, out = part(session, actor, lines, judgements, require_grantable)
    leave_out(session, actor, out, "reject")
    roster.touched_at = actor.at
    if going:
        _sign(session, actor, roster, fund, going, earlier=earlier, note=note, minutes=minutes)
    session.flush()
    return roster


def _sign(
    session: Session,
    actor: Actor,
    roster: Roster,
    fund: Fund,
    going: Sequence[Judged],
    *,
    earlier: Sequence[Any],
    note: str | None,
    minutes: str | None,
) -> None:
    decided = [Decided(each.carried.case, each.judgement, each.carried.case.amount or NOTHING) for each in going]
    running = edition_on(session, roster.programme, roster.event_on)
    total = sum((each.amount for each in decided), NOTHING)
    levels = [by.grant_unit_id for by in earlier]
    enough = completes(session, actor, running, total, path=roster.unit.path, earlier=levels, minutes=minutes)
    sign_approval(session, actor, decided, fund, enough=enough, note=note, minutes=minutes)
    roster.fund_id = fund.id
    if enough:
        stages.move(actor, roster, RosterState.APPROVED)


def _for_decision(session: Session, actor: Actor, roster: Roster, act: str) -> tuple[Actor, list[Carried]]:
    """The actor as they sign for a roster's total, and the lines on which they may decide now."""
    lines = carried(session, roster)
    total = sum((each.case.amount or NOTHING for each in lines), NOTHING)
    signing = actor.signing("case.decide", roster.unit.path, total)
    stages.require(roster, act)
    if not lines:
        raise StateForbids(state="no_lines", act=act)
    require_duty(session, signing, [each.case.id for each in lines], "decided")
    return signing, lines


def _approvals_so_far(session: Session, lines: Sequence[Carried]) -> Sequence[Any]:
    """Who has approved these lines since the cut-off: the persons, in whose name, and from which level."""
    return session.execute(
        select(Act.person_id, Act.on_behalf_of, Act.grant_unit_id)
        .join(Application, (Application.id == Act.application_id) & (Application.submission == Act.submission))
        .where(Act.application_id.in_([each.case.id for each in lines]), Act.act == "approve")
        .distinct()
    ).all()


def _require_payer(session: Session, roster: Roster, fund: Fund) -> None:
    """What the rules say of the paying union holds for all: a wrong fund is refused, and leaves nobody out."""
    facts = {**roster.facts, "union_kind": fund.unit.union_kind}
    answer = assess_freely(session, roster.programme, roster.event_on, facts, None).assessment
    if answer.unmet:
        raise NotEligible(answer.unmet, outcome=answer.outcome)


def give_back(session: Session, actor: Actor, roster: Roster, reason: str) -> Roster:
    """Return a roster to its officer: approvals are void, reservations released, unsent payments cancelled.

    Raises:
        StateForbids: something was drawn from stock, handed out or declared unclaimed, or a payment is in a batch.
    """
    actor, lines = _for_decision(session, actor, roster, "return")
    cases = [each.case for each in lines]
    done = [each.line.state for each in lines if each.line.state != RosterLineState.LISTED]
    if done:
        raise StateForbids(state=done[0], act="return")
    if roster.state == RosterState.APPROVED:
        require_none_drawn(session, roster)
        for case in cases:
            consequence_of(case.programme).taken_back(session, actor, case)
        take_back(session, cases)
    moves = [workflow.Move(case, ApplicationState.RETURNED, reason) for case in cases]
    workflow.advance_all(session, actor, "return", moves)
    stages.move(actor, roster, RosterState.DRAWN_UP, reason=reason)
    session.flush()
    return roster


def cancel(session: Session, actor: Actor, roster: Roster, reason: str) -> Roster:
    """An officer gives a roster up before it is approved: its cases are withdrawn."""
    actor.require("case.file", roster.unit.path)
    stages.require(roster, "cancel")
    cases = [each.case for each in carried(session, roster)]
    require_duty(session, actor, [case.id for case in cases], "filed")
    end_cases(session, actor, "withdraw", [workflow.Move(case, ApplicationState.WITHDRAWN, reason) for case in cases])
    stages.move(actor, roster, RosterState.CANCELLED, reason=reason)
    session.flush()
    return roster
