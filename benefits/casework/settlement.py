"""What was given in kind to one member, booked by finance against its invoice: once, for what it came to."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from benefits.casework import workflow
from benefits.casework.consequence import consequence_of
from benefits.casework.grant import require_unsettled
from benefits.core.actor import Actor
from benefits.core.errors import StateForbids, invalid
from benefits.money import fund as funds
from benefits.money.duty import require_duty
from benefits.money.entitlement import correct_award, settle_awards
from benefits.money.ledger.booking import book_issue
from models.application import Application
from models.money import Disbursement
from models.vocabulary import ApplicationState, EntitlementState


def settle(session: Session, actor: Actor, application: Application, *, invoice: str, amount: Decimal) -> Application:
    """Book an approved gift, cover or service that no bank payment and no roster settles; the rest is released.

    Raises:
        StateForbids: not approved, on a roster, paid by the bank, settled already, or not given yet.
        Invalid: nothing, or more than was approved. NotPermitted: finance of the fund's unit is asked.
        OwnCase, DutyConflict: the actor filed or decided it.
    """
    workflow.require(application, "settle")
    if application.fund_id is None or application.approved_amount is None:
        raise StateForbids(state=application.state, act="settle")
    require_duty(session, actor, [application.id], "payment_approved")
    require_unsettled(session, [application], "settle")
    _require_given(session, application)
    if not 0 < amount <= application.approved_amount:
        raise invalid("/amount", "above_approved", approved=f"{application.approved_amount:.2f}")
    fund = funds.kept_fund(session, actor, application.fund_id)
    funds.spend_reserved(session, fund.id, amount)
    funds.release(session, fund.id, application.approved_amount - amount)
    correct_award(session, application.id, amount)
    settle_awards(session, [application.id], EntitlementState.GRANTED)
    workflow.advance(
        session, actor, application, "settle", ApplicationState(application.state), note=invoice, amount=amount
    )
    application.approved_amount = amount
    session.flush()
    book_issue(session, actor, fund.id, {application.id: amount}, invoice)
    return application


def _require_given(session: Session, application: Application) -> None:
    """Refuse what the bank pays, what its programme settles itself, and what was not given yet."""
    programme = consequence_of(application.programme)
    paid = select(func.count()).select_from(Disbursement).where(Disbursement.application_id == application.id)
    if session.scalars(paid).one() or programme.paid_later(session, application):
        raise StateForbids(state="paid_otherwise", act="settle")
    if not programme.given(session, application):
        raise StateForbids(state="not_given", act="settle")
