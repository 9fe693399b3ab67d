"""What the money acts put into the books: receipts, payments that the bank made, things handed out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased

from benefits.core.actor import Actor
from benefits.core.errors import AlreadyExists, invalid
from benefits.core.money import FEN, LARGEST, NOTHING
from benefits.core.plain_text import require_plain
from benefits.money.ledger.chart import BANK, OWED, SUPPLIER, chart_named, chart_on
from benefits.money.ledger.voucher import Entry, Posted, open_day, post
from benefits.money.ledger.year_figures import carried_key
from models.entitlement import Entitlement
from models.ledger import Voucher, VoucherKind
from models.money import BankResult, Disbursement, Fund
from models.reversal import Reversal
from models.unit import Unit
from models.vocabulary import BankOutcome, EntitlementState

# An award from before the books were kept names no key.
UNNAMED = "OTHER"
STOCK = "GOODS.STOCK"


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
        AlreadyExists: a receipt with this bank serial is in the books.
        Invalid: a day to come, nothing, or a payer that names a person's number.
    """
    actor.require("fund.keep", fund.unit.path)
    if amount <= 0:
        raise invalid("/amount", "out_of_range", least=FEN, most=LARGEST)
    if received_on > actor.today:
        raise invalid("/received_on", "in_the_future")
    what = Posted(VoucherKind.RECEIPT, bank_serial, received_on, require_plain("/payer", payer), fund.id)
    return _to_bank(session, actor, fund.unit, what, f"INCOME.{fund.source.upper()}", amount)


def book_payments(
    session: Session, actor: Actor, fund_id: UUID, payments: Sequence[Disbursement], reference: str
) -> Voucher:
    """Payments that the bank made, as one voucher with their list as annex: what they were for, to the bank."""
    what = Posted(VoucherKind.PAYMENT, reference, actor.today, fund_id=fund_id)
    sums = _by_key(session, {payment.application_id: payment.amount for payment in payments})
    return _from_bank(session, actor, what, sums)


def book_come_back(session: Session, actor: Actor, payment: Disbursement, reference: str) -> Voucher:
    """A payment that the bank had made and whose money came back: the same entries in red (红字)."""
    what = Posted(VoucherKind.PAYMENT, reference, actor.today, payment.bank_reason, fund_id=payment.fund_id)
    key = _as_of_now(session, actor, payment, key_of(session, payment.application_id))
    return _from_bank(session, actor, what, {key: -payment.amount})


def original_of(session: Session, payment: Disbursement) -> Voucher | None:
    """The voucher that booked a payment as paid, the latest; None for one from before the books were kept."""
    return session.scalar(
        select(Voucher)
        .join(BankResult, BankResult.voucher_id == Voucher.id)
        .where(BankResult.disbursement_id == payment.id, BankResult.outcome == BankOutcome.PAID)
        .order_by(Voucher.posted_at.desc())
        .limit(1)
    )


def key_of(session: Session, application_id: UUID) -> str:
    """What the live award of a case is booked to."""
    (key,) = _by_key(session, {application_id: NOTHING})
    return key


def book_reversal(
    session: Session, actor: Actor, payment: Disbursement, amount: Decimal, *, key: str, memo: str, owed: bool
) -> Voucher:
    """Take back a part of a payment in red, and if the money is still outside book it anew as owed: the red voucher.

    The textbook's correction of an entry (红字更正): the original in red, then as it should have been from the start.
    The bank's account ends where it stood. What an earlier year spent is no spending of this one: it goes to that
    year's carry-over (example, to be confirmed by the accountant).
    """
    original = original_of(session, payment)
    number = f"{original.year}-{original.number}" if original else str(payment.id)
    what = Posted(VoucherKind.PAYMENT, number, actor.today, require_plain("/minutes", memo), payment.fund_id)
    red = _from_bank(session, actor, what, {_as_of_now(session, actor, payment, key): -amount})
    if owed:
        _from_bank(session, actor, what, {OWED: amount})
    return red


def _as_of_now(session: Session, actor: Actor, payment: Disbursement, key: str) -> str:
    """What a payment is taken back from: an earlier year's spending from what that year carried over."""
    original = original_of(session, payment)
    if original is None or original.year == actor.today.year:
        return key
    fund, chart = session.get_one(Fund, payment.fund_id), chart_named(original.chart)
    unit = _books(session, fund.id)
    posting = chart.posting(key, unit.union_kind)
    return key if posting is None else carried_key(chart, unit, posting.account.code, fund.source) or key


def book_issue(
    session: Session, actor: Actor, fund_id: UUID, given: Mapping[UUID, Decimal], reference: str
) -> Voucher | None:
    """Goods and services that finance books as spent, by case, against invoices paid; None where it is nothing."""
    return book_spending(session, actor, fund_id, _by_key(session, given), reference)


def book_spending(
    session: Session, actor: Actor, fund_id: UUID, sums: Mapping[str, Decimal], reference: str
) -> Voucher | None:
    """The same for what is no case's, by semantic key."""
    what = Posted(VoucherKind.ISSUE, reference, actor.today, fund_id=fund_id)
    paid = {key: amount for key, amount in sums.items() if amount}
    return _from_bank(session, actor, what, paid) if paid else None


