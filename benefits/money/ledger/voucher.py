"""Posting: a balanced voucher is written whole, numbered under the last lock of its transaction, and never changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from benefits.core.actor import Actor
from benefits.core.errors import Fault, Invalid, StateForbids
from benefits.core.money import NOTHING
from benefits.money.ledger.chart import Chart, chart_on
from models.columns import new_id
from models.ledger import ClosedMonth, Voucher, VoucherCounter, VoucherKind, VoucherLine
from models.unit import Unit
from models.year_end import ClosingState, YearClosing

SPENDING = (VoucherKind.PAYMENT, VoucherKind.ISSUE)  # what a fund spends is posted as one of these


@dataclass(frozen=True)
class Entry:
    """One side of a posting: what it is, and how much, in debit or in credit; negative amounts are red.

    `account` is given only where a person chose it; otherwise the chart says it for the key.
    """

    key: str
    debit: Decimal = NOTHING
    credit: Decimal = NOTHING
    account: str | None = None


@dataclass(frozen=True)
class Posted:
    """What a voucher is about, beside its entries."""

    kind: VoucherKind
    reference: str
    on: date
    memo: str | None = None
    fund_id: UUID | None = None
    reverses_id: UUID | None = None
    proposed_by: UUID | None = None


def post(session: Session, actor: Actor, unit: Unit, what: Posted, entries: Sequence[Entry]) -> Voucher:
    """Write a voucher into a unit's books; call it last, for it takes the last locks.

    Those are the counters of its year and of every later one, in order: whoever closes one of them is waited for.

    Raises:
        StateForbids: the month or a later one is closed, no chart covers the day, or such a union may not book one of
            the keys (财会〔2021〕7号: 501 for 基层工会 only; 502, 506, 508, 411 for 县级以上工会 only; statement 49).
    """
    for year in range(what.on.year, actor.today.year + 1):
        hold_numbers(session, unit.id, year)
    chart = _open_chart(session, unit, what)
    lines = [(entry, _account(chart, unit, entry)) for entry in entries]
    voucher = Voucher(
        id=new_id(),
        unit_id=unit.id,
        year=what.on.year,
        number=_next_number(session, unit.id, what.on.year),
        posted_on=what.on,
        chart=chart.version,
        kind=what.kind,
        reference=what.reference,
        memo=what.memo,
        total=sum((entry.debit for entry in entries), NOTHING),
        fund_id=what.fund_id,
        reverses_id=what.reverses_id,
        proposed_by=what.proposed_by,
        posted_by=actor.account_id,
        posted_at=actor.at,
    )
    session.add(voucher)
    session.flush()
    session.add_all(
        VoucherLine(
            voucher_id=voucher.id,
            serial=serial,
            unit_id=unit.id,
            key=entry.key,
            account=account,
            debit=entry.debit,
            credit=entry.credit,
        )
        for serial, (entry, account) in enumerate(lines, start=1)
    )
    session.flush()
    return voucher


def check_entries(unit: Unit, on: date, entries: Sequence[Entry]) -> None:
    """What a person typed, before it is posted: known accounts that such a union may use, one side each, equal sums.

    Raises:
        Invalid: `one_side`, `account_unknown`, `account_not_for_union` (statement 49, G34, G35), `not_balanced`,
            each at its pointer.
    """
    chart = chart_on(on)
    if chart is None:
        raise Invalid([Fault("/on", "no_chart_in_force")])
    faults = []
    for place, entry in enumerate(entries):
        if (entry.debit == 0) == (entry.credit == 0):
            faults.append(Fault(f"/lines/{place}", "one_side"))
        code = entry.account or ""
        if code not in chart.accounts:
            faults.append(Fault(f"/lines/{place}/account", "account_unknown", {"chart": chart.version}))
        elif chart.account_for(code, unit.union_kind) is None:
            why: dict[str, object] = {"account": code, "clause": chart.source}
            faults.append(Fault(f"/lines/{place}/account", "account_not_for_union", why))
    debit, credit = (sum(parts, NOTHING) for parts in (_debits(entries), (entry.credit for entry in entries)))
    if debit != credit or debit == 0:
        faults.append(Fault("/lines", "not_balanced", {"debit": f"{debit:.2f}", "credit": f"{credit:.2f}"}))
    if faults:
        raise Invalid(faults)


def reversed_entries(lines: Iterable[VoucherLine]) -> list[Entry]:
    """The red entries of a voucher: the same accounts on the same sides, negative (红字冲销)."""
    return [Entry(line.key, -line.debit, -line.credit, line.account) for line in lines]


def _debits(entries: Sequence[Entry]) -> Iterable[Decimal]:
    return (entry.debit for entry in entries)


def open_day(session: Session, unit: Unit, day: date, today: date) -> date:
    """The day on which what happened on `day` is posted: that one, or today once its month is closed."""
    return day if _closed(session, unit, day) is None else today


def _closed(session: Session, unit: Unit, on: date) -> StateForbids | None:
    """Why nothing is posted on a day: a closed month or year closes all before it, for they are in its balances."""
    posted = YearClosing.state == ClosingState.POSTED
    year = session.scalar(select(func.max(YearClosing.year)).where(YearClosing.unit_id == unit.id, posted))
    if year is not None and on.year <= year:
        return StateForbids(state="year_closed", act="post", year=year)
    months = select(ClosedMonth.year, ClosedMonth.month).where(ClosedMonth.unit_id == unit.id)
    last = session.execute(months.order_by(ClosedMonth.year.desc(), ClosedMonth.month.desc()).limit(1)).first()
    if last is not None and (on.year, on.month) <= tuple(last):
        return StateForbids(state="month_closed", act="post", year=last.year, month=last.month)
    return None


def _open_chart(session: Session, unit: Unit, what: Posted) -> Chart:
    refusal = _closed(session, unit, what.on)
    if refusal is not None and (what.kind != VoucherKind.CLOSING or refusal.params["state"] == "year_closed"):
        raise refusal
    chart = chart_on(what.on)
    if chart is None:
        raise StateForbids(state="no_chart_in_force", act="post")
    return chart


def _account(chart: Chart, unit: Unit, entry: Entry) -> str:
    if entry.account is not None:
        return entry.account
    posting = chart.posting(entry.key, unit.union_kind)
    if posting is None:
        raise StateForbids(state="account_not_for_union", act="post", key=entry.key, clause=chart.source)
    return posting.account.code


def hold_numbers(session: Session, unit_id: UUID, year: int) -> None:
    """Hold the year's counter: postings wait for it, and then find the month or the year closed."""
    held = insert(VoucherCounter).values(unit_id=unit_id, year=year, last=0)
    session.execute(held.on_conflict_do_update(index_elements=["unit_id", "year"], set_={"last": VoucherCounter.last}))


def _next_number(session: Session, unit_id: UUID, year: int) -> int:
    """The next number; the row stays locked until the end, and a rollback gives the number back."""
    counted = insert(VoucherCounter).values(unit_id=unit_id, year=year, last=1)
    number: int = session.scalars(
        counted.on_conflict_do_update(
            index_elements=["unit_id", "year"], set_={"last": VoucherCounter.last + 1}
        ).returning(VoucherCounter.last)
    ).one()
    return number
