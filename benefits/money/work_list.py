"""The work list of payments: what came back or was left open, and whose turn it is; worked out, nothing is stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ColumnElement, Subquery, and_, case, exists, func, select
from sqlalchemy.orm import Session, aliased

from benefits.access.reach import within
from benefits.core.actor import Actor
from models.application import Application
from models.money import BankResult, Disbursement
from models.payee_correction import PayeeCorrection
from models.unit import Unit
from models.vocabulary import ApplicationState, DisbursementState

# The officer's, the reviewer's, and twice finance's.
KINDS = ("give_account", "approve_account", "settle_unknown", "settle_contradiction")


@dataclass(frozen=True)
class PaymentTask:
    """One thing to do about a payment; `since`: the bank's day of what is booked, None while it is unknown."""

    kind: str
    disbursement_id: UUID
    application_id: UUID
    number: int
    unit_code: str
    amount: Decimal
    bank_reason: str | None
    since: date | None

    @property
    def id(self) -> UUID:
        """Its place in the list."""
        return self.disbursement_id


def list_payment_tasks(
    session: Session, actor: Actor, *, after: UUID | None, limit: int, kind: str | None, unit_code: str | None
) -> list[PaymentTask]:
    """What is to be done about payments in the reader's units, the oldest first, one more than `limit` if there are."""
    open_ones = _open(actor, unit_code)
    query = select(open_ones).where(open_ones.c.kind == kind) if kind else select(open_ones)
    if after is not None:
        query = query.where(open_ones.c.disbursement_id > after)
    found = session.execute(query.order_by(open_ones.c.disbursement_id).limit(limit + 1))
    return [PaymentTask(**row) for row in found.mappings()]


def count_payment_tasks(session: Session, actor: Actor, *, unit_code: str | None) -> dict[str, int]:
    """How many there are of each kind, of every kind."""
    open_ones = _open(actor, unit_code)
    found = session.execute(select(open_ones.c.kind, func.count()).group_by(open_ones.c.kind))
    return {**dict.fromkeys(KINDS, 0), **{row[0]: row[1] for row in found}}


def _open(actor: Actor, unit_code: str | None) -> Subquery:
    """Every payment about which something is to be done, and what."""
    query = (
        select(
            _kind().label("kind"),
            Disbursement.id.label("disbursement_id"),
            Disbursement.application_id,
            Application.number,
            Unit.code.label("unit_code"),
            Disbursement.amount,
            Disbursement.bank_reason,
            Disbursement.settled_on.label("since"),
        )
        .join(Application, Application.id == Disbursement.application_id)
        .join(Unit, Unit.id == Disbursement.unit_id)
        .where(within(actor, "payment.read"))
    )
    if unit_code is not None:
        query = query.where(Unit.code == unit_code)
    each = query.subquery()
    return select(each).where(each.c.kind.is_not(None)).subquery()


def _kind() -> ColumnElement[str | None]:
    repayment = aliased(Disbursement)
    waits = and_(
        Disbursement.state == DisbursementState.RETURNED,
        Application.state == ApplicationState.APPROVED,
        ~exists().where(repayment.replaces_id == Disbursement.id),
    )
    given = exists().where(PayeeCorrection.disbursement_id == Disbursement.id)
    contradicted = exists().where(
        BankResult.disbursement_id == Disbursement.id, BankResult.booked.is_(False), BankResult.settled_at.is_(None)
    )
    return case(
        (Disbursement.state == DisbursementState.UNKNOWN, "settle_unknown"),
        (contradicted, "settle_contradiction"),
        (and_(waits, given), "approve_account"),
        (waits, "give_account"),
    )
