"""The statement of funds (资金收支表): where each fund's money came from, where it is, and what the books say of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, ScalarSelect, case, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from benefits.casework.report.books import UNIT, read_by, source_words
from benefits.casework.report.frame import Asked, Column, Report
from benefits.casework.report.frame import Row as Shown
from benefits.core.actor import Actor
from benefits.core.money import NOTHING
from benefits.money.ledger.chart import OTHER_SIDE
from benefits.money.ledger.voucher import SPENDING
from benefits.rules.declaration import label
from models.ledger import Voucher, VoucherLine
from models.money import Disbursement, Fund, FundAdjustment
from models.receivable import Receipt, Receivable
from models.reversal import Reversal
from models.unit import Unit
from models.vocabulary import DisbursementState
from models.year_end import FundCarry

_OF_FUND = (Reversal.disbursement_id == Disbursement.id) & (Disbursement.fund_id == Fund.id)


def _sum(amount: ColumnElement[Any] | InstrumentedAttribute[Any], *where: ColumnElement[bool]) -> ScalarSelect[Any]:
    return select(func.coalesce(func.sum(amount), NOTHING)).where(*where).correlate(Fund).scalar_subquery()


def _in_year(at: InstrumentedAttribute[datetime], year: int) -> ColumnElement[bool]:
    return func.extract("year", func.timezone("Asia/Shanghai", at)) == year


def _booked(*where: ColumnElement[bool]) -> ScalarSelect[Any]:
    """What the vouchers of a fund say that it spent, red ones taken off."""
    return _sum(
        VoucherLine.debit - VoucherLine.credit,
        VoucherLine.voucher_id == Voucher.id,
        Voucher.fund_id == Fund.id,
        Voucher.kind.in_(SPENDING),
        VoucherLine.key.not_in(OTHER_SIDE),
        *where,
    )


def _returned(year: int) -> ColumnElement[Any]:
    """What came back in the year: what the bank returned or took back of paid ones, and what members paid back."""
    by_bank = _sum(
        Disbursement.amount,
        Disbursement.fund_id == Fund.id,
        Disbursement.state.in_((DisbursementState.RETURNED, DisbursementState.CANCELLED)),
        func.extract("year", Disbursement.settled_on) == year,
    )
    taken_back = _sum(
        Reversal.amount,
        _OF_FUND,
        Reversal.receivable_id.is_(None),
        _in_year(Reversal.reversed_at, year),
    )
    paid_back = _sum(
        Receipt.amount,
        Receipt.receivable_id == Reversal.receivable_id,
        _OF_FUND,
        _in_year(Receipt.entered_at, year),
    )
    return by_bank + taken_back + paid_back


def _owed() -> ScalarSelect[Any]:
    """What members still owe of what was paid to them, or never will pay: spent, and red in the books."""
    return _sum(Receivable.amount - Receivable.received, Receivable.id == Reversal.receivable_id, _OF_FUND)


def _statement(session: Session, actor: Actor, asked: Asked) -> Iterator[Shown]:
    """Each fund of the year, and each older one that still holds money or moved some in the year."""
    of_fund = FundAdjustment.fund_id == Fund.id
    received = _sum(
        VoucherLine.credit - VoucherLine.debit,
        VoucherLine.voucher_id == Voucher.id,
        Voucher.fund_id == Fund.id,
        Voucher.year == asked.year,
        or_(VoucherLine.key.startswith("INCOME."), VoucherLine.key == "POOL.PREMIUM"),
    )
    moved = select(Voucher.id).where(Voucher.fund_id == Fund.id, Voucher.year == asked.year).exists()
    alive = or_(Fund.year == asked.year, (Fund.year < asked.year) & (moved | (Fund.reserved + Fund.committed > 0)))
    found = session.execute(
        select(
            Fund,
            Unit.code,
            _sum(FundAdjustment.amount, of_fund).label("changed"),
            _sum(FundAdjustment.amount, of_fund, FundAdjustment.carry_id.is_(None)).label("adjusted"),
            _sum(
                case((FundCarry.successor_id == Fund.id, FundCarry.amount), else_=-FundCarry.amount),
                or_(FundCarry.fund_id == Fund.id, FundCarry.successor_id == Fund.id),
            ).label("carried"),
            received.label("received"),
            _booked(Voucher.year == asked.year).label("spent_in_year"),
            _booked().label("booked"),
            _returned(asked.year).label("returned"),
            _owed().label("owed"),
        )
        .join(Unit, Unit.id == Fund.unit_id)
        .where(read_by(actor, asked), alive)
        .order_by(Unit.path, Fund.year, Fund.id)
    )
    return (_shown(row) for row in found)


def _shown(row: Row[*tuple[Any, ...]]) -> Shown:
    fund: Fund = row[0]
    return (
        row.code,
        fund.name,
        fund.year,
        fund.source,
        fund.appropriated - row.changed,
        row.adjusted,
        row.carried,
        fund.appropriated,
        row.received,
        fund.reserved,
        fund.committed,
        fund.spent,
        row.spent_in_year,
        row.returned,
        fund.available,
        row.owed,
        fund.spent - row.booked - row.owed,
    )


def _yuan(name: str, chinese: str, english: str) -> Column:
    return Column(name, label(chinese, english), "yuan", summed=True, share=3.5)


FUND_STATEMENT = Report(
    "fund-statement",
    label("资金收支表", "Statement of funds"),
    (
        replace(UNIT, share=2.6),
        Column("fund", label("资金", "Fund"), share=2.8),
        Column("year", label("年度", "Year"), "count", share=2),
        Column("source", label("来源", "Source"), share=2.2, words=source_words),
        _yuan("budget", "年初预算", "Budget"),
        _yuan("adjusted", "调整", "Adjusted"),
        _yuan("carried", "结转（转出为负）", "Carried (out: negative)"),
        _yuan("appropriated", "可用预算", "Appropriated"),
        _yuan("received", "本年到账", "Received in the year"),
        _yuan("reserved", "已预留", "Reserved"),
        _yuan("committed", "在途", "Committed"),
        _yuan("spent", "累计支出", "Spent"),
        _yuan("spent_in_year", "其中本年记账", "of it booked in the year"),
        _yuan("returned", "本年退回", "Returned in the year"),
        _yuan("available", "可用余额", "Available"),
        _yuan("owed", "应收回及核销", "Owed or written off"),
        _yuan("difference", "与账簿差额", "Difference to the books"),
    ),
    _statement,
)
