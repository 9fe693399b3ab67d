"""Funds at the year's end: what is available (结余) moves on, what decisions hold (结转) stays payable where it is."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from benefits.core.actor import Actor
from benefits.core.errors import StateForbids
from benefits.core.money import NOTHING
from benefits.money.fund import carry, find_fund, kept_fund
from models.columns import new_id
from models.money import Fund, FundAdjustment
from models.unit import Unit
from models.year_end import ClosingState, FundCarry, YearClosing


def funds_to_close(session: Session, unit_id: UUID, year: int) -> list[Fund]:
    """The funds that the closing of a unit's year carries over: of that year, and older ones that nothing carried."""
    return list(
        session.scalars(
            select(Fund)
            .where(Fund.unit_id == unit_id, Fund.year <= year, Fund.successor_id.is_(None))
            .order_by(Fund.id)
            .execution_options(populate_existing=True)
        )
    )


def lock_funds(session: Session, unit_id: UUID, year: int) -> None:
    """Hold every fund of a unit up to the next year, in id order, then the unit: who approves, or opens one, waits."""
    of_unit = select(Fund.id).where(Fund.unit_id == unit_id, Fund.year <= year + 1)
    session.execute(of_unit.order_by(Fund.id).with_for_update(key_share=True))
    session.execute(select(Unit.id).where(Unit.id == unit_id).with_for_update(key_share=True))


def carry_over(session: Session, actor: Actor, closing: YearClosing, closed: Sequence[Fund]) -> None:
    """Give each fund its successor in the next year, of the same name and source, and move what is available there.

    Raises:
        StateForbids: the next year has a fund of that name and another source.
    """
    for fund in closed:
        successor = _successor(session, fund, closing.year + 1)
        session.execute(
            update(Fund)
            .where(Fund.id == fund.id)
            .values(successor_id=successor.id)
            .execution_options(synchronize_session=False)
        )
        _carry(session, actor, closing.id, fund, successor.id)


def lock_chain(session: Session, actor: Actor, fund_id: UUID) -> Fund:
    """A fund that the actor keeps, held with those that follow it, in id order; raises NotFound, NotPermitted."""
    fund = find_fund(session, actor, fund_id)
    chain = [fund.id, *_following(session, fund)]
    session.execute(select(Fund.id).where(Fund.id.in_(chain)).order_by(Fund.id).with_for_update(key_share=True))
    return kept_fund(session, actor, fund_id)


def carry_rest(session: Session, actor: Actor, fund: Fund) -> Fund:
    """Move on what became available in a fund after its year was closed, as when a case of then was taken back.

    Raises:
        StateForbids: its year is open, or nothing is available.
    """
    actor.require("fund.keep", fund.unit.path)
    following = _following(session, fund)
    if not following:
        raise StateForbids(state="fund_running", act="carry_over")
    if not fund.available:
        raise StateForbids(state="nothing_available", act="carry_over")
    closing = session.scalars(
        select(FundCarry.closing_id)
        .join(YearClosing, YearClosing.id == FundCarry.closing_id)
        .where(FundCarry.fund_id == fund.id, YearClosing.state == ClosingState.POSTED)
        .limit(1)
    ).one()
    _carry(session, actor, closing, fund, following[-1])
    return find_fund(session, actor, fund.id)


def _successor(session: Session, fund: Fund, year: int) -> Fund:
    there = select(Fund).where(Fund.unit_id == fund.unit_id, Fund.year == year, Fund.name == fund.name)
    found = session.scalar(there)
    if found is None:
        found = Fund(
            id=new_id(), unit_id=fund.unit_id, name=fund.name, year=year, source=fund.source, appropriated=NOTHING
        )
        session.add(found)
        session.flush()
    if found.source != fund.source:
        raise StateForbids(state="successor_of_other_source", act="post", fund=fund.name, source=found.source)
    return found


def _carry(session: Session, actor: Actor, closing_id: UUID, fund: Fund, successor_id: UUID) -> None:
    amount = fund.available
    kept = FundCarry(
        id=new_id(),
        closing_id=closing_id,
        unit_id=fund.unit_id,
        fund_id=fund.id,
        successor_id=successor_id,
        amount=amount,
        reserved=fund.reserved,
        committed=fund.committed,
        spent=fund.spent,
        carried_by=actor.account_id,
    )
    session.add(kept)
    session.flush()
    if not amount:
        return
    session.add_all(
        FundAdjustment(
            fund_id=fund_id,
            unit_id=fund.unit_id,
            amount=signed,
            reason="年终结转 / year end",
            carry_id=kept.id,
            adjusted_by=actor.account_id,
        )
        for fund_id, signed in ((fund.id, -amount), (successor_id, amount))
    )
    carry(session, fund.id, successor_id, amount)


def _following(session: Session, fund: Fund) -> list[UUID]:
    """The funds after this one, year by year; the last is open."""
    found: list[UUID] = []
    following = fund.successor_id
    while following is not None:
        found.append(following)
        following = session.scalars(select(Fund.successor_id).where(Fund.id == following)).one()
    return found
