"""Rows of a bank's answer held against the books: what is new, known, contradicting, or not ours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy import select, union
from sqlalchemy.orm import Session

from benefits.core.actor import UNION_ZONE, Actor
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
# A bank's calendar need not be the union's; so long before its release a payment's year was typed wrongly.
_TYPED_WRONGLY = timedelta(days=31)
Verdict = Literal["book", "known", "evidence", "refused"]


@dataclass(frozen=True)
class Judged:
    """One row held against the books: what is to be done with it, and why not."""

    row: int
    verdict: Verdict
    answer: BankAnswer | None
    payment: Disbursement | None
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class _Books:
    """What answers are held against: batches by number, their payments by serial, whose the bank serials are.

    `closed`: the lines of the bank that are booked or settled; `today` is the union's.
    """

    batches: dict[str, PaymentBatch]
    payments: dict[tuple[UUID, int], Disbursement]
    used: dict[str, UUID]
    closed: frozenset[tuple[UUID, str, str | None, date]]
    today: date


def judge(session: Session, actor: Actor, checked: Sequence[Checked[BankAnswer]]) -> list[Judged]:
    """Hold checked rows against the books.

    Codes beside those of the check: `batch_unknown`, `batch_not_released`, `serial_unknown`, `account_mismatch`,
    `amount_mismatch`, `bank_serial_used`, `in_the_future` (errors); `before_release` (a warning);
    `contradicts_booked`, `resolution_needed` (warnings: the answer is kept, the books stay as they are until finance
    resolves it).
    """
    answers = [each.parsed for each in checked if each.parsed is not None]
    batches = released_batches(session, actor, {answer.batch_number for answer in answers})
    ids = [batch.id for batch in batches.values()]
    books = _Books(
        batches,
        _payments(session, ids),
        used_serials(session, {answer.bank_serial for answer in answers if answer.bank_serial}),
        _closed_lines(session, ids),
        actor.today,
    )
    return [_judge(session, each, books) for each in checked]


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


def _closed_lines(session: Session, batches: list[UUID]) -> frozenset[tuple[UUID, str, str | None, date]]:
    """The lines of these batches that are booked, or that finance has settled."""
    lines = select(BankResult.disbursement_id, BankResult.outcome, BankResult.bank_serial, BankResult.answered_on)
    closed = BankResult.booked | BankResult.settled_at.is_not(None)
    rows = session.execute(lines.where(BankResult.batch_id.in_(batches), closed))
    return frozenset((row[0], row[1], row[2], row[3]) for row in rows)


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


def _judge(session: Session, each: Checked[BankAnswer], books: _Books) -> Judged:
    answer = each.parsed
    if answer is None:
        return Judged(each.row, "refused", None, None, each.findings)

    def refused(column: str, code: str) -> Judged:
        return Judged(each.row, "refused", answer, None, (*each.findings, Finding(each.row, column, code)))

    batch = books.batches.get(answer.batch_number)
    if batch is None:
        return refused("批次号", "batch_unknown")
    if batch.state not in {BatchState.RELEASED, BatchState.SETTLED} or batch.released_at is None:
        return refused("批次号", "batch_not_released")
    payment = books.payments.get((batch.id, answer.serial))
    if payment is None:
        return refused("序号", "serial_unknown")
    misfit = _misfit(session, answer, payment, books)
    if misfit is not None:
        return refused(*misfit)
    released_on = batch.released_at.astimezone(UNION_ZONE).date()
    if answer.answered_on < released_on - _TYPED_WRONGLY:
        early = Finding(each.row, "日期", "before_release", Severity.WARNING, {"released_on": released_on.isoformat()})
        each = replace(each, findings=(*each.findings, early))
    return _against_state(each, answer, payment, books)


def _misfit(session: Session, answer: BankAnswer, payment: Disbursement, books: _Books) -> tuple[str, str] | None:
    """The column and code of what keeps an answer from being this payment's."""
    account = answer.account_number
    if account is not None and secrecy(session).index("account", account) != payment.payee_hash:
        return "账号", "account_mismatch"
    if answer.amount is not None and answer.amount != payment.amount:
        return "金额", "amount_mismatch"
    if answer.answered_on > books.today:
        return "日期", "in_the_future"
    if answer.bank_serial and books.used.setdefault(answer.bank_serial, payment.id) != payment.id:
        return "银行流水号", "bank_serial_used"
    return None


def _against_state(each: Checked[BankAnswer], answer: BankAnswer, payment: Disbursement, books: _Books) -> Judged:
    if payment.state == DisbursementState.RELEASED:
        return Judged(each.row, "book", answer, payment, each.findings)
    state = DisbursementState(payment.state)
    same = _SAID.get(state, state) == STATE_OF[answer.outcome]
    again = (payment.id, answer.outcome, answer.bank_serial, answer.answered_on) in books.closed
    if again or (same and (answer.outcome == BankOutcome.UNKNOWN or payment.bank_serial == answer.bank_serial)):
        return Judged(each.row, "known", answer, payment, each.findings)
    code = "resolution_needed" if payment.state == DisbursementState.UNKNOWN else "contradicts_booked"
    warning = Finding(each.row, "状态", code, Severity.WARNING, {"state": payment.state})
    return Judged(each.row, "evidence", answer, payment, (*each.findings, warning))
