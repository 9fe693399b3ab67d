"""Payment batches: built and approved by finance, released by the cashier, frozen as one file for the bank."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import ARRAY, Select, Uuid, cast, func, select, update
from sqlalchemy.orm import Session, contains_eager

from benefits.access.reach import within
from benefits.core.actor import Actor
from benefits.core.errors import Fault, Invalid, NotFound, StateForbids
from benefits.core.money import NOTHING
from benefits.money import fund as funds
from benefits.money.batch_paper import freeze
from benefits.money.batch_payee import require_as_approved
from benefits.money.disbursement import touch_cases
from benefits.money.duty import require_duty
from benefits.money.trail import keep_acts
from models.columns import new_id
from models.money import Disbursement, Fund, PaymentBatch
from models.secrecy import secrecy
from models.unit import Unit
from models.vocabulary import BatchState, DisbursementState

MOST_PAYMENTS = 20_000
_MAY_FOLLOW = {
    "approve": (BatchState.PREPARED,),
    "release": (BatchState.APPROVED,),
    "cancel": (BatchState.PREPARED, BatchState.APPROVED),
}


def _visible(actor: Actor) -> Select[PaymentBatch]:
    return (
        select(PaymentBatch)
        .join(PaymentBatch.fund)
        .join(Fund.unit)
        .options(contains_eager(PaymentBatch.fund).contains_eager(Fund.unit))
        .where(within(actor, "payment.read"))
    )


def find_batch(session: Session, actor: Actor, batch_id: UUID) -> PaymentBatch:
    """A batch that the actor may see; raises NotFound."""
    batch = session.scalar(_visible(actor).where(PaymentBatch.id == batch_id).execution_options(populate_existing=True))
    if batch is None:
        raise NotFound
    return batch


def lock_batch(session: Session, actor: Actor, batch_id: UUID) -> PaymentBatch:
    """The same for an act, locked in the house's order: the cases, the fund, then the batch and its payments."""
    batch = find_batch(session, actor, batch_id)
    touch_cases(session, actor, cases_of(session, batch.id))
    funds.lock_fund(session, actor, batch.fund_id)
    session.execute(select(PaymentBatch.id).where(PaymentBatch.id == batch.id).with_for_update(key_share=True))
    return find_batch(session, actor, batch_id)


def list_batches(
    session: Session, actor: Actor, *, after: UUID | None, limit: int, fund_id: UUID | None, state: str | None
) -> list[PaymentBatch]:
    """Batches in order of creation, one more than `limit` where there are more."""
    query = _visible(actor).order_by(PaymentBatch.id).limit(limit + 1)
    if after is not None:
        query = query.where(PaymentBatch.id > after)
    if fund_id is not None:
        query = query.where(PaymentBatch.fund_id == fund_id)
    if state is not None:
        query = query.where(PaymentBatch.state == state)
    return list(session.scalars(query))


def cases_of(session: Session, batch_id: UUID) -> list[UUID]:
    """The cases that a batch pays."""
    return list(session.scalars(select(Disbursement.application_id).where(Disbursement.batch_id == batch_id)))


def prepare_batch(session: Session, actor: Actor, *, fund_id: UUID, disbursement_ids: Sequence[UUID]) -> PaymentBatch:
    """Freeze reserved payments of one fund into a file; their money becomes committed.

    Raises:
        Invalid: ids that are not there, are twice, or belong to another fund.
        StateForbids: one of them is not `reserved`. NotPermitted: finance of the fund's unit is asked.
    """
    if len(set(disbursement_ids)) < len(disbursement_ids):
        raise Invalid([Fault("/disbursement_ids", "listed_twice")])
    seen = session.execute(
        select(Disbursement.id, Disbursement.application_id)
        .join(Unit, Unit.id == Disbursement.unit_id)
        .where(Disbursement.id.in_(disbursement_ids), within(actor, "payment.read"))
    ).all()
    touch_cases(session, actor, [row.application_id for row in seen])
    try:
        fund = funds.lock_fund(session, actor, fund_id)
    except NotFound:
        raise Invalid([Fault("/fund_id", "fund_unknown")]) from None
    actor.require("payment.batch", fund.unit.path)
    payments = _lock_payments(session, fund_id, disbursement_ids, visible=[row.id for row in seen])
    total = sum((payment.amount for payment in payments), start=NOTHING)
    batch_id = new_id()
    serial_number: int = session.scalars(select(func.nextval("payment_batch_number"))).one()
    number = f"{actor.today:%Y}-{serial_number:06d}"
    frozen = freeze(session, number, payments)
    key, wrapped = secrecy(session).new_key(batch_id)
    batch = PaymentBatch(
        id=batch_id,
        number=number,
        unit_id=fund.unit_id,
        fund_id=fund.id,
        state=BatchState.PREPARED,
        payments=len(payments),
        total=total,
        file_digest=bytes.fromhex(frozen.sha256),
        key_wrapped=wrapped,
        file=secrecy(session).encrypt(key, batch_id, "file", frozen.content),
        prepared_by=actor.account_id,
    )
    session.add(batch)
    session.flush()
    _put_into(session, batch, payments)
    funds.commit_reserved(session, fund.id, total)
    return find_batch(session, actor, batch.id)


