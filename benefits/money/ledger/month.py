"""Closing a month of a unit's books: the months before it are closed, and nothing more is posted in it."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from benefits.access.reach import within
from benefits.core.actor import Actor
from benefits.core.errors import StateForbids, invalid
from benefits.money.ledger.voucher import hold_numbers
from models.ledger import ClosedMonth, Voucher
from models.unit import Unit


def close_month(session: Session, actor: Actor, *, unit_code: str, year: int, month: int) -> ClosedMonth:
    """Close a month that is over.

    Raises:
        Invalid: unknown unit. StateForbids: the month is not over, is closed already, or an earlier one with vouchers
        is still open.
    """
    unit = session.scalar(select(Unit).where(Unit.code == unit_code, within(actor, "ledger.read")))
    if unit is None:
        raise invalid("/unit_code", "unit_unknown")
    actor.require("ledger.keep", unit.path)
    if (year, month) >= (actor.today.year, actor.today.month):
        raise StateForbids(state="month_running", act="close")
    hold_numbers(session, unit.id, year)
    closed = set(session.execute(select(ClosedMonth.year, ClosedMonth.month).where(ClosedMonth.unit_id == unit.id)))
    if (year, month) in {tuple(each) for each in closed}:
        raise StateForbids(state="month_closed", act="close")
    first = date(year, month, 1)
    earlier = session.scalars(
        select(Voucher.posted_on).where(Voucher.unit_id == unit.id, Voucher.posted_on < first).distinct()
    )
    still_open = sorted({(on.year, on.month) for on in earlier} - {tuple(each) for each in closed})
    if still_open:
        open_year, open_month = still_open[0]
        raise StateForbids(state="earlier_month_open", act="close", year=open_year, month=open_month)
    row = ClosedMonth(unit_id=unit.id, year=year, month=month, closed_by=actor.account_id)
    session.add(row)
    session.flush()
    return row


def closed_months(session: Session, actor: Actor, unit_code: str, year: int) -> list[ClosedMonth]:
    """The closed months of a unit's year, in order."""
    return list(
        session.scalars(
            select(ClosedMonth)
            .join(Unit, Unit.id == ClosedMonth.unit_id)
            .where(Unit.code == unit_code, ClosedMonth.year == year, within(actor, "ledger.read"))
            .order_by(ClosedMonth.month)
        )
    )
