"""What the bank left open, or said against the books, settled by finance from the bank's statement: once."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from benefits.core.actor import Actor
from benefits.core.errors import AlreadyExists, AlreadyPaid, StateForbids, invalid
from benefits.core.plain_text import require_plain
from benefits.money import fund as funds
from benefits.money.bank_answer import BankAnswer
from benefits.money.bank_judgement import STATE_OF, used_serials
from benefits.money.bank_result import keep_answers, move, settle
from benefits.money.duty import require_duty
from benefits.money.entitlement import settle_awards
from benefits.money.ledger.booking import book_come_back, book_payments
from benefits.money.trail import keep_acts
from models.ledger import Voucher
from models.money import BankResult, Disbursement, Fund, PaymentBatch
from models.settling_vocabulary import Resolution
from models.unit import Unit
from models.vocabulary import BankOutcome, DisbursementState, EntitlementState


def list_contradictions(
    session: Session, batch: PaymentBatch, *, after: UUID | None, limit: int
) -> list[Row[BankResult, Disbursement]]:
    """Answers of a batch that were kept as evidence, with their payments, as they came; one more than `limit`."""
    query = (
        _evidence()
        .add_columns(Disbursement)
        .join(Disbursement, Disbursement.id == BankResult.disbursement_id)
        .where(BankResult.batch_id == batch.id)
        .order_by(BankResult.id)
        .limit(limit + 1)
    )
    if after is not None:
        query = query.where(BankResult.id > after)
    return list(session.execute(query.execution_options(populate_existing=True)))


def _evidence() -> Select[BankResult]:
    return select(BankResult).where(BankResult.booked.is_(False))


def is_contradicted(session: Session, payment: Disbursement) -> bool:
    """Whether an answer of the bank against what is booked of the payment waits for finance."""
    waiting = _evidence().where(BankResult.disbursement_id == payment.id, BankResult.settled_at.is_(None))
    return session.scalar(waiting.limit(1)) is not None


def resolve(
    session: Session,
    actor: Actor,
    payment: Disbursement,
    *,
    outcome: Resolution,
    reason: str,
    bank_serial: str | None,
    on: date,
) -> Disbursement:
    """Finance settles a payment that is `unknown`, or that an answer contradicts, by what the bank's statement shows.

    It is never sent again by itself. `upheld` lets the booked outcome stand against the answer.

    Raises:
        StateForbids: nothing of it is open, it is booked so already, or of a payment that was reversed or given up
            anything but `upheld`. AlreadyPaid: repaid since it was returned.
        DutyConflict: by one who approved or released it. AlreadyExists: the bank serial belongs to another payment.
        Invalid: paid without the bank's serial of it, a day to come, or a reason that names a person's number.
    """
    owner = select(Unit.path).join(Fund, Fund.unit_id == Unit.id).where(Fund.id == payment.fund_id)
    actor.require("payment.resolve", session.scalars(owner).one())
    require_duty(session, actor, [payment.application_id], "resolved")
    batch = _batch_of(session, payment, outcome)
    if outcome == Resolution.PAID and not bank_serial:
        raise invalid("/bank_serial", "required")
    if on > actor.today:
        raise invalid("/on", "in_the_future")
    require_plain("/reason", reason)
    if bank_serial and used_serials(session, {bank_serial}).get(bank_serial, payment.id) != payment.id:
        raise AlreadyExists(bank_serial=bank_serial)
    keep_acts(session, actor, [payment], "resolve", "resolved", seen=payment.payee_hash, note=reason)
    vouchers: dict[UUID, Voucher] = {}
    if outcome != Resolution.UPHELD:
        answer = BankAnswer("", 0, None, None, BankOutcome(outcome), reason, bank_serial, on)
        if payment.state == DisbursementState.UNKNOWN:
            vouchers = settle(session, actor, [batch], [(payment, answer)])
        else:
            vouchers = {batch.id: _turn(session, actor, payment, answer, batch)}
        keep_answers(session, actor, [(payment, answer)], None, vouchers, posted=tuple(BankOutcome))
    evidence = _settle_evidence(session, actor, payment, outcome, reason)
    for said in evidence:
        if batch.id in vouchers and (said.outcome, said.bank_serial, said.answered_on) == (outcome, bank_serial, on):
            said.voucher_id = vouchers[batch.id].id  # this very answer was booked, and no second row says it
    payment.touched_at = actor.at
    session.flush()
    return payment


def _batch_of(session: Session, payment: Disbursement, outcome: Resolution) -> PaymentBatch:
    """The batch of a payment, something of which is open and may be settled so.

    Raises:
        StateForbids, AlreadyPaid.
    """
    unknown = payment.state == DisbursementState.UNKNOWN
    settles = outcome != Resolution.UPHELD if unknown else payment.state != outcome.value
    ended = payment.state in {DisbursementState.REVERSED, DisbursementState.CANCELLED}
    if ended and outcome != Resolution.UPHELD:
        settles = False  # what comes in for it afterwards is a receipt
    if payment.batch_id is None or not (unknown or is_contradicted(session, payment)) or not settles:
        raise StateForbids(state=payment.state, act="resolve")
    if payment.reversed_amount and outcome == Resolution.RETURNED:
        raise StateForbids(state="partly_reversed", act="resolve")
    if payment.state == DisbursementState.RETURNED and outcome == Resolution.PAID:
        repaid = session.scalar(select(Disbursement.id).where(Disbursement.replaces_id == payment.id))
        if repaid is not None:
            raise AlreadyPaid(disbursement_id=repaid)
    return session.get_one(PaymentBatch, payment.batch_id)


def _turn(session: Session, actor: Actor, payment: Disbursement, answer: BankAnswer, batch: PaymentBatch) -> Voucher:
    """Book a payment the other way round: paid after all, or its money came back after the bank had paid it."""
    move(session, [(payment, answer)])
    if payment.state == STATE_OF[BankOutcome.PAID]:
        funds.spend_reserved(session, payment.fund_id, payment.amount)
        settle_awards(session, [payment.application_id], EntitlementState.GRANTED)
        return book_payments(session, actor, payment.fund_id, [payment], batch.number)
    funds.take_back(session, payment.fund_id, payment.amount)
    settle_awards(session, [payment.application_id], EntitlementState.RESERVED)
    return book_come_back(session, actor, payment, batch.number)


def _settle_evidence(
    session: Session, actor: Actor, payment: Disbursement, outcome: Resolution, reason: str
) -> list[BankResult]:
    """Write on every open answer of the payment how it was settled."""
    found = list(
        session.scalars(_evidence().where(BankResult.disbursement_id == payment.id, BankResult.settled_at.is_(None)))
    )
    for answer in found:
        answer.settled_as, answer.settled_note = outcome, reason
        answer.settled_by, answer.settled_at = actor.account_id, actor.at
    return found
