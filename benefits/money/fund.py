"""Funds: money moves appropriated → reserved → committed → spent by conditional updates; none can be overdrawn."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session, contains_eager

from benefits.access.reach import along
from benefits.core.actor import Actor
from benefits.core.errors import FundExhausted, NotFound, StateForbids, invalid
from benefits.money.open_year import require_open_year
from models.columns import new_id
from models.money import Fund, FundAdjustment
from models.unit import Unit


def create_fund(
    session: Session, actor: Actor, *, unit_code: str, name: str, year: int, source: str, appropriated: Decimal
) -> Fund:
    """Open a purse of a unit for a year.

    Raises:
        Invalid: no such unit in the actor's scope. NotPermitted: finance of that unit is asked.
        AlreadyExists: the unit has a fund of that name and year. StateForbids: the unit's year, or a later, is closed.
    """
    unit = session.scalar(select(Unit).where(Unit.code == unit_code, along(actor, "unit.read")))
    if unit is None:
        raise invalid("/unit_code", "unit_unknown")
    actor.require("fund.keep", unit.path)
    require_open_year(session, unit, year)
    fund = Fund(id=new_id(), unit_id=unit.id, name=name, year=year, source=source, appropriated=appropriated)
    session.add(fund)
    session.flush()
    return find_fund(session, actor, fund.id)


def _visible(actor: Actor) -> Select[Fund]:
    """Funds of the units where the actor reads funds, of those below and, by name only, of those above."""
    return select(Fund).join(Fund.unit).options(contains_eager(Fund.unit)).where(along(actor, "fund.read"))


def find_fund(session: Session, actor: Actor, fund_id: UUID) -> Fund:
    """A fund that the actor may see; raises NotFound."""
    fund = session.scalar(_visible(actor).where(Fund.id == fund_id).execution_options(populate_existing=True))
    if fund is None:
        raise NotFound
    return fund


def paying_fund(session: Session, actor: Actor, fund_id: UUID, path: str) -> Fund:
    """The fund that is to pay for the unit at `path`: its own or one of a unit above.

    Raises:
        Invalid: at `/fund_id`; an invisible fund looks like none, and one of a closed year pays only what it owes.
    """
    try:
        fund = find_fund(session, actor, fund_id)
    except NotFound:
        raise invalid("/fund_id", "fund_unknown") from None
    if not path.startswith(fund.unit.path):
        raise invalid("/fund_id", "fund_unknown")
    if fund.successor_id is not None:
        raise invalid("/fund_id", "fund_carried_over", year=fund.year, successor_id=fund.successor_id)
    return fund


def continues(session: Session, fund: Fund, earlier_id: UUID | None) -> bool:
    """Whether a fund is the one an earlier reviewer named, or follows it after the year's end."""
    if earlier_id in {None, fund.id}:
        return True
    return session.scalar(select(Fund.successor_id).where(Fund.id == earlier_id)) == fund.id


def lock_fund(session: Session, actor: Actor, fund_id: UUID) -> Fund:
    """The same, locked until the transaction ends."""
    fund = session.scalar(
        _visible(actor)
        .where(Fund.id == fund_id)
        .with_for_update(of=Fund, key_share=True)
        .execution_options(populate_existing=True)
    )
    if fund is None:
        raise NotFound
    return fund


def kept_fund(session: Session, actor: Actor, fund_id: UUID) -> Fund:
    """A fund that the actor keeps, locked; raises NotFound, and NotPermitted for one of a unit above."""
    fund = lock_fund(session, actor, fund_id)
    actor.require("fund.keep", fund.unit.path)
    return fund


def list_funds(
    session: Session, actor: Actor, *, after: UUID | None, limit: int, unit_code: str | None, year: int | None
) -> list[Fund]:
    """Funds in order of creation, one more than `limit` where there are more."""
    query = _visible(actor).order_by(Fund.id).limit(limit + 1)
    if after is not None:
        query = query.where(Fund.id > after)
    if unit_code is not None:
        query = query.where(Unit.code == unit_code)
    if year is not None:
        query = query.where(Fund.year == year)
    return list(session.scalars(query))


def sees_balance(actor: Actor, fund: Fund) -> bool:
    """Balances are for the owner's subtree only; units below see names."""
    return actor.may("fund.read", fund.unit.path)