def book_excess(
    session: Session, actor: Actor, fund_id: UUID, amount: Decimal, reference: str, *, advanced: bool
) -> Voucher:
    """What a member owes beyond what the union may bear: advanced by the union, or still owed to the supplier."""
    what = Posted(VoucherKind.ISSUE, reference, actor.today, fund_id=fund_id)
    entries = [Entry(OWED, debit=amount), Entry(BANK if advanced else SUPPLIER, credit=amount)]
    return post(session, actor, _books(session, fund_id), what, entries)


def book_recovery(
    session: Session, actor: Actor, fund_id: UUID, amount: Decimal, received_on: date, bank_serial: str
) -> Voucher:
    """Money that came in for what a member owed; once the month of its day is closed it is posted today.

    Raises:
        AlreadyExists: a receipt with this bank serial is in the books.
    """
    unit = _books(session, fund_id)
    on = open_day(session, unit, received_on, actor.today)
    return _to_bank(session, actor, unit, Posted(VoucherKind.RECEIPT, bank_serial, on, fund_id=fund_id), OWED, amount)


def book_write_off(session: Session, actor: Actor, fund_id: UUID, amount: Decimal, reference: str) -> Voucher:
    """What a member owed and never will pay, by a decision."""
    what = Posted(VoucherKind.WRITE_OFF, reference, actor.today, fund_id=fund_id)
    entries = [Entry(UNNAMED, debit=amount), Entry(OWED, credit=amount)]
    return post(session, actor, _books(session, fund_id), what, entries)


def book_stock(session: Session, actor: Actor, unit: Unit, worth: Decimal, reference: str, memo: str) -> Voucher | None:
    """Goods into stock (`worth` in yuan at cost) or out of it (negative): 库存物品 against 资产基金; None for nothing.

    What was spent on them is booked apart, when they are given (财会〔2021〕7号: both entries stand side by side). A
    chart without 资产基金 (2009) knows no such entry.
    """
    chart = chart_on(actor.today)
    if not worth or chart is None or chart.posting("GOODS.FUND", unit.union_kind) is None:
        return None
    into, out_of = (STOCK, "GOODS.FUND") if worth > 0 else ("GOODS.FUND", STOCK)
    what = Posted(VoucherKind.STOCK, reference, actor.today, memo)
    return post(session, actor, unit, what, [Entry(into, debit=abs(worth)), Entry(out_of, credit=abs(worth))])


def _by_key(session: Session, cases: Mapping[UUID, Decimal]) -> dict[str, Decimal]:
    """What the cases come to under each semantic key."""
    rows = session.execute(
        select(Entitlement.application_id, Entitlement.account_key).where(
            Entitlement.application_id.in_(cases), Entitlement.state != EntitlementState.RELEASED
        )
    )
    keys = {row.application_id: row.account_key for row in rows}
    sums: defaultdict[str, Decimal] = defaultdict(lambda: NOTHING)
    for case, amount in cases.items():
        sums[keys.get(case) or UNNAMED] += amount
    return dict(sorted(sums.items()))


def _from_bank(session: Session, actor: Actor, what: Posted, sums: Mapping[str, Decimal]) -> Voucher:
    entries = [Entry(key, debit=amount) for key, amount in sums.items()]
    paid = Entry(BANK, credit=sum(sums.values(), NOTHING))
    return post(session, actor, _books(session, what.fund_id), what, [*entries, paid])


def _to_bank(session: Session, actor: Actor, unit: Unit, what: Posted, key: str, amount: Decimal) -> Voucher:
    """What the bank brought in under a serial: booked once, as whatever it is."""
    require_new_serial(session, unit, what.reference)
    return post(session, actor, unit, what, [Entry(BANK, debit=amount), Entry(key, credit=amount)])


def require_new_serial(session: Session, unit: Unit, serial: str) -> None:
    """Refuse with AlreadyExists what the bank brought into these books under that serial before.

    A receipt that was reversed in red was none. The unit is held while its books are asked: two funds, or a fund and a
    member's debt, share no lock.
    """
    session.execute(select(Unit.id).where(Unit.id == unit.id).with_for_update(key_share=True))
    red = aliased(Voucher)
    receipt = select(Voucher.id).where(
        Voucher.unit_id == unit.id,
        Voucher.kind == VoucherKind.RECEIPT,
        Voucher.reference == serial,
        ~exists().where(red.reverses_id == Voucher.id),
    )
    back = (
        select(Reversal.id)
        .join(Voucher, Voucher.id == Reversal.voucher_id)
        .where(Voucher.unit_id == unit.id, Reversal.bank_serial == serial)
    )
    if session.scalar(receipt.limit(1)) is not None or session.scalar(back.limit(1)) is not None:
        raise AlreadyExists(bank_serial=serial)


def _books(session: Session, fund_id: UUID | None) -> Unit:
    """The unit whose fund pays, and whose books are written."""
    return session.scalars(select(Unit).join(Fund, Fund.unit_id == Unit.id).where(Fund.id == fund_id)).one()
