"""A visit: approved with its money, made with goods from stock, and signed for by who was visited."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy.orm import Session

from benefits.casework.relief import workflow
from benefits.casework.relief.cap import books_key, require_within_cap
from benefits.casework.relief.given import keep_signed
from benefits.casework.relief.point import seal, seal_phone
from benefits.core.actor import Actor
from benefits.core.errors import Fault, Invalid, invalid
from benefits.core.money import NOTHING
from benefits.money import fund as funds
from benefits.money.goods import stock
from benefits.money.goods.lot import lots_by_id
from benefits.money.purse import require_purse
from benefits.registry.heat_days import heat_by_unit
from models.goods import GoodsLot
from models.goods_vocabulary import ReliefState as State
from models.relief_point import ReliefPoint


@dataclass(frozen=True)
class Portion:
    """So many of a lot."""

    lot_id: UUID
    quantity: int


@dataclass(frozen=True)
class Visit:
    """What the handler found and gave: °C with its source, heads that add up, goods from stock."""

    visited_on: date
    temperature: Decimal | None
    temperature_source: str | None
    heads: int
    members: int
    non_members: int
    non_staff: int
    goods: Sequence[Portion]


@dataclass(frozen=True)
class SignOff:
    """What the recipient signed for (送清凉物资签收单); `document_sha256` is that of the signed sheet or a photo."""

    recipient: str
    recipient_phone: str
    signed_on: date
    goods: Sequence[Portion]
    document_sha256: str | None


def approve(session: Session, actor: Actor, point: ReliefPoint, fund_id: UUID) -> ReliefPoint:
    """Approve a plan: its budget is reserved in one fund of the union or of one above it.

    Raises:
        NotPermitted, StateForbids, DutyConflict, FundExhausted. Invalid: no such fund, or of a purse for other things.
    """
    workflow.require(session, actor, point, "relief.check", "approve")
    fund = funds.paying_fund(session, actor, fund_id, point.unit.path)
    require_purse(fund, [books_key(session, point.planned_on)], actor.today)
    point.fund_id = fund.id
    workflow.advance(session, actor, point, "approve", State.APPROVED)
    funds.reserve(session, point.fund_id, point.budget)
    return point


def make_visit(session: Session, actor: Actor, point: ReliefPoint, visit: Visit) -> ReliefPoint:
    """Enter the visit: its goods leave the stock.

    Without a temperature the register of hot days tells that of the visited unit's division.

    Raises:
        NotPermitted, StateForbids (an expired lot too), DutyConflict, StockShort.
        Invalid: heads that do not add up, a day to come, a temperature nobody knows, goods worth more than the budget
            (statement 50), lots that are not the union's or were bought from another fund or by another unit.
        NotEligible: worth more per head than the cap.
    """
    workflow.require(session, actor, point, "relief.keep", "visit")
    if visit.visited_on > actor.today:
        raise invalid("/visited_on", "in_the_future")
    if visit.heads != visit.members + visit.non_members:
        raise invalid("/heads", "heads_do_not_add_up")
    if visit.non_staff > visit.heads:
        raise invalid("/non_staff", "out_of_range", least=0, most=visit.heads)
    lots = _lots(session, actor, point, visit.goods)
    value = sum((lots[each.lot_id].unit_price * each.quantity for each in visit.goods), NOTHING)
    if value > point.budget:
        raise invalid("/goods", "above_budget", most=point.budget, value=value)
    require_within_cap(session, visit.visited_on, visit.heads, value)
    for name in ("visited_on", "heads", "members", "non_members", "non_staff"):
        setattr(point, name, getattr(visit, name))
    point.temperature, point.temperature_source = _temperature(session, point, visit)
    workflow.advance(session, actor, point, "visit", State.VISITED)
    for each in sorted(visit.goods, key=lambda portion: portion.lot_id):
        stock.draw(session, actor, lots[each.lot_id], each.quantity, point_id=point.id, on=visit.visited_on)
    return point


def _temperature(session: Session, point: ReliefPoint, visit: Visit) -> tuple[Decimal, str]:
    if visit.temperature is not None:
        if visit.temperature_source is None:
            raise invalid("/temperature_source", "required")
        return visit.temperature, visit.temperature_source
    known = heat_by_unit(session, [point.visited_unit_id], visit.visited_on).get(point.visited_unit_id)
    if known is None:
        raise invalid("/temperature", "required")
    return known.max_temperature, known.source


def _lots(session: Session, actor: Actor, point: ReliefPoint, goods: Sequence[Portion]) -> dict[UUID, GoodsLot]:
    """The lots that are asked for, locked; each fault at its place."""
    lots = lots_by_id(session, actor, [each.lot_id for each in goods])
    faults = []
    for place, each in enumerate(goods):
        lot = lots.get(each.lot_id)
        if lot is None or lot.unit_id != point.unit_id:
            fault = "lot_unknown"
        elif each.lot_id in [before.lot_id for before in goods[:place]]:
            fault = "lot_listed_twice"
        elif lot.fund_id not in {None, point.fund_id}:
            fault = "lot_of_other_fund"
        elif lot.visited_unit_id not in {None, point.visited_unit_id}:
            fault = "lot_of_other_buyer"
        else:
            continue
        faults.append(Fault(f"/goods/{place}/lot_id", fault))
    if faults:
        raise Invalid(faults)
    return lots


def put_back(session: Session, actor: Actor, point: ReliefPoint, goods: Sequence[Portion]) -> ReliefPoint:
    """Take back into stock what was brought and not given.

    Raises:
        NotPermitted, StateForbids, DutyConflict. Invalid: lots or quantities that were not brought.
    """
    workflow.require(session, actor, point, "relief.keep", "put_back")
    lots = _lots(session, actor, point, goods)
    for each in sorted(goods, key=lambda portion: portion.lot_id):
        stock.put_back(session, actor, lots[each.lot_id], each.quantity, point_id=point.id)
    workflow.advance(session, actor, point, "put_back", State(point.state))
    return point


def sign(session: Session, actor: Actor, point: ReliefPoint, signed: SignOff) -> ReliefPoint:
    """Enter the recipient's signature; a corrected sheet may be entered again until the settlement.

    Raises:
        NotPermitted, StateForbids. DutyConflict: by who planned or handled the visit.
        Invalid: a day before the visit or to come, no mobile number, more than was brought.
    """
    workflow.require(session, actor, point, "relief.check", "sign")
    if point.visited_on is None or not point.visited_on <= signed.signed_on <= actor.today:
        raise invalid("/signed_on", "out_of_range", least=point.visited_on, most=actor.today)
    _lots(session, actor, point, signed.goods)
    keep_signed(session, point, {each.lot_id: each.quantity for each in signed.goods})
    seal(session, point, "recipient", signed.recipient)
    seal_phone(session, point, "recipient_phone", signed.recipient_phone)
    point.signed_on = signed.signed_on
    point.document_digest = bytes.fromhex(signed.document_sha256) if signed.document_sha256 else None
    workflow.advance(session, actor, point, "sign", State.SIGNED)
    return point