def adjust_fund(
    session: Session, actor: Actor, fund: Fund, *, amount: Decimal, reason: str, minutes: str | None = None
) -> Fund:
    """Raise or lower the appropriation of a fund that the actor keeps.

    A budget is adjusted once a year; a further time only by a collective decision, whose `minutes` are named
    (皖工发〔2025〕18号 p. 15; statement 50). The fund is locked, so that two do not both count as the first.

    Raises:
        Invalid: nothing is changed, or the minutes are wanted. FundExhausted: what is reserved, committed and spent
        would no longer be covered. StateForbids: its year is closed.
    """
    if amount == 0:
        raise invalid("/amount", "nothing_adjusted")
    _require_running(fund, "adjust")
    earlier = select(FundAdjustment.id).where(
        FundAdjustment.fund_id == fund.id, FundAdjustment.by_receipt.is_(False), FundAdjustment.carry_id.is_(None)
    )
    if minutes is None and session.scalar(earlier.limit(1)) is not None:
        raise invalid("/minutes", "adjusted_already")
    return _adjust(session, actor, fund, amount, reason, minutes=minutes)


def grow_fund(session: Session, actor: Actor, fund: Fund, *, amount: Decimal, reason: str) -> Fund:
    """A fund grows by what was paid into it, as the members' pool does by premiums; no change of the budget.

    Raises:
        StateForbids: its year is closed.
    """
    _require_running(fund, "grow")
    return _adjust(session, actor, fund, amount, reason, by_receipt=True)


def _adjust(
    session: Session,
    actor: Actor,
    fund: Fund,
    amount: Decimal,
    reason: str,
    *,
    minutes: str | None = None,
    by_receipt: bool = False,
) -> Fund:
    session.add(
        FundAdjustment(
            fund_id=fund.id,
            unit_id=fund.unit_id,
            amount=amount,
            reason=reason,
            minutes=minutes,
            by_receipt=by_receipt,
            adjusted_by=actor.account_id,
        )
    )
    _move(session, fund.id, appropriated=amount)
    return find_fund(session, actor, fund.id)


def _require_running(fund: Fund, act: str) -> None:
    if fund.successor_id is not None:
        raise StateForbids(state="fund_carried_over", act=act, successor_id=fund.successor_id)


def reserve(session: Session, fund_id: UUID, amount: Decimal) -> None:
    """Available → reserved; with nothing changed raises FundExhausted, or StateForbids where its year is closed."""
    try:
        _move(session, fund_id, reserved=amount, running=True)
    except FundExhausted:
        _require_running(session.get_one(Fund, fund_id, populate_existing=True), "reserve")
        raise


def carry(session: Session, fund_id: UUID, successor_id: UUID, amount: Decimal) -> None:
    """What is available, out of a fund and into its successor; both are locked."""
    _move(session, fund_id, appropriated=-amount)
    _move(session, successor_id, appropriated=amount)


def release(session: Session, fund_id: UUID, amount: Decimal) -> None:
    """Reserved → available."""
    _move(session, fund_id, reserved=-amount)


def commit_reserved(session: Session, fund_id: UUID, amount: Decimal) -> None:
    """Reserved → committed: the money is in a batch."""
    _move(session, fund_id, reserved=-amount, committed=amount)


def uncommit(session: Session, fund_id: UUID, amount: Decimal) -> None:
    """Committed → reserved: a batch was cancelled, or a payment came back."""
    _move(session, fund_id, reserved=amount, committed=-amount)


def spend(session: Session, fund_id: UUID, amount: Decimal) -> None:
    """Committed → spent: the bank has paid."""
    _move(session, fund_id, committed=-amount, spent=amount)


def spend_reserved(session: Session, fund_id: UUID, amount: Decimal) -> None:
    """Reserved → spent: goods were handed out against a signature, or a service was given; no bank is asked."""
    _move(session, fund_id, reserved=-amount, spent=amount)


def take_back(session: Session, fund_id: UUID, amount: Decimal) -> None:
    """Spent → reserved: what the bank had paid came back."""
    _move(session, fund_id, reserved=amount, spent=-amount)


def _move(session: Session, fund_id: UUID, *, running: bool = False, **by: Decimal) -> None:
    """One conditional update: it waits for others on the row, sees their result, and refuses to overdraw.

    `running`: and refuses a fund whose year was closed meanwhile.
    """
    nothing = Decimal(0)
    appropriated, reserved, committed, spent = (
        getattr(Fund, part) + by.get(part, nothing) for part in ("appropriated", "reserved", "committed", "spent")
    )
    moved = session.execute(
        update(Fund)
        .where(
            Fund.id == fund_id,
            appropriated - reserved - committed - spent >= 0,
            reserved >= 0,
            committed >= 0,
            spent >= 0,
            appropriated >= 0,
            *([Fund.successor_id.is_(None)] if running else []),
        )
        .values(appropriated=appropriated, reserved=reserved, committed=committed, spent=spent)
        .returning(Fund.id)
        .execution_options(synchronize_session=False)
    )
    if moved.first() is None:
        raise FundExhausted(fund_id=fund_id, asked=sum(by.values(), nothing))
