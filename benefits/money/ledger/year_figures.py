"""What the closing of a year comes to: income and expense by purse, what decisions still hold, what is left over."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from benefits.core.errors import StateForbids
from benefits.core.money import NOTHING
from benefits.money.ledger.chart import OTHER_SIDE, Chart, chart_on
from benefits.money.ledger.voucher import SPENDING, Entry
from models.ledger import Voucher, VoucherLine
from models.money import Fund
from models.reversal import Reversal
from models.unit import Unit
from models.vocabulary import FundSource

# The treasury's money is closed apart from the union's (财会〔2021〕7号); the members' pool is held, and has no result.
PURSES = ("union", "treasury")
_CLOSING = "CLOSING"
_CLOSED_KINDS = frozenset({"income", "expense"})


@dataclass(frozen=True)
class PurseResult:
    """One purse's year in yuan. `carried` is the change of 结转, `left` that of 结余: together income less expense."""

    purse: str
    income: Decimal
    expense: Decimal
    carried: Decimal
    left: Decimal
    entries: tuple[Entry, ...]


def results(session: Session, unit: Unit, year: int) -> list[PurseResult]:
    """The closing entries of a unit's year, by purse; a purse in which nothing moves is left out.

    After them 结转 stands at what decisions hold and the funds have still to pay, and 结余 takes the rest; a chart
    without 结余 for a purse (2009) takes all into the one account.

    Raises:
        StateForbids: no chart covers the year's end.
    """
    chart = chart_on(year_end(year))
    if chart is None:
        raise StateForbids(state="no_chart_in_force", act="close")
    balances = _balances(session, unit, year, chart)
    found = (_result(session, unit, year, chart, purse, balances[purse]) for purse in PURSES)
    return [each for each in found if each.entries]


def figures_of(found: Sequence[PurseResult], funds: Sequence[Fund]) -> dict[str, Any]:
    """The figures as a closing keeps them: what is posted must be what was drawn up, to the fen."""
    parts = ("appropriated", "reserved", "committed", "spent", "available")
    return {
        "purses": [
            {
                "purse": each.purse,
                **{name: f"{getattr(each, name):.2f}" for name in ("income", "expense", "carried", "left")},
                "lines": [
                    {"account": line.account, "debit": f"{line.debit:.2f}", "credit": f"{line.credit:.2f}"}
                    for line in each.entries
                ],
            }
            for each in found
        ],
        "funds": [
            {
                "fund_id": str(fund.id),
                "name": fund.name,
                "year": fund.year,
                "source": fund.source,
                **{name: f"{getattr(fund, name):.2f}" for name in parts},
            }
            for fund in funds
        ],
    }


def year_end(year: int) -> date:
    """The day that closing entries bear."""
    return date(year, 12, 31)


def purse_of(chart: Chart, unit: Unit, account: str, source: str | None) -> str:
    """Whose income or expense an amount is, by the source of its fund; None: no fund is named.

    What a person booked names no fund, and is the union's; only the account of grants tells its purse itself.
    """
    granted = chart.posting("INCOME.TREASURY_EARMARKED", unit.union_kind)
    of_grants = granted is not None and account == granted.account.code
    return "treasury" if of_grants or source == FundSource.TREASURY_EARMARKED else "union"


def carried_key(chart: Chart, unit: Unit, account: str, source: str | None) -> str | None:
    """Where an earlier year's income or expense went when that year ended; None for a balance, which stays.

    What an earlier year earned or spent, put right in a later one, is neither income nor spending of that one (example,
    to be confirmed by the accountant).
    """
    if chart.accounts[account].kind not in _CLOSED_KINDS:
        return None
    return f"CARRY.{purse_of(chart, unit, account, source).upper()}"


