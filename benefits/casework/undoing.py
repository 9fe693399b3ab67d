"""A case whose money did not stay with its member: taken back after it was paid, or never paid at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from benefits.casework import workflow
from benefits.core.actor import Actor
from benefits.core.errors import AlreadyExists, StateForbids, invalid
from benefits.money import fund as funds
from benefits.money.bank_judgement import used_serials
from benefits.money.bank_resolution import is_contradicted
from benefits.money.disbursement import require_repayable
from benefits.money.duty import require_duty
from benefits.money.entitlement import lower_award, settle_awards
from benefits.money.ledger.booking import book_reversal, key_of, original_of, require_new_serial
from benefits.money.receivable import HELD_BY_MEMBER, raise_receivable
from benefits.money.trail import keep_acts
from models.application import Application
from models.columns import new_id
from models.money import Disbursement, Fund
from models.receivable_vocabulary import ReceivableOrigin
from models.reversal import Reversal
from models.settling_vocabulary import ReversalKind
from models.unit import Unit
from models.vocabulary import ApplicationState, DisbursementState, EntitlementState


@dataclass(frozen=True)
class Taken:
    """What is taken back and why, in yuan; `amount` None: all that is left. The last two: the bank brought it back."""

    kind: ReversalKind
    amount: Decimal | None
    reason: str
    minutes: str
    bank_serial: str | None = None
    received_on: date | None = None


def reverse(session: Session, actor: Actor, payment: Disbursement, taken: Taken) -> Disbursement:
    """Take back the whole or a part of a payment that the bank made; its case, fund and row are locked.

    The fund has its money again when it is there: now if the bank brought it back, otherwise with each receipt for the
    receivable that this raises. The member's room is free as they have the money no more: with each receipt too, but
    now if the bank brought it back or somebody else was paid. A case whose payment is taken back whole ends as
    `reversed`; what is to be paid then is another case's, decided anew.

    Raises:
        StateForbids: not paid, its case not approved, or an answer of the bank against it waits (`resolve` first).
        Invalid: above what is left, or the bank's serial and day missing, too many, before the payment or to come.
        AlreadyExists: the bank serial is in the books. NotPermitted, OwnCase.
        DutyConflict: by one who approved or released the payment.
    """
    unit, fund = _payer(session, payment)
    actor.require("payment.reverse", unit.path)
    require_duty(session, actor, [payment.application_id], "resolved")
    case = _case_of(session, payment, "reverse")
    if payment.state != DisbursementState.PAID:
        raise StateForbids(state=payment.state, act="reverse")
    _require_uncontradicted(session, payment, "reverse")
    amount = _amount(actor, payment, taken)
    if taken.bank_serial:
        _require_unused(session, payment, unit, taken.bank_serial)
    original, key = original_of(session, payment), key_of(session, case.id)
    _lower(session, actor, case, payment, taken, amount)
    owed = taken.bank_serial is None
    debt = raise_receivable(session, actor, case, ReceivableOrigin.OVERPAYMENT, amount) if owed else None
    if not owed:
        funds.take_back(session, fund.id, amount)
        funds.release(session, fund.id, amount)
    red = book_reversal(session, actor, payment, amount, key=key, memo=taken.minutes, owed=owed)
    session.add(
        Reversal(
            id=new_id(),
            disbursement_id=payment.id,
            application_id=case.id,
            unit_id=case.unit_id,
            kind=taken.kind,
            amount=amount,
            reason=taken.reason,
            minutes=taken.minutes,
            bank_serial=taken.bank_serial,
            received_on=taken.received_on,
            receivable_id=debt.id if debt else None,
            original_id=original.id if original else None,
            voucher_id=red.id,
            reversed_by=actor.account_id,
            reversed_at=actor.at,
        )
    )
    session.flush()
    return payment


def _lower(
    session: Session, actor: Actor, case: Application, payment: Disbursement, taken: Taken, amount: Decimal
) -> None:
    """The payment falls by the amount, and the award by what its member never had; with nothing left the case ends."""
    payment.reversed_amount += amount
    whole = payment.reversed_amount == payment.amount
    if whole:
        payment.state = DisbursementState.REVERSED
    if taken.kind not in HELD_BY_MEMBER:
        lower_award(session, case.id, amount)
    said: dict[str, Any] = {"seen": payment.payee_hash, "note": taken.reason, "minutes": taken.minutes}
    keep_acts(session, actor, [payment], "reverse_payment", "resolved", amount=amount, **said)
    if whole:
        workflow.advance(session, actor, case, "reverse", ApplicationState.REVERSED, note=taken.reason, amount=amount)


def abandon(session: Session, actor: Actor, payment: Disbursement, reason: str) -> Disbursement:
    """Give up paying what came back and has no account to go to: its money and its award are free again.

    The case ends as `unpaid`: approved, never paid. What the approval brought besides money (a file, a cover, a place)
    is ended by its own acts.

    Raises:
        StateForbids: not returned, its case not approved, or an answer of the bank against it waits.
        AlreadyPaid: a payment was made in its place. NotPermitted, OwnCase, DutyConflict: as for every decision.
    """
    path = session.scalars(select(Unit.path).where(Unit.id == payment.unit_id)).one()
    actor.require("case.decide", path)
    require_duty(session, actor, [payment.application_id], "decided")
    require_repayable(session, payment, "abandon")
    _require_uncontradicted(session, payment, "abandon")
    case = _case_of(session, payment, "abandon")
    payment.state = DisbursementState.CANCELLED
    settle_awards(session, [case.id], EntitlementState.RELEASED)
    keep_acts(session, actor, [payment], "abandon_payment", "decided", seen=payment.payee_hash, note=reason)
    workflow.advance(session, actor, case, "abandon", ApplicationState.UNPAID, note=reason, amount=case.approved_amount)
    funds.release(session, payment.fund_id, payment.amount)
    session.flush()
    return payment


def reversals_of(session: Session, payment: Disbursement) -> Sequence[Reversal]:
    """What was taken back of a payment, the oldest first."""
    return session.scalars(select(Reversal).where(Reversal.disbursement_id == payment.id).order_by(Reversal.id)).all()


def _payer(session: Session, payment: Disbursement) -> tuple[Unit, Fund]:
    """The unit whose fund paid, and the fund."""
    found = session.execute(
        select(Unit, Fund).join(Fund, Fund.unit_id == Unit.id).where(Fund.id == payment.fund_id)
    ).one()
    return found[0], found[1]


def _case_of(session: Session, payment: Disbursement, act: str) -> Application:
    case = session.get_one(Application, payment.application_id, populate_existing=True)
    workflow.require_state(case, act)
    return case


def _require_uncontradicted(session: Session, payment: Disbursement, act: str) -> None:
    if is_contradicted(session, payment):
        raise StateForbids(state="contradicted", act=act)


def _amount(actor: Actor, payment: Disbursement, taken: Taken) -> Decimal:
    """How much is taken back; raises Invalid for what makes no sense."""
    left = payment.amount - payment.reversed_amount
    amount = left if taken.amount is None else taken.amount
    if not 0 < amount <= left:
        raise invalid("/amount", "above_paid", left=f"{left:.2f}")
    back = taken.kind == ReversalKind.BANK_TOOK_BACK
    for name in ("bank_serial", "received_on"):
        if (getattr(taken, name) is not None) != back:
            raise invalid(f"/{name}", "required" if back else "not_with_kind")
    if taken.received_on is not None and payment.settled_on is not None:
        if taken.received_on > actor.today:
            raise invalid("/received_on", "day_to_come")
        if taken.received_on < payment.settled_on:
            raise invalid("/received_on", "before_payment", paid_on=f"{payment.settled_on}")
    return amount


def _require_unused(session: Session, payment: Disbursement, unit: Unit, bank_serial: str) -> None:
    if bank_serial in used_serials(session, {bank_serial}):
        raise AlreadyExists(bank_serial=bank_serial, disbursement_id=payment.id)
    require_new_serial(session, unit, bank_serial)
