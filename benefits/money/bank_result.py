"""Booking what a bank answered: once, in one direction; what contradicts is kept as evidence for finance."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from benefits.core.actor import Actor
from benefits.core.errors import AlreadyExists, StateForbids
from benefits.core.money import NOTHING
from benefits.intake.row import Checked
from benefits.money import fund as funds
from benefits.money.bank_answer import BankAnswer
from benefits.money.bank_judgement import STATE_OF, Judged, judge, released_batches
from benefits.money.batch import cases_of
from benefits.money.disbursement import touch_cases
from benefits.money.duty import require_duty
from benefits.money.entitlement import settle_awards
from benefits.money.trail import keep_acts
from models.money import BankResult, Disbursement, Fund, PaymentBatch
from models.unit import Unit
from models.vocabulary import BankOutcome, BatchState, DisbursementState, EntitlementState


def book(
    session: Session, actor: Actor, checked: Sequence[Checked[BankAnswer]], import_id: UUID | None
) -> list[Judged]:
    """Judge rows and book them in this transaction: the same file again changes nothing.

    Locks in the house's order: the cases, the funds, then the payments.
    """
    batches = released_batches(session, actor, {each.parsed.batch_number for each in checked if each.parsed})
    cases = [case for batch in batches.values() for case in cases_of(session, batch.id)]
    touch_cases(session, actor, cases)
    for fund_id in sorted({batch.fund_id for batch in batches.values()}):
        funds.lock_fund(session, actor, fund_id)
    session.execute(
        select(Disbursement.id)
        .where(Disbursement.batch_id.in_([batch.id for batch in batches.values()]))
        .order_by(Disbursement.id)
        .with_for_update(key_share=True)
    )
    judged = judge(session, actor, checked)
    units = {batch.id: batch.unit_id for batch in batches.values()}
    for each in judged:
        if each.answer and each.payment and each.verdict in {"book", "evidence"}:
            _keep(session, actor, each.answer, each.payment, units, import_id, booked=each.verdict == "book")
    _settle(session, [(each.payment, each.answer) for each in judged if each.verdict == "book"])  # type: ignore[misc]
    for batch in batches.values():
        close_if_settled(session, batch)
    session.flush()
    return judged


def _keep(
    session: Session,
    actor: Actor,
    answer: BankAnswer,
    payment: Disbursement,
    units: dict[UUID, UUID],
    import_id: UUID | None,
    *,
    booked: bool,
) -> None:
    if not payment.batch_id:
        return
    there = session.scalar(
        select(BankResult.id).where(
            BankResult.disbursement_id == payment.id,
            BankResult.outcome == answer.outcome,
            BankResult.bank_serial.is_not_distinct_from(answer.bank_serial),
            BankResult.answered_on == answer.answered_on,
        )
    )
    if there is None:
        session.add(
            BankResult(
                disbursement_id=payment.id,
                batch_id=payment.batch_id,
                unit_id=units[payment.batch_id],
                outcome=answer.outcome,
                reason=answer.reason,
                bank_serial=answer.bank_serial,
                answered_on=answer.answered_on,
                booked=booked,
                given_by=actor.account_id,
                import_id=import_id,
            )
        )


def _settle(session: Session, outcomes: Sequence[tuple[Disbursement, BankAnswer]]) -> None:
    """Move the payments, their funds and awards as the bank's answers say."""
    spent: defaultdict[UUID, list[Disbursement]] = defaultdict(list)
    back: defaultdict[UUID, list[Disbursement]] = defaultdict(list)
    for payment, answer in outcomes:
        move_payment(payment, answer.outcome, answer.reason, answer.bank_serial, answer.answered_on)
        if answer.outcome == BankOutcome.PAID:
            spent[payment.fund_id].append(payment)
        elif answer.outcome == BankOutcome.RETURNED:
            back[payment.fund_id].append(payment)
    session.flush()
    for fund_id, paid in sorted(spent.items()):
        funds.spend(session, fund_id, sum((payment.amount for payment in paid), NOTHING))
        settle_awards(session, [payment.application_id for payment in paid], EntitlementState.GRANTED)
    for fund_id, returned in sorted(back.items()):
        funds.uncommit(session, fund_id, sum((payment.amount for payment in returned), NOTHING))


def move_payment(
    payment: Disbursement, outcome: BankOutcome, reason: str | None, bank_serial: str | None, day: date
) -> None:
    """Write an outcome on a payment."""
    payment.state = STATE_OF[outcome]
    payment.bank_reason = reason
    payment.bank_serial = bank_serial
    payment.settled_on = None if outcome == BankOutcome.UNKNOWN else day


def resolve(
    session: Session,
    actor: Actor,
    payment: Disbursement,
    *,
    outcome: BankOutcome,
    reason: str,
    bank_serial: str | None,
    on: date,
) -> Disbursement:
    """Finance settles an `unknown` payment by what the bank's statement shows; it is never sent again by itself.

    Raises:
        StateForbids: it is not unknown. DutyConflict: by one who approved or released it. AlreadyExists: the bank
        serial belongs to another payment.
    """
    owner = select(Unit.path).join(Fund, Fund.unit_id == Unit.id).where(Fund.id == payment.fund_id)
    actor.require("payment.resolve", session.scalars(owner).one())
    require_duty(session, actor, [payment.application_id], "resolved")
    if payment.state != DisbursementState.UNKNOWN or payment.batch_id is None:
        raise StateForbids(state=payment.state, act="resolve")
    taken = select(Disbursement.id).where(Disbursement.bank_serial == bank_serial, Disbursement.id != payment.id)
    if bank_serial and session.scalar(taken) is not None:
        raise AlreadyExists(bank_serial=bank_serial)
    answer = BankAnswer("", 0, "", payment.amount, outcome, reason, bank_serial, on)
    _settle(session, [(payment, answer)])
    batch = session.get_one(PaymentBatch, payment.batch_id)
    _keep(session, actor, answer, payment, {batch.id: batch.unit_id}, None, booked=True)
    keep_acts(session, actor, [payment], "resolve", "resolved", seen=payment.payee_hash, note=reason)
    close_if_settled(session, batch)
    session.flush()
    return payment


def close_if_settled(session: Session, batch: PaymentBatch) -> None:
    """A released batch none of whose payments waits for the bank any more is settled."""
    session.flush()
    waiting = session.scalars(
        select(func.count())
        .select_from(Disbursement)
        .where(
            Disbursement.batch_id == batch.id,
            Disbursement.state.in_([DisbursementState.RELEASED, DisbursementState.UNKNOWN]),
        )
    ).one()
    if waiting == 0 and batch.state == BatchState.RELEASED:
        batch.state = BatchState.SETTLED
