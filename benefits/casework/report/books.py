"""The books of a year: the trial balance, how each budget was executed, and the journal of vouchers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from benefits.access.reach import within
from benefits.casework.report.frame import Asked, Column, Report, Row
from benefits.core.actor import Actor
from benefits.core.money import NOTHING
from benefits.money.ledger.chart import charts
from benefits.papers.labels import labels
from benefits.rules.declaration import label
from models.ledger import Voucher, VoucherLine
from models.money import Fund, FundAdjustment
from models.unit import Unit

UNIT = Column("unit_code", label("单位代码", "Unit"), share=3.2)
_TITLES = {(chart.version, code): each.labels for chart in charts() for code, each in chart.accounts.items()}
_SOURCES = {
    "union_funds": label("工会经费", "union funds"),
    "treasury_earmarked": label("财政专项", "treasury, earmarked"),
    "superior_grant": label("上级补助", "grant from above"),
    "administration": label("行政拨付", "administration"),
    "donation": label("社会捐助", "donation"),
    "members_pool": label("职工互助金", "members' pool"),
}


def read_by(actor: Actor, asked: Asked) -> ColumnElement[bool]:
    """The units of a report on the books: those whose books the reader reads."""
    return asked.covers(actor) & within(actor, "ledger.read")


def _account_words(code: str, language: str) -> str:
    chart, _, account = code.partition("/")
    return f"{account} {_TITLES[chart, account][language]}"


def source_words(code: str, language: str) -> str:
    """What people say for a fund's source."""
    return _SOURCES[code][language]


def _kind_words(code: str, language: str) -> str:
    return labels(language).word("voucher_kind", code)


def _balances(session: Session, actor: Actor, asked: Asked) -> Iterator[Row]:
    """Accounts by unit as they stand at the year's end, or today in a year that runs."""
    before = Voucher.posted_on < date(asked.year, 1, 1)
    signed = VoucherLine.debit - VoucherLine.credit
    opening = func.coalesce(func.sum(case((before, signed))), NOTHING)
    debit = func.coalesce(func.sum(case((~before, VoucherLine.debit))), NOTHING)
    credit = func.coalesce(func.sum(case((~before, VoucherLine.credit))), NOTHING)
    found = session.execute(
        select(Unit.code, Voucher.chart, VoucherLine.account, opening, debit, credit)
        .join(Voucher, Voucher.id == VoucherLine.voucher_id)
        .join(Unit, Unit.id == Voucher.unit_id)
        .where(read_by(actor, asked), Voucher.posted_on <= date(asked.year, 12, 31))
        .group_by(Unit.code, Unit.path, Voucher.chart, VoucherLine.account)
        .order_by(Unit.path, Voucher.chart, VoucherLine.account)
    )
    for unit, chart, account, stood, to, by in found:
        yield (unit, f"{chart}/{account}", stood, to, by, stood + to - by)


TRIAL_BALANCE = Report(
    "trial-balance",
    label("试算平衡表", "Trial balance"),
    (
        UNIT,
        Column("account", label("会计科目", "Account"), share=7, words=_account_words),
        Column("opening", label("年初余额（贷为负）", "Opening (credit negative)"), "yuan", summed=True, share=4),
        Column("debit", label("本年借方", "Debit"), "yuan", summed=True, share=4, side=True),
        Column("credit", label("本年贷方", "Credit"), "yuan", summed=True, share=4, side=True),
        Column("closing", label("期末余额（贷为负）", "Closing (credit negative)"), "yuan", summed=True, share=4),
    ),
    _balances,
)


def _budgets(session: Session, actor: Actor, asked: Asked) -> Iterator[Row]:
    """Each fund of the year: adjusted by decisions, carried over, reserved, committed, spent, and what is left."""
    by_decision = case((FundAdjustment.carry_id.is_(None), FundAdjustment.amount))
    changed = (
        select(
            FundAdjustment.fund_id,
            func.sum(FundAdjustment.amount).label("amount"),
            func.coalesce(func.sum(by_decision), NOTHING).label("adjusted"),
        )
        .group_by(FundAdjustment.fund_id)
        .subquery()
    )
    found = session.execute(
        select(Fund, Unit.code, *(func.coalesce(part, NOTHING) for part in (changed.c.amount, changed.c.adjusted)))
        .join(Unit, Unit.id == Fund.unit_id)
        .outerjoin(changed, changed.c.fund_id == Fund.id)
        .where(read_by(actor, asked), Fund.year == asked.year)
        .order_by(Unit.path, Fund.id)
    )
    for fund, unit, change, adjusted in found:
        budget = fund.appropriated - change
        parts = (fund.appropriated, fund.reserved, fund.committed, fund.spent, fund.available)
        yield (unit, fund.name, fund.source, budget, adjusted, change - adjusted, *parts)


BUDGETS = Report(
    "budget-execution",
    label("预算执行情况表", "Budget execution"),
    (
        UNIT,
        Column("fund", label("资金", "Fund"), share=4.4),
        Column("source", label("来源", "Source"), share=3.2, words=source_words),
        Column("budget", label("年初预算", "Budget"), "yuan", summed=True, share=3.6),
        Column("adjusted", label("调整", "Adjusted"), "yuan", summed=True, share=3.2),
        Column("carried", label("结转（转出为负）", "Carried (out: negative)"), "yuan", summed=True, share=3.4),
        Column("appropriated", label("调整后预算", "Appropriated"), "yuan", summed=True, share=3.6),
        Column("reserved", label("已预留", "Reserved"), "yuan", summed=True, share=3.4),
        Column("committed", label("在途", "Committed"), "yuan", summed=True, share=3.4),
        Column("spent", label("已支出", "Spent"), "yuan", summed=True, share=3.4),
        Column("available", label("可用", "Available"), "yuan", summed=True, share=3.4),
    ),
    _budgets,
)


def _journal(session: Session, actor: Actor, asked: Asked) -> Iterator[Row]:
    """Every line of every voucher of the year, in the order of the numbers."""
    yield from session.execute(
        select(
            Unit.code,
            Voucher.number,
            func.to_char(Voucher.posted_on, "YYYY-MM-DD"),
            Voucher.kind,
            func.coalesce(Voucher.memo, Voucher.reference),
            func.concat(Voucher.chart, "/", VoucherLine.account),
            VoucherLine.debit,
            VoucherLine.credit,
        )
        .join(VoucherLine, VoucherLine.voucher_id == Voucher.id)
        .join(Unit, Unit.id == Voucher.unit_id)
        .where(read_by(actor, asked), Voucher.year == asked.year)
        .order_by(Unit.path, Voucher.number, VoucherLine.serial)
        .execution_options(yield_per=500)
    )


JOURNAL = Report(
    "journal",
    label("序时账", "Journal of vouchers"),
    (
        UNIT,
        Column("number", label("凭证号", "Number"), "count", share=2),
        Column("posted_on", label("日期", "Day"), share=3),
        Column("kind", label("类别", "Kind"), share=2.4, words=_kind_words),
        Column("memo", label("摘要", "Memo"), share=6),
        Column("account", label("会计科目", "Account"), share=6, words=_account_words),
        Column("debit", label("借方", "Debit"), "yuan", summed=True, share=3.6, side=True),
        Column("credit", label("贷方", "Credit"), "yuan", summed=True, share=3.6, side=True),
    ),
    _journal,
)
