"""What an approval sets in motion and a return takes back: the award, the fund's reservation, the payment."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from benefits.core.errors import StateForbids, invalid
from benefits.money import fund as funds
from benefits.money.disbursement import make_disbursement
from benefits.money.entitlement import reserve_award, settle_awards
from benefits.money.payee import open_payee
from benefits.rules.answer import Assessment
from models.application import Application
from models.membership import Membership
from models.money import Disbursement
from models.vocabulary import DisbursementState, EntitlementState


def require_payable(session: Session, application: Application, answer: Assessment) -> None:
    """Refuse a case that could be approved but not paid: money without an account, goods paid to the member.

    Raises:
        Invalid: `payee_missing`, or `goods_paid_to_member` (goods are bought; the member is never paid for them,
            总工办发〔2017〕32号).
    """
    if _is_money(answer):
        if application.payee_cipher is None:
            raise invalid("/payee", "payee_missing")
    elif application.payee_named:
        member = session.get_one(Membership, application.membership_id)
        if application.payee_hash == member.account_hash or application.payee_holder == member.name:
            raise invalid("/payee", "goods_paid_to_member")


def grant(session: Session, application: Application, answer: Assessment, amount: Decimal) -> None:
    """Reserve award and fund, and make the payment: to the payee for money, to a named supplier for goods.

    Goods without a supplier are no payment by bank; they are handed out and signed for.
    """
    if answer.key is None or application.fund_id is None:
        raise StateForbids(state=application.state, act="approve")
    require_payable(session, application, answer)
    reserve_award(session, application, answer.key, amount)
    funds.reserve(session, application.fund_id, amount)
    if application.payee_cipher is not None and (_is_money(answer) or application.payee_named):
        payee = open_payee(session, application.person_id, application.id, application.payee_cipher)
        make_disbursement(session, application, fund_id=application.fund_id, amount=amount, payee=payee)


def take_back(session: Session, application: Application) -> None:
    """Undo an approval none of whose payments has entered a batch.

    Raises:
        StateForbids: one has.
    """
    payments = session.scalars(
        select(Disbursement)
        .where(Disbursement.application_id == application.id)
        .order_by(Disbursement.id)
        .execution_options(populate_existing=True)
    ).all()
    unsent = {DisbursementState.RESERVED, DisbursementState.CANCELLED}
    sent = [payment.state for payment in payments if payment.state not in unsent]
    if sent:
        raise StateForbids(state=sent[0], act="return")
    if application.fund_id is None or application.approved_amount is None:
        raise StateForbids(state=application.state, act="return")
    settle_awards(session, [application.id], EntitlementState.RELEASED)
    funds.release(session, application.fund_id, application.approved_amount)
    session.execute(
        update(Disbursement)
        .where(Disbursement.application_id == application.id, Disbursement.state == DisbursementState.RESERVED)
        .values(state=DisbursementState.CANCELLED)
    )


def _is_money(answer: Assessment) -> bool:
    return answer.entitlement is not None and answer.entitlement.form == "money"
