"""What the money acts put into the books: receipts, payments that the bank made, things handed out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from benefits.core.actor import Actor
from benefits.core.errors import AlreadyExists, invalid
from benefits.core.money import NOTHING
from benefits.money.ledger.voucher import Entry, Posted, books_of, post
from models.entitlement import Entitlement
from models.ledger import Voucher, VoucherKind
from models.money import Disbursement, Fund

BANK = "BANK"
# An award from before the books were kept names no key.
UNNAMED = "OTHER"


def book_receipt(
    session: Session,
    actor: Actor,
    fund: Fund,
    *,
    amount: Decimal,
    received_on: date,
    payer: str,
    bank_serial: str,
) -> Voucher:
    """Money that came in for a fund, to its source's income account; members' 互助费 are held, not income.

    Raises:
        AlreadyExists: a receipt with this bank serial is in the books. Invalid: a day to come, or nothing.
    """
    actor.require("fund.keep", fund.unit.path)
    if amount <= 0:
        raise invalid("/amount", "out_of_range")
    if received_on > actor.today:
        raise invalid("/received_on", "in_the_future")
    same = select(Voucher.id).where(
        Voucher.unit_id == fund.unit_id, Voucher.kind == VoucherKind.RECEIPT, Voucher.reference == bank_serial
    )
    if session.scalar(same) is not None:
        raise AlreadyExists(bank_serial=bank_serial)
    what = Posted(VoucherKind.RECEIPT, bank_serial, received_on, payer, fund.id)
    income = f"INCOME.{fund.source.upper()}"
    return post(session, actor, fund.unit, what, [Entry(BANK, debit=amount), Entry(income, credit=amount)])


def book_payments(
    session: Session, actor: Actor, fund_id: UUID, payments: Sequence[Disbursement], reference: str
) -> Voucher:
    """Payments that the bank made, as one voucher with their list as annex: what they were for, to the bank."""
    return _book(session, actor, fund_id, payments, Posted(VoucherKind.PAYMENT, reference, actor.today, None, fund_id))


def book_issue(
    session: Session, actor: Actor, fund_id: UUID, cases: Sequence[UUID], reference: str, memo: str | None = None
) -> Voucher | None:
    """Goods and services handed out, when finance books them spent; None where they come to nothing."""
    sums = _by_key(session, dict.fromkeys(cases))
    what = Posted(VoucherKind.ISSUE, reference, actor.today, memo, fund_id)
    return _post_sums(session, actor, fund_id, what, sums) if sums else None


def _book(session: Session, actor: Actor, fund_id: UUID, payments: Sequence[Disbursement], what: Posted) -> Voucher:
    sums = _by_key(session, {payment.application_id: payment.amount for payment in payments})
    return _post_sums(session, actor, fund_id, what, sums)


def _by_key(session: Session, cases: dict[UUID, Decimal] | dict[UUID, None]) -> dict[str, Decimal]:
    """What the cases come to under each semantic key; without an amount of a payment, the award's counts."""
    sums: defaultdict[str, Decimal] = defaultdict(lambda: NOTHING)
    rows = session.execute(
        select(Entitlement.application_id, Entitlement.account_key, Entitlement.amount).where(
            Entitlement.application_id.in_(cases), Entitlement.state != "released"
        )
    )
    for row in rows:
        amount = cases[row.application_id]
        sums[row.account_key or UNNAMED] += row.amount if amount is None else amount
    return {key: amount for key, amount in sorted(sums.items()) if amount}


def _post_sums(session: Session, actor: Actor, fund_id: UUID, what: Posted, sums: dict[str, Decimal]) -> Voucher:
    unit_id = session.scalars(select(Fund.unit_id).where(Fund.id == fund_id)).one()
    entries = [Entry(key, debit=amount) for key, amount in sums.items()]
    paid = Entry(BANK, credit=sum(sums.values(), NOTHING))
    return post(session, actor, books_of(session, unit_id), what, [*entries, paid])
