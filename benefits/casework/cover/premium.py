"""Premiums: a unit pays the whole of its covers of a plan and term in one transfer, and finance confirms it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, contains_eager

from benefits.access.reach import within
from benefits.casework.cover.cover import advance
from benefits.casework.cover.plan import FIGURES
from benefits.core.actor import Actor
from benefits.core.errors import NotFound, invalid
from benefits.core.money import NOTHING, show_yuan
from benefits.money.duty import require_duty
from benefits.money.fund import grow_fund, kept_fund
from benefits.money.ledger.booking import book_receipt
from benefits.money.ledger.voucher import open_day
from models.columns import new_id
from models.cover import Cover, PremiumPayment
from models.cover_vocabulary import CoverState
from models.money import Fund
from models.unit import Unit
from models.vocabulary import FundSource


def _visible(actor: Actor) -> Select[PremiumPayment]:
    return (
        select(PremiumPayment)
        .join(PremiumPayment.unit)
        .options(contains_eager(PremiumPayment.unit))
        .where(within(actor, "cover.read"))
    )


def find_premium(session: Session, actor: Actor, premium_id: UUID) -> PremiumPayment:
    """A confirmed premium that the actor may see; raises NotFound."""
    found = session.scalar(_visible(actor).where(PremiumPayment.id == premium_id))
    if found is None:
        raise NotFound
    return found


def list_premiums(
    session: Session, actor: Actor, *, after: UUID | None, limit: int, unit_code: str | None, plan: str | None
) -> list[PremiumPayment]:
    """Confirmed premiums in order, one more than `limit` where there are more."""
    query = _visible(actor).order_by(PremiumPayment.id).limit(limit + 1)
    if after is not None:
        query = query.where(PremiumPayment.id > after)
    if unit_code is not None:
        query = query.where(Unit.code == unit_code)
    if plan is not None:
        query = query.where(PremiumPayment.plan == plan)
    return list(session.scalars(query))


def confirm_premium(
    session: Session,
    actor: Actor,
    *,
    unit_code: str,
    plan: str,
    term_start_on: date,
    payer: str,
    amount: Decimal,
    paid_on: date,
    bank_serial: str,
    pool_fund_id: UUID | None,
) -> PremiumPayment:
    """Confirm a unit's one transfer: the covers that waited for it are in force (domain §6.2, H).

    The members' own part is no income: the fund of the members' pool that holds it for the plan grows by it, and the
    books owe it (§9.2). Locks: the covers in id order, the fund, and last the counter of the vouchers.

    Args:
        payer: `unit`; `individual` is refused.
        amount: yuan; exactly the members' and the unit's parts of the covers that wait.

    Raises:
        Invalid: no such unit, plan or fund, nothing waits, an individual's transfer, another amount, or a day to come.
        DutyConflict, OwnCase: the actor filed or decided one of the enrolments, or is among the covered.
        AlreadyExists: the bank serial is in the books already.
    """
    unit = _paying_unit(session, actor, unit_code)
    _require_transfer(actor, plan, payer, paid_on)
    covers = _waiting(session, unit, plan, term_start_on)
    if not covers:
        raise invalid("/term_start_on", "no_cover_waits")
    require_duty(session, actor, [cover.application_id for cover in covers], "payment_approved")
    pool = None if pool_fund_id is None else _pool(session, actor, pool_fund_id)
    members, units = _parts(covers, amount)
    if members > 0 and pool is None:
        raise invalid("/pool_fund_id", "pool_fund_wanted")
    payment = PremiumPayment(
        id=new_id(),
        unit_id=unit.id,
        plan=plan,
        term_start_on=term_start_on,
        covers=len(covers),
        amount=amount,
        members_part=members,
        unit_part=units,
        pool_fund_id=pool.id if pool else None,
        paid_on=paid_on,
        bank_serial=bank_serial,
        confirmed_by=actor.account_id,
    )
    session.add(payment)
    session.flush()
    if pool is not None and members > 0:
        grow_fund(session, actor, pool, amount=members, reason=f"{plan} {term_start_on} {unit.code} {bank_serial}")
    for cover in covers:
        cover.premium_payment_id = payment.id
        advance(session, actor, cover, "confirm_premium", CoverState.IN_FORCE)
    if pool is not None and members > 0:
        on = open_day(session, pool.unit, paid_on, actor.today)
        book_receipt(session, actor, pool, amount=members, received_on=on, payer=unit.name, bank_serial=bank_serial)
    return find_premium(session, actor, payment.id)


def _paying_unit(session: Session, actor: Actor, unit_code: str) -> Unit:
    unit = session.scalar(select(Unit).where(Unit.code == unit_code, within(actor, "cover.read")))
    if unit is None:
        raise invalid("/unit_code", "unit_unknown")
    actor.require("premium.confirm", unit.path)
    return unit


def _require_transfer(actor: Actor, plan: str, payer: str, paid_on: date) -> None:
    """Refuse with Invalid what cannot be a unit's transfer for a plan, whatever waits."""
    if plan not in FIGURES:
        raise invalid("/plan", "plan_unknown")
    if payer != "unit":
        raise invalid("/payer", "individual_transfer")
    if paid_on > actor.today:
        raise invalid("/paid_on", "in_the_future")


def _parts(covers: Sequence[Cover], amount: Decimal) -> tuple[Decimal, Decimal]:
    """What the members and the unit bear together; refuses with Invalid a transfer of any other amount."""
    members = sum((cover.member_part for cover in covers), NOTHING)
    units = sum((cover.unit_part for cover in covers), NOTHING)
    if amount != members + units:
        raise invalid("/amount", "premium_total", covers=len(covers), total=show_yuan(members + units))
    return members, units


def _pool(session: Session, actor: Actor, fund_id: UUID) -> Fund:
    """The fund that holds what members paid, locked; it is of no other purse (domain §0, three purses)."""
    try:
        fund = kept_fund(session, actor, fund_id)
    except NotFound:
        raise invalid("/pool_fund_id", "fund_unknown") from None
    if fund.source != FundSource.MEMBERS_POOL:
        raise invalid("/pool_fund_id", "not_members_pool")
    return fund


def _waiting(session: Session, unit: Unit, plan: str, term_start_on: date) -> Sequence[Cover]:
    return session.scalars(
        select(Cover)
        .where(
            Cover.unit_id == unit.id,
            Cover.plan == plan,
            Cover.term_start_on == term_start_on,
            Cover.state == CoverState.PENDING,
        )
        .order_by(Cover.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).all()
