"""Lots of goods: registered by who bought them, in stock once another person has accepted them (验收)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from benefits.access.reach import along, within
from benefits.core.actor import Actor
from benefits.core.errors import DutyConflict, NotFound, StateForbids, invalid
from benefits.money.fund import paying_fund
from benefits.money.goods import stock
from models.columns import new_id
from models.goods import GoodsLot
from models.goods_vocabulary import GoodsBuyer, GoodsMoveKind, GoodsState
from models.unit import Unit

_MAY_FOLLOW = {"accept": (GoodsState.REGISTERED,), "cancel": (GoodsState.REGISTERED,)}


@dataclass(frozen=True)
class Purchase:
    """One line of an invoice: `quantity` in `measure` (箱, 套) at `unit_price` yuan each."""

    name: str
    specification: str | None
    batch_number: str | None
    expires_on: date | None
    measure: str
    quantity: int
    unit_price: Decimal
    supplier: str
    invoice_number: str | None
    contract_number: str | None
    bought_on: date
    purchased_by: str


def _visible(actor: Actor) -> Select[GoodsLot]:
    """Lots in the books of the actor's units and of those below; never those of units above."""
    return (
        select(GoodsLot)
        .join(GoodsLot.unit)
        .options(contains_eager(GoodsLot.unit), joinedload(GoodsLot.visited_unit))
        .where(within(actor, "goods.read"))
    )


def find_lot(session: Session, actor: Actor, lot_id: UUID) -> GoodsLot:
    """A lot that the actor may see; raises NotFound."""
    found = session.scalar(_visible(actor).where(GoodsLot.id == lot_id).execution_options(populate_existing=True))
    if found is None:
        raise NotFound
    return found


def lock_lot(session: Session, actor: Actor, lot_id: UUID) -> GoodsLot:
    """The same, locked until the transaction ends."""
    found = find_lot(session, actor, lot_id)
    session.execute(select(GoodsLot.id).where(GoodsLot.id == found.id).with_for_update(key_share=True))
    return find_lot(session, actor, lot_id)


def lots_by_id(session: Session, actor: Actor, lot_ids: Collection[UUID]) -> dict[UUID, GoodsLot]:
    """Those of these lots that the actor may see, locked in id order: whoever draws on several starts here."""
    visible = session.scalars(
        _visible(actor).with_only_columns(GoodsLot.id).where(GoodsLot.id.in_(lot_ids)).order_by(GoodsLot.id)
    ).all()
    session.execute(
        select(GoodsLot.id).where(GoodsLot.id.in_(visible)).order_by(GoodsLot.id).with_for_update(key_share=True)
    )
    found = session.scalars(_visible(actor).where(GoodsLot.id.in_(visible)).execution_options(populate_existing=True))
    return {lot.id: lot for lot in found}


def list_lots(
    session: Session,
    actor: Actor,
    *,
    after: UUID | None,
    limit: int,
    unit_code: str | None = None,
    state: str | None = None,
    on_hand: bool | None = None,
) -> list[GoodsLot]:
    """Lots in order of registration, one more than `limit` where there are more; `on_hand`: whether any is left."""
    query = _visible(actor).order_by(GoodsLot.id).limit(limit + 1)
    if after is not None:
        query = query.where(GoodsLot.id > after)
    if unit_code is not None:
        query = query.where(Unit.code == unit_code)
    if state is not None:
        query = query.where(GoodsLot.state == state)
    if on_hand is not None:
        query = query.where((GoodsLot.on_hand > 0) == on_hand)
    return list(session.scalars(query))


def register_lot(
    session: Session,
    actor: Actor,
    purchase: Purchase,
    *,
    unit_code: str,
    visited_unit_code: str | None,
    fund_id: UUID | None,
) -> GoodsLot:
    """Enter what was bought; nothing is in stock before its acceptance.

    Args:
        visited_unit_code: the unit below that bought on behalf and is reimbursed; only with `visited_unit`.
        fund_id: the purse that pays for it. Money moves when the goods are given, never here: by the case of a
            roster's line, or by the settlement of a visit point.

    Raises:
        Invalid: unknown unit or fund, or a buyer that does not fit. NotPermitted.
        AlreadyExists: this line of the supplier's invoice stands in the unit's books.
    """
    unit = session.scalar(select(Unit).where(Unit.code == unit_code, within(actor, "goods.read")))
    if unit is None:
        raise invalid("/unit_code", "unit_unknown")
    actor.require("goods.keep", unit.path)
    if purchase.bought_on > actor.today:
        raise invalid("/bought_on", "in_the_future")
    visited = _buyer(session, actor, unit, purchase, visited_unit_code)
    fund = None if fund_id is None else paying_fund(session, actor, fund_id, unit.path)
    lot = GoodsLot(
        id=new_id(),
        unit_id=unit.id,
        **vars(purchase),
        visited_unit_id=visited.id if visited else None,
        fund_id=fund.id if fund else None,
        state=GoodsState.REGISTERED,
        registered_by=actor.account_id,
        registered_person_id=actor.person_id,
    )
    session.add(lot)
    session.flush()
    return find_lot(session, actor, lot.id)


def _buyer(session: Session, actor: Actor, unit: Unit, purchase: Purchase, code: str | None) -> Unit | None:
    if purchase.purchased_by != GoodsBuyer.VISITED_UNIT:
        if code is not None:
            raise invalid("/visited_unit_code", "buyer_not_visited_unit")
        return None
    if code is None:
        raise invalid("/visited_unit_code", "required")
    visited = session.scalar(select(Unit).where(Unit.code == code, along(actor, "unit.read")))
    if visited is None or visited.id == unit.id or not visited.path.startswith(unit.path):
        raise invalid("/visited_unit_code", "unit_unknown")
    return visited


def accept_lot(session: Session, actor: Actor, lot: GoodsLot, *, received: int, accepted_on: date) -> GoodsLot:
    """Accept what was delivered, as counted; from then on it is in stock (domain §3, 验收单).

    Raises:
        DutyConflict: by the person who bought it. StateForbids. NotPermitted.
        Invalid: more than was invoiced, or a day before the purchase or after today.
    """
    actor.require("goods.check", lot.unit.path)
    require_state(lot, "accept")
    if actor.person_id == lot.registered_person_id:
        raise DutyConflict(lot_id=lot.id, held="bought", wanted="accepted")
    if not 1 <= received <= lot.quantity:
        raise invalid("/received", "above_invoiced", most=lot.quantity)
    if not lot.bought_on <= accepted_on <= actor.today:
        raise invalid("/accepted_on", "out_of_range", least=lot.bought_on, most=actor.today)
    lot.state, lot.received, lot.accepted_on = GoodsState.ACCEPTED, received, accepted_on
    lot.accepted_by, lot.accepted_person_id = actor.account_id, actor.person_id
    session.flush()
    stock.move(session, actor, lot, GoodsMoveKind.RECEIVED, received, accepted_on)
    return lot


def cancel_lot(session: Session, actor: Actor, lot: GoodsLot) -> GoodsLot:
    """Take back a registration that was a mistake, or a delivery that was refused."""
    actor.require("goods.keep", lot.unit.path)
    require_state(lot, "cancel")
    lot.state = GoodsState.CANCELLED
    session.flush()
    return lot


def require_state(lot: GoodsLot, act: str) -> None:
    """Refuse with `StateForbids` an act that may not follow the lot's state."""
    if lot.state not in _MAY_FOLLOW[act]:
        raise StateForbids(state=lot.state, act=act)
