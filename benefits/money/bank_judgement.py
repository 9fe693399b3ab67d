"""Rows of a bank's answer held against the books: what is new, known, contradicting, or not ours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from sqlalchemy import select, union
from sqlalchemy.orm import Session

from benefits.core.actor import Actor
from benefits.intake.row import Checked, Finding
from benefits.money.bank_answer import BankAnswer
from models.money import BankResult, Disbursement, Fund, PaymentBatch
from models.secrecy import secrecy
from models.unit import Unit
from models.vocabulary import BankOutcome, BatchState, DisbursementState, Severity

STATE_OF = {
    BankOutcome.PAID: DisbursementState.PAID,
    BankOutcome.RETURNED: DisbursementState.RETURNED,
    BankOutcome.UNKNOWN: DisbursementState.UNKNOWN,
}
# What the bank last said of a payment that the union has since taken back, or given up.
_SAID = {DisbursementState.REVERSED: DisbursementState.PAID, DisbursementState.CANCELLED: DisbursementState.RETURNED}
Verdict = Literal["book", "known", "evidence", "refused"]


@dataclass(frozen=True)
class Judged:
    """One row held against the books: what is to be done with it, and why not."""

    row: int
    verdict: Verdict
    answer: BankAnswer | None
    payment: Disbursement | None
    findings: tuple[Finding, ...]


def judge(session: Session, actor: Actor, checked: Sequence[Checked[BankAnswer]]) -> list[Judged]:
    """Hold checked rows against the books.

    Codes beside those of the check: `batch_unknown`, `batch_not_released`, `serial_unknown`, `account_mismatch`,
    `amount_mismatch`, `bank_serial_used` (errors); `contradicts_booked`, `resolution_needed` (warnings: the answer is
    kept, the books stay as they are until finance resolves it).
    """
    answers = [each.parsed for each in checked if each.parsed is not None]
    batches = released_batches(session, actor, {answer.batch_number for answer in answers})
    payments = _payments(session, [batch.id for batch in batches.values()])
    used = used_serials(session, {answer.bank_serial for answer in answers if answer.bank_serial})
    return [_judge(session, each, batches, payments, used) for each in checked]


def released_batches(session: Session, actor: Actor, numbers: set[str]) -> dict[str, PaymentBatch]:
    """The batches of these numbers whose results the actor may bring, by number."""
    rows = session.execute(
        select(PaymentBatch, Unit.path)
        .join(Fund, Fund.id == PaymentBatch.fund_id)
        .join(Unit, Unit.id == Fund.unit_id)
        .where(PaymentBatch.number.in_(numbers))
    )
    return {batch.number: batch for batch, path in rows if actor.may("import.bank_result", path)}


def _payments(session: Session, batches: list[UUID]) -> dict[tuple[UUID, int], Disbursement]:
    found = session.scalars(
        select(Disbursement).where(Disbursement.batch_id.in_(batches)).execution_options(populate_existing=True)
    )
    return {(payment.batch_id, payment.serial): payment for payment in found if payment.batch_id and payment.serial}


def used_serials(session: Session, serials: set[str]) -> dict[str, UUID]:
    """Whose these bank serials are: of payments as they stand, and of what was ever booked for one."""
    booked = BankResult.booked | (BankResult.settled_as == BankResult.outcome)
    rows = session.execute(
        union(
            select(Disbursement.bank_serial, Disbursement.id).where(Disbursement.bank_serial.in_(serials)),
            select(BankResult.bank_serial, BankResult.disbursement_id).where(
                BankResult.bank_serial.in_(serials), booked
            ),
        )
    )
    return {serial: payment_id for serial, payment_id in rows if serial}


def _judge(
    session: Session,
    each: Checked[BankAnswer],
    batches: dict[str, PaymentBatch],
    payments: dict[tuple[UUID, int], Disbursement],
    used: dict[str, UUID],
) -> Judged:
    answer = each.parsed
    if answer is None:
        return Judged(each.row, "refused", None, None, each.findings)

    def refused(column: str, code: str) -> Judged:
        return Judged(each.row, "refused", answer, None, (*each.findings, Finding(each.row, column, code)))

    batch = batches.get(answer.batch_number)
    if batch is None:
        return refused("批次号", "batch_unknown")
    if batch.state not in {BatchState.RELEASED, BatchState.SETTLED}:
        return refused("批次号", "batch_not_released")
    payment = payments.get((batch.id, answer.serial))
    if payment is None:
        return refused("序号", "serial_unknown")
    account = answer.account_number
    if account is not None and secrecy(session).index("account", account) != payment.payee_hash:
        return refused("账号", "account_mismatch")
    if answer.amount is not None and answer.amount != payment.amount:
        return refused("金额", "amount_mismatch")
    if answer.bank_serial and used.setdefault(answer.bank_serial, payment.id) != payment.id:
        return refused("银行流水号", "bank_serial_used")
    return _against_state(each, answer, payment)


def _against_state(each: Checked[BankAnswer], answer: BankAnswer, payment: Disbursement) -> Judged:
    if payment.state == DisbursementState.RELEASED:
        return Judged(each.row, "book", answer, payment, each.findings)
    state = DisbursementState(payment.state)
    same = _SAID.get(state, state) == STATE_OF[answer.outcome]
    if same and (answer.outcome == BankOutcome.UNKNOWN or payment.bank_serial == answer.bank_serial):
        return Judged(each.row, "known", answer, payment, each.findings)
    code = "resolution_needed" if payment.state == DisbursementState.UNKNOWN else "contradicts_booked"
    warning = Finding(each.row, "状态", code, Severity.WARNING, {"state": payment.state})
    return Judged(each.row, "evidence", answer, payment, (*each.findings, warning))
