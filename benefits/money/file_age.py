"""What went to the bank and what it answered grow old: files and their keys are destroyed, digests and totals stay."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import Date, cast, func, or_, select
from sqlalchemy.orm import Session, undefer

from benefits.core.actor import UNION_ZONE
from benefits.core.retention import keep_until, kept_years
from benefits.jobs.work import Work
from benefits.record.restored import is_restored
from benefits.record.writer import write_entry
from models.money import Disbursement, PaymentBatch
from models.vocabulary import BatchState, DisbursementState

KIND = "destroy_bank_files"
_OVER = (BatchState.SETTLED, BatchState.CANCELLED)
_UNANSWERED = (DisbursementState.RELEASED, DisbursementState.UNKNOWN)


def destroy_bank_files(work: Work) -> None:
    """Destroy what need not be kept: frozen files as annexes of vouchers, the bank's answers as its statements.

    Nothing goes while a restored backup is not put right, nor what a legal hold or open audit work needs; a later day
    takes it. Killed on the way, the rest is done later.

    Source: 《会计档案管理办法》（令第79号）附表.
    """
    with work.own_transaction() as (session, at):
        due, held = ([], 0) if is_restored(session) else _due(session, at.astimezone(UNION_ZONE).date())
    for number, (batch_id, arose_on) in enumerate(due, 1):
        with work.own_transaction() as (session, at):
            _destroy(session, batch_id, arose_on, at)
        work.step(number, len(due))
    with work.own_transaction() as (session, at):
        answers = 0 if is_restored(session) else _forget_answers(session, work, at)
        work.finish(session, {"batches": len(due), "held": held, "answers": answers})


def _due(session: Session, today: date) -> tuple[list[tuple[UUID, date]], int]:
    """The batches whose files' years are over, each with the day from which they count; and how many are held."""
    years = kept_years("voucher")
    if years is None:
        return [], 0
    until = date(today.year - years, 1, 1)
    built_on = cast(func.timezone(str(UNION_ZONE), PaymentBatch.created_at), Date)
    arose_on = func.greatest(built_on, func.max(Disbursement.settled_on))
    needed = or_(
        Disbursement.state.in_(_UNANSWERED), func.case_held(Disbursement.application_id, Disbursement.person_id)
    )
    found = session.execute(
        select(PaymentBatch.id, arose_on, func.coalesce(func.bool_or(needed), False))
        .outerjoin(Disbursement, Disbursement.batch_id == PaymentBatch.id)
        .where(PaymentBatch.destroyed_at.is_(None), PaymentBatch.state.in_(_OVER), built_on < until)
        .group_by(PaymentBatch.id)
        .having(arose_on < until)
        .order_by(PaymentBatch.id)
    ).all()
    return [(batch_id, arose) for batch_id, arose, held in found if not held], sum(held for *_, held in found)


def _destroy(session: Session, batch_id: UUID, arose_on: date, at: datetime) -> None:
    batch = session.scalars(
        select(PaymentBatch).where(PaymentBatch.id == batch_id).options(undefer(PaymentBatch.file)).with_for_update()
    ).one()
    if batch.destroyed_at is not None:
        return
    batch.key_wrapped = batch.file = None
    batch.destroyed_at = at
    write_entry(
        session,
        kind="deletion",
        action=KIND,
        table="payment_batch",
        row=batch.id,
        unit_id=batch.unit_id,
        data={
            "digest": batch.file_digest.hex(),
            "payments": batch.payments,
            "total": f"{batch.total:.2f}",
            "kept_until": keep_until("voucher", arose_on),
        },
    )


def _forget_answers(session: Session, work: Work, at: datetime) -> int:
    years = kept_years("bank_statement")
    if years is None:
        return 0
    before = datetime(at.astimezone(UNION_ZONE).year - years, 1, 1, tzinfo=UNION_ZONE) - timedelta(microseconds=1)
    gone = session.scalars(select(func.bank_answers_forget(before))).one()
    if gone:
        data = {"before": before.isoformat(), "files": gone}
        write_entry(
            session, kind="deletion", action=KIND, table="import", row=work.job_id, unit_id=work.unit_id, data=data
        )
    return int(gone)
