"""A voucher of the books as paper (记账凭证), with the payments behind it."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from benefits.core.actor import Actor
from benefits.core.money import NOTHING
from benefits.core.retention import keep_until
from benefits.money.ledger.chart import chart_named
from benefits.money.ledger.reading import annex_of, lines_of
from benefits.papers.labels import labels
from benefits.papers.voucher_form import MOST_ANNEXED, Annexed, Line, VoucherForm, voucher_form
from models.account import Account
from models.ledger import Voucher
from models.money import BankResult, Disbursement
from models.unit import Unit


def print_voucher(session: Session, actor: Actor, voucher: Voucher, language: str) -> bytes:
    """The voucher as PDF: 摘要, 科目, 借方, 贷方, the hands, and as further pages the list of payments, masked."""
    accounts = chart_named(voucher.chart).accounts
    annexed, annexed_total = _annexed(session, voucher.id)
    memo = voucher.memo or _memo(voucher, annexed, language)
    annex = annex_of(session, voucher.id, after=None, limit=MOST_ANNEXED)[:MOST_ANNEXED]
    return voucher_form(
        VoucherForm(
            voucher_id=str(voucher.id),
            union_name=session.scalar(select(Unit.name).where(Unit.parent_id.is_(None))) or "",
            unit=voucher.unit.name,
            number=f"{voucher.year}-{voucher.number:06d}",
            kind=voucher.kind,
            posted_on=voucher.posted_on,
            reference=voucher.reference,
            lines=[
                Line(
                    memo,
                    f"{line.account} {accounts[line.account].labels[language]}",
                    line.debit,
                    line.credit,
                )
                for line in lines_of(session, voucher.id)
            ],
            total=voucher.total,
            annex=[
                Annexed(f"{number:08d}", payment.payee_last4, payment.bank_serial or "", payment.amount)
                for payment, number in annex
            ],
            annexed=annexed,
            annexed_total=annexed_total,
            prepared_by=_name(session, voucher.proposed_by),
            checked_by=_name(session, voucher.posted_by) if voucher.proposed_by else "",
            posted_by=_name(session, voucher.posted_by),
            posted_at=voucher.posted_at,
            keep_until=keep_until("voucher", voucher.posted_on),
            printed_at=actor.at,
            printed_by=actor.name,
        ),
        language,
    )


def _memo(voucher: Voucher, annexed: int, language: str) -> str:
    """The 摘要 of a voucher that an act posted: what it is, of what, and how many payments it sums up."""
    words = labels(language)
    form = words.part("voucher")["memo_of_payments" if annexed else "memo_of_act"]
    return form.format(kind=words.word("voucher_kind", voucher.kind), reference=voucher.reference, count=annexed)


def _annexed(session: Session, voucher_id: UUID) -> tuple[int, Decimal]:
    """How many payments the voucher sums up, and what they come to."""
    row = session.execute(
        select(func.count(), func.coalesce(func.sum(Disbursement.amount), NOTHING))
        .select_from(BankResult)
        .join(Disbursement, Disbursement.id == BankResult.disbursement_id)
        .where(BankResult.voucher_id == voucher_id)
    ).one()
    return int(row[0]), Decimal(row[1])


def _name(session: Session, account_id: UUID | None) -> str:
    return session.scalar(select(Account.name).where(Account.id == account_id)) or ""
