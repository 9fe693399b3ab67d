"""Booking what a bank answered: once, in one direction; what contradicts is kept as evidence for finance."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Date, Text, Uuid, cast, func, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from benefits.core.actor import Actor
from benefits.core.money import NOTHING
from benefits.intake.row import Checked
from benefits.money import fund as funds
from benefits.money.bank_answer import BankAnswer
from benefits.money.bank_judgement import STATE_OF, Judged, judge, released_batches
from benefits.money.batch import cases_of
from benefits.money.disbursement import touch_cases
from benefits.money.entitlement import settle_awards
from benefits.money.ledger.booking import book_payments
from models.ledger import Voucher
from models.money import BankResult, Disbursement, PaymentBatch
from models.vocabulary import BankOutcome, BatchState, DisbursementState, EntitlementState

Outcome = tuple[Disbursement, BankAnswer]


def book(
    session: Session, actor: Actor, checked: Sequence[Checked[BankAnswer]], import_id: UUID | None
) -> list[Judged]:
    """Judge rows and book them in this transaction: the same file again changes nothing.

    Locks in the house's order: the cases, the funds, the payments, and last the counter of the vouchers.
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
    booked: list[Outcome] = []
    evidence: list[Outcome] = []
    for each in judged:
        if each.payment and each.answer and each.verdict in {"book", "evidence"}:
            (booked if each.verdict == "book" else evidence).append((each.payment, each.answer))
    vouchers = settle(session, actor, list(batches.values()), booked)
    keep_answers(session, actor, booked, import_id, vouchers)
    keep_answers(session, actor, evidence, import_id, None)
    return judged


def settle(
    session: Session, actor: Actor, batches: Sequence[PaymentBatch], outcomes: Sequence[Outcome]
) -> dict[UUID, Voucher]:
    """Move payments, funds and awards as the bank's answers say, and post what was paid: a voucher for each batch."""
    paid: defaultdict[UUID, list[Disbursement]] = defaultdict(list)
    back: defaultdict[UUID, list[Disbursement]] = defaultdict(list)
    move(session, outcomes)
    for payment, answer in outcomes:
        if payment.batch_id and answer.outcome == BankOutcome.PAID:
            paid[payment.batch_id].append(payment)
        elif payment.batch_id and answer.outcome == BankOutcome.RETURNED:
            back[payment.batch_id].append(payment)
    session.flush()
    for batch in sorted(batches, key=lambda each: each.fund_id):
        if batch.id in paid:
            funds.spend(session, batch.fund_id, _total(paid[batch.id]))
            settle_awards(session, [payment.application_id for payment in paid[batch.id]], EntitlementState.GRANTED)
        if batch.id in back:
            funds.uncommit(session, batch.fund_id, _total(back[batch.id]))
        _close_if_settled(session, batch)
    return {
        batch.id: book_payments(session, actor, batch.fund_id, paid[batch.id], batch.number)
        for batch in sorted(batches, key=lambda each: each.unit_id)
        if batch.id in paid
    }


def _total(payments: Sequence[Disbursement]) -> Decimal:
    return sum((payment.amount for payment in payments), NOTHING)


def move(session: Session, outcomes: Sequence[Outcome]) -> None:
    """Write outcomes on their payments, all in one statement."""
    settled = [
        {
            "state": STATE_OF[answer.outcome].value,
            "bank_reason": answer.reason,
            "bank_serial": answer.bank_serial,
            "settled_on": None if answer.outcome == BankOutcome.UNKNOWN else answer.answered_on,
        }
        for _, answer in outcomes
    ]
    kinds = {"state": Text, "bank_reason": Text, "bank_serial": Text, "settled_on": Date}
    columns: dict[str, ColumnElement[Any]] = {
        name: cast([each[name] for each in settled], ARRAY(kind)) for name, kind in kinds.items()
    }
    columns["id"] = cast([payment.id for payment, _ in outcomes], ARRAY(Uuid))
    said = func.unnest(*columns.values()).table_valued(*columns).render_derived().c
    session.execute(
        update(Disbursement)
        .where(Disbursement.id == said.id)
        .values({name: said[name] for name in kinds})
        .execution_options(synchronize_session=False)
    )
    for (payment, _), values in zip(outcomes, settled, strict=True):
        for name, value in values.items():
            set_committed_value(payment, name, value)


def keep_answers(
    session: Session,
    actor: Actor,
    outcomes: Sequence[Outcome],
    import_id: UUID | None,
    vouchers: Mapping[UUID, Voucher] | None,
    posted: Collection[BankOutcome] = (BankOutcome.PAID,),
) -> None:
    """Keep the bank's own lines, each once; `vouchers` None: as evidence that is not booked.

    A line is the annex of its batch's voucher where its outcome is one of `posted`.
    """
    there = {
        (row.disbursement_id, row.outcome, row.bank_serial, row.answered_on)
        for row in session.scalars(
            select(BankResult).where(BankResult.disbursement_id.in_([payment.id for payment, _ in outcomes]))
        )
    }
    of_batch = select(PaymentBatch.id, PaymentBatch.unit_id).where(
        PaymentBatch.id.in_({payment.batch_id for payment, _ in outcomes})
    )
    units = {row.id: row.unit_id for row in session.execute(of_batch)}
    for payment, answer in outcomes:
        if payment.batch_id is None:
            continue
        if (payment.id, answer.outcome, answer.bank_serial, answer.answered_on) in there:
            continue
        voucher = vouchers.get(payment.batch_id) if vouchers and answer.outcome in posted else None
        session.add(
            BankResult(
                disbursement_id=payment.id,
                batch_id=payment.batch_id,
                unit_id=units[payment.batch_id],
                outcome=answer.outcome,
                reason=answer.reason,
                bank_serial=answer.bank_serial,
                answered_on=answer.answered_on,
                booked=vouchers is not None,
                given_by=actor.account_id,
                import_id=import_id,
                voucher_id=voucher.id if voucher else None,
            )
        )
    session.flush()


def _close_if_settled(session: Session, batch: PaymentBatch) -> None:
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