def _put_into(session: Session, batch: PaymentBatch, payments: Sequence[Disbursement]) -> None:
    """The payments get the batch's numbers 1, 2, 3 … in this order, in one statement."""
    ids = cast([payment.id for payment in payments], ARRAY(Uuid))
    place = func.unnest(ids).table_valued("id", with_ordinality="serial").render_derived().c
    session.execute(
        update(Disbursement)
        .where(Disbursement.id == place.id)
        .values(state=DisbursementState.BATCHED, batch_id=batch.id, serial=place.serial)
        .execution_options(synchronize_session=False)
    )
    for payment in payments:
        session.expire(payment)


def _lock_payments(
    session: Session, fund_id: UUID, wanted: Sequence[UUID], *, visible: Sequence[UUID]
) -> list[Disbursement]:
    found = {
        payment.id: payment
        for payment in session.scalars(
            select(Disbursement)
            .where(Disbursement.id.in_(visible))
            .order_by(Disbursement.id)
            .with_for_update(key_share=True)
            .execution_options(populate_existing=True)
        )
    }
    faults = [
        Fault(f"/disbursement_ids/{place}", "disbursement_unknown" if each not in found else "other_fund")
        for place, each in enumerate(wanted)
        if each not in found or found[each].fund_id != fund_id
    ]
    if faults:
        raise Invalid(faults)
    for payment in found.values():
        if payment.state != DisbursementState.RESERVED:
            raise StateForbids(state=payment.state, act="batch", disbursement_id=payment.id)
    return [found[each] for each in wanted]


def approve_batch(session: Session, actor: Actor, batch: PaymentBatch, flags: Mapping[str, list[int]]) -> PaymentBatch:
    """Finance approves: a duty of its own in every case of the batch. `flags`: what the check told, serials by reason.

    Raises:
        NotPermitted, BeyondDelegation, OwnCase, DutyConflict. StateForbids: not prepared, or a payee is no longer what
            was approved.
    """
    actor = actor.signing("payment.batch", batch.fund.unit.path, batch.total)
    require_act(batch, "approve")
    require_as_approved(session, batch)
    _sign(session, actor, batch, "approve_payment", "payment_approved")
    batch.state, batch.approved_by, batch.approved_at = BatchState.APPROVED, actor.account_id, actor.at
    batch.approved_under = actor.under.id if actor.under else None
    batch.flags = dict(flags)
    session.flush()
    return batch


def release_batch(session: Session, actor: Actor, batch: PaymentBatch) -> PaymentBatch:
    """The cashier releases: the file may go to the bank.

    Raises:
        NotPermitted, BeyondDelegation, OwnCase, DutyConflict. StateForbids: not approved, or a payee is no longer what
            was approved.
    """
    actor = actor.signing("payment.release", batch.fund.unit.path, batch.total)
    require_act(batch, "release")
    require_as_approved(session, batch)
    _sign(session, actor, batch, "release_payment", "released")
    _move(session, batch, DisbursementState.RELEASED)
    batch.state, batch.released_by, batch.released_at = BatchState.RELEASED, actor.account_id, actor.at
    batch.released_under = actor.under.id if actor.under else None
    session.flush()
    return batch


def cancel_batch(session: Session, actor: Actor, batch: PaymentBatch) -> PaymentBatch:
    """Finance takes a batch apart before its release: its payments are reserved again."""
    actor.require("payment.batch", batch.fund.unit.path)
    require_act(batch, "cancel")
    session.execute(
        update(Disbursement)
        .where(Disbursement.batch_id == batch.id)
        .values(state=DisbursementState.RESERVED, batch_id=None, serial=None)
    )
    funds.uncommit(session, batch.fund_id, batch.total)
    batch.state = BatchState.CANCELLED
    session.flush()
    return batch


def require_act(batch: PaymentBatch, act: str) -> None:
    """Refuse with `StateForbids` unless the act may follow the batch's state."""
    if batch.state not in _MAY_FOLLOW[act]:
        raise StateForbids(state=batch.state, act=act)


def _move(session: Session, batch: PaymentBatch, state: DisbursementState) -> None:
    session.execute(update(Disbursement).where(Disbursement.batch_id == batch.id).values(state=state))


def _sign(session: Session, actor: Actor, batch: PaymentBatch, act: str, duty: str) -> None:
    """Fill a duty in every case of the batch, for the very file that goes to the bank."""
    require_duty(session, actor, cases_of(session, batch.id), duty)
    payments = session.scalars(select(Disbursement).where(Disbursement.batch_id == batch.id)).all()
    keep_acts(session, actor, payments, act, duty, seen=batch.file_digest)
