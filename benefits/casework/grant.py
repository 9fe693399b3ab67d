"""What an approval sets in motion and a return takes back: the award, the fund's reservation, the payment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from benefits.casework.assessment import Judgement
from benefits.core.errors import StateForbids, invalid
from benefits.core.money import NOTHING
from benefits.money import fund as funds
from benefits.money.disbursement import make_disbursements
from benefits.money.entitlement import Reservation, reserve_awards, settle_awards
from benefits.rules.answer import Assessment
from models.application import Act, Application
from models.membership import Membership
from models.money import Disbursement
from models.vocabulary import ApplicationState, DisbursementState, EntitlementState


def require_payable(session: Session, application: Application, answer: Assessment) -> None:
    """Refuse a case that could be approved but not paid: money without an account, goods paid to the member.

    Raises:
        Invalid: `payee_missing`, or `goods_paid_to_member` (goods are bought; the member is never paid for them,
            总工办发〔2017〕32号).
    """
    if is_money(answer):
        if application.payee_cipher is None:
            raise invalid("/payee", "payee_missing")
    elif application.payee_named:
        member = session.get_one(Membership, application.membership_id)
        if application.payee_hash == member.account_hash or application.payee_holder == member.name:
            raise invalid("/payee", "goods_paid_to_member")


@dataclass(frozen=True)
class Decided:
    """A case that is approved: by which judgement, and for how many yuan."""

    application: Application
    judgement: Judgement
    amount: Decimal


def grant(session: Session, decided: Sequence[Decided], fund_id: UUID, *, paid_later: Collection[UUID] = ()) -> None:
    """Reserve awards and fund, and make the payments, except of the cases that are `paid_later`."""
    awards, payments = [], []
    for each in decided:
        application, answer = each.application, each.judgement.assessment
        if answer.key is None:
            raise StateForbids(state=application.state, act="approve")
        awards.append(Reservation(application, answer.key, each.amount, booked_to(answer)))
        if application.id not in paid_later and is_paid_by_bank(application, answer):
            payments.append((application, each.amount))
    reserve_awards(session, awards)
    funds.reserve(session, fund_id, sum((each.amount for each in decided), NOTHING))
    make_disbursements(session, fund_id, payments)


def take_back(session: Session, applications: Sequence[Application]) -> None:
    """Undo the approval of cases none of whose payments has entered a batch, and none of which finance has booked.

    Raises:
        StateForbids: one has, or is not approved.
    """
    ids = [application.id for application in applications]
    for application in applications:
        if application.state != ApplicationState.APPROVED:
            raise StateForbids(state=application.state, act="return")
    unsent = (DisbursementState.RESERVED, DisbursementState.CANCELLED)
    sent = session.scalar(
        select(Disbursement.state)
        .where(Disbursement.application_id.in_(ids), Disbursement.state.not_in(unsent))
        .order_by(Disbursement.id)
        .limit(1)
    )
    if sent is not None:
        raise StateForbids(state=sent, act="return")
    require_unsettled(session, applications, "return")
    reserved: defaultdict[UUID, Decimal] = defaultdict(Decimal)
    for application in applications:
        if application.fund_id is None or application.approved_amount is None:
            raise StateForbids(state=application.state, act="return")
        reserved[application.fund_id] += application.approved_amount
    settle_awards(session, ids, EntitlementState.RELEASED)
    for fund_id, amount in sorted(reserved.items()):
        funds.release(session, fund_id, amount)
    session.execute(
        update(Disbursement)
        .where(Disbursement.application_id.in_(ids), Disbursement.state == DisbursementState.RESERVED)
        .values(state=DisbursementState.CANCELLED)
    )


def require_unsettled(session: Session, applications: Sequence[Application], act: str) -> None:
    """Refuse with StateForbids where finance has booked one of these cases as spent: that money is gone."""
    submissions = {application.id: application.submission for application in applications}
    booked = session.execute(
        select(Act.application_id, Act.submission).where(
            Act.application_id.in_(submissions), Act.act.in_(("settle", "book"))
        )
    )
    if any(submissions[row.application_id] == row.submission for row in booked):
        raise StateForbids(state="settled", act=act)


def is_paid_by_bank(application: Application, answer: Assessment) -> bool:
    """Whether there is an account to pay to: the payee's for money, a named supplier's for goods and services.

    Goods without a supplier are handed out and signed for; a service without one is settled against its invoice.
    """
    return application.payee_cipher is not None and (is_money(answer) or application.payee_named)


def booked_to(answer: Assessment) -> str | None:
    """The semantic key of what the union pays, as the edition's first line for it names it."""
    lines = answer.entitlement.lines if answer.entitlement else ()
    return next((line.code for line in lines if line.payer == "union"), None)


def is_money(answer: Assessment) -> bool:
    """Whether the award is paid to an account."""
    return answer.entitlement is not None and answer.entitlement.form == "money"