def _balances(session: Session, unit: Unit, year: int, chart: Chart) -> Mapping[str, Mapping[str, Decimal]]:
    """Purse → account → debits less credits of the year, of income and expense."""
    rows = session.execute(
        select(VoucherLine.account, Fund.source, func.sum(VoucherLine.debit - VoucherLine.credit))
        .join(Voucher, Voucher.id == VoucherLine.voucher_id)
        .outerjoin(Fund, Fund.id == Voucher.fund_id)
        .where(Voucher.unit_id == unit.id, Voucher.year == year)
        .group_by(VoucherLine.account, Fund.source)
    )
    found: dict[str, defaultdict[str, Decimal]] = {purse: defaultdict(lambda: NOTHING) for purse in PURSES}
    for account, source, amount in rows:
        if chart.accounts[account].kind in _CLOSED_KINDS:
            found[purse_of(chart, unit, account, source)][account] += amount
    return found


def _result(
    session: Session, unit: Unit, year: int, chart: Chart, purse: str, balances: Mapping[str, Decimal]
) -> PurseResult:
    by_kind = dict.fromkeys(_CLOSED_KINDS, NOTHING)
    entries = []
    for account, balance in sorted(balances.items()):
        by_kind[chart.accounts[account].kind] += balance
        if balance:
            entries.append(_side(_CLOSING, balance, account))
    income, expense = -by_kind["income"], by_kind["expense"]
    carry = chart.postings[f"CARRY.{purse.upper()}", unit.union_kind]
    left = chart.posting(f"LEFT.{purse.upper()}", unit.union_kind)
    carried = income - expense
    if left is not None:
        carried = _held(session, unit, year, purse) - _standing(session, unit, year, carry.account.code, chart)
    rest = income - expense - carried
    if carried:
        entries.append(_side(carry.key, carried, carry.account.code))
    if rest and left is not None:
        entries.append(_side(left.key, rest, left.account.code))
    return PurseResult(purse, income, expense, carried, rest, tuple(entries))


def _side(key: str, amount: Decimal, account: str) -> Entry:
    """What brings a debit balance of `amount` to nothing, or adds `amount` to what stands in credit."""
    return Entry(key, max(-amount, NOTHING), max(amount, NOTHING), account)


def _standing(session: Session, unit: Unit, year: int, account: str, chart: Chart) -> Decimal:
    """What stands in credit of a balance account at the year's end, before its closing."""
    query = (
        select(func.coalesce(func.sum(VoucherLine.credit - VoucherLine.debit), NOTHING))
        .join(Voucher, Voucher.id == VoucherLine.voucher_id)
        .where(
            Voucher.unit_id == unit.id,
            Voucher.year <= year,
            Voucher.chart == chart.version,
            VoucherLine.account == account,
        )
    )
    return session.scalars(query).one()


def _held(session: Session, unit: Unit, year: int, purse: str) -> Decimal:
    """What decisions held in the purse's funds when the year ended: reserved, committed, or paid since then."""
    treasury = Fund.source == FundSource.TREASURY_EARMARKED
    of_purse = treasury if purse == "treasury" else ~treasury & (Fund.source != FundSource.MEMBERS_POOL)
    funds = select(Fund.id).where(Fund.unit_id == unit.id, Fund.year <= year, of_purse)
    held = session.scalars(
        select(func.coalesce(func.sum(Fund.reserved + Fund.committed), NOTHING)).where(Fund.id.in_(funds))
    ).one()
    # What was taken back since is held by no decision, and what a member never will pay was spent before.
    paid_since = session.scalars(
        select(func.coalesce(func.sum(VoucherLine.debit - VoucherLine.credit), NOTHING))
        .join(Voucher, Voucher.id == VoucherLine.voucher_id)
        .where(
            Voucher.fund_id.in_(funds),
            Voucher.year > year,
            Voucher.kind.in_(SPENDING),
            VoucherLine.key.not_in(OTHER_SIDE),
            Voucher.id.not_in(select(Reversal.voucher_id)),
        )
    ).one()
    return Decimal(held) + Decimal(paid_since)
