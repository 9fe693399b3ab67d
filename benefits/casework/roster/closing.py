"""Closing a roster: what was given is booked once, what was not fetched goes back."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from benefits.casework import workflow
from benefits.casework.consequence import consequence_of
from benefits.casework.roster import stages
from benefits.casework.roster.shelf import Carried, carried
from benefits.casework.roster.stock import require_reconciled
from benefits.core.actor import Actor
from benefits.core.errors import StateForbids
from benefits.core.money import NOTHING
from benefits.money import fund as funds
from benefits.money.duty import require_duty
from benefits.money.entitlement import settle_awards
from benefits.money.ledger.booking import book_issue
from models.application import Application
from models.money import Disbursement
from models.roster import Roster
from models.roster_vocabulary import RosterLineState, RosterState
from models.together import write_together
from models.vocabulary import UNDONE, ApplicationState, DisbursementState, EntitlementState


def close(session: Session, actor: Actor, roster: Roster) -> Roster:
    """Finance closes an approved roster; who filed or decided one of its lines may not.

    Goods signed for, and what needs no receipt, become spent and granted; what was not fetched is released, and its
    case lapses. Money was booked by the bank's answers; what was taken back or given up has ended already.

    Raises:
        StateForbids: goods neither signed for nor declared unclaimed (statement 18), pieces drawn from stock and
            neither signed for nor put back, or a payment not paid.
        NotPermitted: finance of the fund's unit is asked. OwnCase, DutyConflict.
    """
    stages.require(roster, "close")
    lines = carried(session, roster)
    fund = funds.kept_fund(session, actor, roster.fund_id or UUID(int=0))
    require_duty(session, actor, [each.case.id for each in lines], "payment_approved")
    _require_settled(session, lines)
    require_reconciled(session, roster, lines)
    back = [each.case for each in lines if each.line.state == RosterLineState.UNCLAIMED]
    given = [each for each in lines if each.line.state != RosterLineState.UNCLAIMED and each.case.state not in UNDONE]
    in_kind = [each.case for each in given if each.line.form != "money"]
    funds.spend_reserved(session, fund.id, _sum(in_kind))
    funds.release(session, fund.id, _sum(back))
    settle_awards(session, [case.id for case in in_kind], EntitlementState.GRANTED)
    settle_awards(session, [case.id for case in back], EntitlementState.RELEASED)
    for each in given:
        each.line.state, each.line.touched_at = RosterLineState.ISSUED, actor.at
    write_together(session, [each.line for each in given])
    kept = [workflow.Move(each.case, ApplicationState.APPROVED, amount=each.case.approved_amount) for each in given]
    gone = [workflow.Move(case, ApplicationState.LAPSED, amount=case.approved_amount) for case in back]
    workflow.advance_all(session, actor, "book", kept)
    workflow.advance_all(session, actor, "release_unclaimed", gone)
    stages.move(actor, roster, RosterState.CLOSED)
    session.flush()
    book_issue(session, actor, fund.id, {case.id: case.approved_amount or NOTHING for case in in_kind}, roster.number)
    return roster


def _sum(cases: Sequence[Application]) -> Decimal:
    return sum((case.approved_amount or NOTHING for case in cases), NOTHING)


def _open(session: Session, each: Carried) -> bool:
    """Goods not signed for, a cover whose premium waits, a service not rendered; money is the bank's to settle."""
    if each.line.form in {"goods", "money"}:
        return each.line.form == "goods"
    return not consequence_of(each.case.programme).given(session, each.case)


def _require_settled(session: Session, lines: Sequence[Carried]) -> None:
    open_lines = [
        each.line.serial for each in lines if each.line.state == RosterLineState.LISTED and _open(session, each)
    ]
    if open_lines:
        raise StateForbids(state="lines_open", act="close", open=len(open_lines), first=min(open_lines))
    money = [each.case.id for each in lines if each.line.form == "money" and each.case.state not in UNDONE]
    paid = session.scalars(
        select(func.count(Disbursement.application_id.distinct())).where(
            Disbursement.application_id.in_(money), Disbursement.state == DisbursementState.PAID
        )
    ).one()
    if paid < len(money):
        raise StateForbids(state="payments_open", act="close", open=len(money) - paid)
