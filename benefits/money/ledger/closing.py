"""Closing a year of a unit's books: one of finance draws it up, another posts it, and its funds are carried over."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, contains_eager

from benefits.access.reach import within
from benefits.core.actor import Actor
from benefits.core.errors import AlreadyExists, DutyConflict, NotFound, StateForbids, YearNotReady, invalid
from benefits.money.carry_over import carry_over, funds_to_close, lock_funds
from benefits.money.ledger.voucher import Posted, hold_numbers, post
from benefits.money.ledger.year_figures import figures_of, results, year_end
from models.columns import new_id
from models.ledger import ClosedMonth, ProposalState, Voucher, VoucherKind, VoucherProposal
from models.money import BankResult, Disbursement, Fund
from models.unit import Unit
from models.vocabulary import DisbursementState
from models.year_end import ClosingState, YearClosing

MAY_FOLLOW = MappingProxyType({"post": frozenset({ClosingState.DRAWN_UP}), "drop": frozenset({ClosingState.DRAWN_UP})})
_PURSES = {"union": "工会资金", "treasury": "财政拨款"}
_AT_THE_BANK = (DisbursementState.RELEASED, DisbursementState.UNKNOWN)


def _visible(actor: Actor) -> Select[YearClosing]:
    return (
        select(YearClosing)
        .join(YearClosing.unit)
        .options(contains_eager(YearClosing.unit))
        .where(within(actor, "ledger.read"))
    )


def find_closing(session: Session, actor: Actor, closing_id: UUID) -> YearClosing:
    """The closing of a year whose books the actor reads; raises NotFound."""
    query = _visible(actor).where(YearClosing.id == closing_id)
    found = session.scalar(query.execution_options(populate_existing=True))
    if found is None:
        raise NotFound
    return found


def lock_closing(session: Session, actor: Actor, closing_id: UUID) -> YearClosing:
    """The same, locked for an act."""
    found = find_closing(session, actor, closing_id)
    session.refresh(found, with_for_update={"key_share": True})
    return find_closing(session, actor, closing_id)


def list_closings(
    session: Session, actor: Actor, *, after: UUID | None, limit: int, unit_code: str | None, year: int | None
) -> list[YearClosing]:
    """Closings in order of drawing up, one more than `limit` where there are more."""
    query = _visible(actor).order_by(YearClosing.id).limit(limit + 1)
    if after is not None:
        query = query.where(YearClosing.id > after)
    if unit_code is not None:
        query = query.where(Unit.code == unit_code)
    if year is not None:
        query = query.where(YearClosing.year == year)
    return list(session.scalars(query))


def vouchers_of(session: Session, closing: YearClosing) -> list[Voucher]:
    """The closing entries as posted, one voucher for each purse; none before."""
    query = select(Voucher).where(
        Voucher.unit_id == closing.unit_id, Voucher.year == closing.year, Voucher.kind == VoucherKind.CLOSING
    )
    return list(session.scalars(query.order_by(Voucher.number))) if closing.state == ClosingState.POSTED else []


def draw_up(session: Session, actor: Actor, *, unit_code: str, year: int) -> YearClosing:
    """Draw up the closing of a year that is over.

    Raises:
        Invalid: unknown unit. StateForbids: the year is not over, or an earlier one with vouchers is open.
        YearNotReady: what is still open in it. AlreadyExists: its closing is drawn up or posted.
    """
    unit = session.scalar(select(Unit).where(Unit.code == unit_code, within(actor, "ledger.read")))
    if unit is None:
        raise invalid("/unit_code", "unit_unknown")
    actor.require("ledger.keep", unit.path)
    of_year = select(YearClosing.id).where(YearClosing.unit_id == unit.id, YearClosing.year == year)
    if session.scalar(of_year.where(YearClosing.state != ClosingState.DROPPED)) is not None:
        raise AlreadyExists(unit_code=unit_code, year=year)
    _require_ready(session, actor, unit, year)
    closing = YearClosing(
        id=new_id(),
        unit_id=unit.id,
        year=year,
        state=ClosingState.DRAWN_UP,
        figures=figures_of(results(session, unit, year), funds_to_close(session, unit.id, year)),
        drawn_up_by=actor.account_id,
        drawn_up_person_id=actor.person_id,
    )
    session.add(closing)
    session.flush()
    return find_closing(session, actor, closing.id)


def post_closing(session: Session, actor: Actor, closing: YearClosing) -> YearClosing:
    """Another person posts it: income and expense go to nothing on 12-31, the funds are carried over, the year is shut.

    Locks after the closing: the unit's funds in id order, then the counter of the year's vouchers, so that approvals
    and postings that run at the same time come wholly before it or find the year closed.

    Raises:
        DutyConflict: the person who drew it up, from whichever account. YearNotReady: what has opened since.
        StateForbids: posted or dropped, or the figures are no longer those drawn up.
    """
    actor.require("ledger.keep", closing.unit.path)
    _require(closing, "post")
    if closing.drawn_up_person_id == actor.person_id:
        raise DutyConflict(held="drawn_up", wanted="posted")
    unit, year = closing.unit, closing.year
    lock_funds(session, unit.id, year)
    hold_numbers(session, unit.id, year)
    _require_ready(session, actor, unit, year)
    found, funds = results(session, unit, year), funds_to_close(session, unit.id, year)
    if figures_of(found, funds) != closing.figures:
        raise StateForbids(state="figures_changed", act="post")
    carry_over(session, actor, closing, funds)
    for each in found:
        purse = _PURSES[each.purse]
        memo = f"{year} 年终结转（{purse}）"
        what = Posted(VoucherKind.CLOSING, f"{year} {purse}", year_end(year), memo, proposed_by=closing.drawn_up_by)
        post(session, actor, unit, what, each.entries)
    _close_months(session, actor, unit.id, year)
    closing.state, closing.posted_at = ClosingState.POSTED, actor.at
    closing.posted_by, closing.posted_person_id = actor.account_id, actor.person_id
    session.flush()
    return closing


def _close_months(session: Session, actor: Actor, unit_id: UUID, year: int) -> None:
    """The months that had nothing to close are closed with their year."""
    closed = set(
        session.scalars(select(ClosedMonth.month).where(ClosedMonth.unit_id == unit_id, ClosedMonth.year == year))
    )
    session.add_all(
        ClosedMonth(unit_id=unit_id, year=year, month=month, closed_by=actor.account_id)
        for month in range(1, 13)
        if month not in closed
    )


def drop_closing(session: Session, actor: Actor, closing: YearClosing) -> YearClosing:
    """Take back a closing that is not posted; another may then be drawn up."""
    actor.require("ledger.keep", closing.unit.path)
    _require(closing, "drop")
    closing.state = ClosingState.DROPPED
    session.flush()
    return closing


def _require(closing: YearClosing, act: str) -> None:
    if closing.state not in MAY_FOLLOW[act]:
        raise StateForbids(state=closing.state, act=act)


def _require_ready(session: Session, actor: Actor, unit: Unit, year: int) -> None:
    if year >= actor.today.year:
        raise StateForbids(state="year_running", act="close")
    closed = select(YearClosing.year).where(YearClosing.unit_id == unit.id, YearClosing.state == ClosingState.POSTED)
    later = session.scalar(closed.where(YearClosing.year > year).limit(1))
    if later is not None:
        raise StateForbids(state="year_closed", act="close", year=later)
    earlier = session.scalar(
        select(func.min(Voucher.year)).where(
            Voucher.unit_id == unit.id, Voucher.year < year, Voucher.year.not_in(closed)
        )
    )
    if earlier is not None:
        raise StateForbids(state="earlier_year_open", act="close", year=earlier)
    still_open = list(_open(session, unit, year))
    if still_open:
        raise YearNotReady(still_open, year=year, open=len(still_open))


def _open(session: Session, unit: Unit, year: int) -> Iterator[dict[str, str]]:
    """What keeps a year from being closed: its open months, vouchers drawn up, payments that the bank left open."""
    month = func.extract("month", Voucher.posted_on)
    closed = select(ClosedMonth.month).where(ClosedMonth.unit_id == unit.id, ClosedMonth.year == year)
    months = select(month).where(Voucher.unit_id == unit.id, Voucher.year == year, month.not_in(closed)).distinct()
    yield from ({"what": "month", "which": f"{year}-{int(each):02d}"} for each in sorted(session.scalars(months)))
    proposals = select(VoucherProposal.id).where(
        VoucherProposal.unit_id == unit.id,
        VoucherProposal.state == ProposalState.PROPOSED,
        VoucherProposal.posted_on.between(date(year, 1, 1), year_end(year)),
    )
    yield from ({"what": "proposal", "which": str(each)} for each in session.scalars(proposals.order_by("id")))
    evidence = select(BankResult.disbursement_id).where(BankResult.booked.is_(False), BankResult.settled_at.is_(None))
    payments = (
        select(Disbursement.id)
        .join(Fund, Fund.id == Disbursement.fund_id)
        .where(
            Fund.unit_id == unit.id,
            Fund.year <= year,
            Disbursement.state.in_(_AT_THE_BANK) | Disbursement.id.in_(evidence),
        )
    )
    yield from ({"what": "payment", "which": str(each)} for each in session.scalars(payments.order_by(Disbursement.id)))
