"""Settling a leave against its invoices: what the rules let the union bear is paid, the excess is the member's debt."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from benefits.casework import workflow
from benefits.casework.assessment import replay
from benefits.casework.grant import is_paid_by_bank
from benefits.casework.place.life import move, require
from benefits.core.actor import Actor
from benefits.core.errors import StateForbids, invalid
from benefits.core.money import FEN, LARGEST
from benefits.money import fund as funds
from benefits.money.disbursement import make_disbursements
from benefits.money.duty import require_duty
from benefits.money.entitlement import correct_award, settle_awards
from benefits.money.ledger.booking import book_excess, book_issue
from benefits.money.receivable import raise_receivable
from benefits.registry.official_calendar import calendar
from benefits.rules.answer import Assessment
from benefits.rules.assessment import assess
from models.application import Application
from models.money import Fund
from models.place import LeaveSettlement, Place
from models.place_vocabulary import PlaceState
from models.receivable_vocabulary import ReceivableOrigin
from models.vocabulary import ApplicationState, EntitlementState


@dataclass(frozen=True)
class Costs:
    """A participant's part of the operator's invoice, in yuan."""

    invoice: str
    covered: Decimal
    transport: Decimal


def settle(session: Session, actor: Actor, place: Place, costs: Costs) -> Place:
    """Settle one participant, once: finance, neither who filed nor who decided.

    The cap is the edition's day rate by the days attended; the union bears the cost up to it, and never more than was
    approved (statements 34 and 35). What was reserved beyond that is released. A supplier named on the case is paid
    through a disbursement; without one finance books what is reserved as spent, by the invoice. What the cost exceeds
    is owed by the member.

    Raises:
        StateForbids: not returned, or settled already. Invalid: no cost. NotPermitted, OwnCase, DutyConflict.
    """
    require(place, "settle")
    if costs.covered == 0:
        raise invalid("/covered_cost", "out_of_range", least=FEN, most=LARGEST)
    application = session.get_one(Application, place.application_id)
    if application.fund_id is None or application.approved_amount is None:
        raise StateForbids(state=application.state, act="settle")
    fund = funds.kept_fund(session, actor, application.fund_id)
    require_duty(session, actor, [application.id], "payment_approved")
    answer = _judged(session, application, place, costs)
    cost, reimbursable = Decimal(answer.derived["cost"]), Decimal(answer.derived["reimbursable"])
    borne = min(reimbursable, application.approved_amount)
    settlement = LeaveSettlement(
        place_id=place.id,
        application_id=application.id,
        unit_id=place.unit_id,
        invoice=costs.invoice,
        covered_cost=costs.covered,
        transport_cost=costs.transport,
        cap=Decimal(answer.derived["cap"]),
        borne=borne,
        owed=cost - borne,
        settled_by=actor.account_id,
        settled_at=actor.at,
    )
    session.add(settlement)
    move(session, actor, place, "settle", PlaceState.SETTLED)
    funds.release(session, fund.id, application.approved_amount - borne)
    correct_award(session, application.id, borne)
    state = ApplicationState(application.state)
    workflow.advance(session, actor, application, "settle", state, note=costs.invoice, amount=borne)
    application.approved_amount = borne
    _pay(session, actor, application, fund, settlement, by_bank=is_paid_by_bank(application, answer))
    session.flush()
    return place


def _pay(
    session: Session, actor: Actor, application: Application, fund: Fund, settlement: LeaveSettlement, *, by_bank: bool
) -> None:
    """What the union bears goes to the supplier by bank, or is spent by the invoice; the rest the member owes."""
    if by_bank:
        make_disbursements(session, fund.id, [(application, settlement.borne)])
    else:
        funds.spend_reserved(session, fund.id, settlement.borne)
        settle_awards(session, [application.id], EntitlementState.GRANTED)
        book_issue(session, actor, fund.id, {application.id: settlement.borne}, settlement.invoice)
    if settlement.owed:
        raise_receivable(session, actor, application, ReceivableOrigin.LEAVE_EXCESS, settlement.owed)
        book_excess(session, actor, fund.id, settlement.owed, settlement.invoice, advanced=not by_bank)


def settlement_of(session: Session, place: Place) -> LeaveSettlement | None:
    """How a place was settled; None before it is."""
    return session.scalar(select(LeaveSettlement).where(LeaveSettlement.place_id == place.id))


def _judged(session: Session, application: Application, place: Place, costs: Costs) -> Assessment:
    """The rules on which the case was approved, with the costs by the invoices and the days by the sign-in sheet."""
    judgement = replay(session, application)
    if judgement is None or judgement.running is None:
        raise StateForbids(state=application.state, act="settle")
    facts = {
        **judgement.facts,
        "covered_cost": costs.covered,
        "transport_cost": costs.transport,
        "days": place.attended_days,
    }
    return assess(judgement.running.edition, facts, on=application.event_on, calendar=calendar(session))
