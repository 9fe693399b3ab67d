"""Goods: `/goods`, the lots that units keep, their acceptance and their moves."""

from __future__ import annotations

from typing import Any

from api.arguments import Blueprint
from api.fields import Body, Day, Id, Instant, Money, QueryFlag, Text, Whole
from api.guard import Desk, created, operation
from api.paging import PageQuery, page, page_of, window
from benefits.money.goods import lot as lots
from benefits.money.goods import stock
from models.goods import GoodsLot
from models.goods_vocabulary import GoodsBuyer, GoodsMoveKind, GoodsState

bp = Blueprint("goods", __name__, url_prefix="/goods", description="物资 / Goods")

_ONLY_WITH_VISITED = "the unit below that bought on behalf; with `purchased_by` = `visited_unit`"


class LotBody(Body):
    """One line of a supplier's invoice."""

    unit_code = Text(required=True, least=1, most=64)
    name = Text(required=True, least=1, most=100)
    specification = Text(load_default=None, allow_none=True, least=1, most=100)
    batch_number = Text(load_default=None, allow_none=True, least=1, most=64)
    expires_on = Day(load_default=None, allow_none=True)
    measure = Text(required=True, least=1, most=10, metadata={"description": "what is counted: 箱, 套, 份"})
    quantity = Whole(required=True, least=1, most=10_000_000)
    unit_price = Money(required=True)
    supplier = Text(required=True, least=1, most=100)
    invoice_number = Text(load_default=None, allow_none=True, least=1, most=64)
    contract_number = Text(load_default=None, allow_none=True, least=1, most=64)
    bought_on = Day(required=True)
    purchased_by = Text(load_default=GoodsBuyer.THIS_UNION.value, choices=tuple(GoodsBuyer))
    visited_unit_code = Text(load_default=None, allow_none=True, most=64, metadata={"description": _ONLY_WITH_VISITED})
    fund_id = Id(load_default=None, allow_none=True)


class LotView(Body):
    """A lot; `on_hand` is what is in stock now."""

    id = Id(required=True)
    unit_code = Text(required=True)
    name = Text(required=True)
    specification = Text(required=True, allow_none=True)
    batch_number = Text(required=True, allow_none=True)
    expires_on = Day(required=True, allow_none=True)
    measure = Text(required=True)
    quantity = Whole(required=True)
    unit_price = Money(required=True)
    supplier = Text(required=True)
    invoice_number = Text(required=True, allow_none=True)
    contract_number = Text(required=True, allow_none=True)
    bought_on = Day(required=True)
    purchased_by = Text(required=True, choices=tuple(GoodsBuyer))
    visited_unit_code = Text(required=True, allow_none=True)
    fund_id = Id(required=True, allow_none=True)
    state = Text(required=True, choices=tuple(GoodsState))
    received = Whole(required=True, allow_none=True)
    on_hand = Whole(required=True)
    registered_by = Id(required=True)
    accepted_by = Id(required=True, allow_none=True)
    accepted_on = Day(required=True, allow_none=True)


class LotQuery(PageQuery):
    """Filters of the list."""

    unit = Text(load_default=None, most=64)
    state = Text(load_default=None, choices=tuple(GoodsState))
    on_hand = QueryFlag(load_default=None)


class AcceptanceBody(Body):
    """What was counted at the delivery (验收), and when; today without a day."""

    received = Whole(required=True, least=1, most=10_000_000)
    accepted_on = Day(load_default=None)


class MoveView(Body):
    """A move; `quantity` is what it does to the stock, with its sign."""

    id = Id(required=True)
    kind = Text(required=True, choices=tuple(GoodsMoveKind))
    quantity = Whole(required=True)
    roster_id = Id(required=True, allow_none=True)
    point_id = Id(required=True, allow_none=True)
    adjustment_id = Id(required=True, allow_none=True)
    moved_on = Day(required=True)
    moved_by = Id(required=True)
    created_at = Instant(required=True)


LotPage, MovePage = page_of(LotView), page_of(MoveView)
_SHOWN = (
    *("id", "name", "specification", "batch_number", "expires_on", "measure", "quantity", "unit_price", "supplier"),
    *("invoice_number", "contract_number", "bought_on", "purchased_by", "fund_id", "state", "received", "on_hand"),
    *("registered_by", "accepted_by", "accepted_on"),
)


def shown(lot: GoodsLot) -> dict[str, Any]:
    """A lot as its page shows it."""
    return {
        **{name: getattr(lot, name) for name in _SHOWN},
        "unit_code": lot.unit.code,
        "visited_unit_code": lot.visited_unit and lot.visited_unit.code,
    }


@bp.route("", methods=["GET"])
@operation("goods.read")
@bp.arguments(LotQuery, location="query")
@bp.response(200, LotPage)
def list_lots(desk: Desk[None], query: dict[str, Any]) -> Any:
    """物资列表 / The lots of your units and those below."""
    part = window(query)
    query["unit_code"] = query.pop("unit")
    shelf = page(lots.list_lots(desk.session, desk.actor, after=part.after, limit=part.limit, **query), part.limit)
    return {"items": [shown(each) for each in shelf.items], "next": shelf.next}


@bp.route("", methods=["POST"])
@operation("goods.keep", keyed=True)
@bp.arguments(LotBody)
@bp.response(201, LotView)
def register_lot(desk: Desk[None], body: dict[str, Any]) -> Any:
    """登记采购 / Enter what was bought; it is in stock once another person has accepted it."""
    about = {name: body.pop(name) for name in ("unit_code", "visited_unit_code", "fund_id")}
    lot = lots.register_lot(desk.session, desk.actor, lots.Purchase(**body), **about)
    return shown(lot), 201, created(f"/goods/{lot.id}", lot)


@bp.route("/<uuid:lot_id>", methods=["GET"])
@operation("goods.read", load=lots.find_lot)
@bp.response(200, LotView)
def get_lot(desk: Desk[GoodsLot]) -> Any:
    """物资详情 / One lot."""
    return shown(desk.thing)


@bp.route("/<uuid:lot_id>/accept", methods=["POST"])
@operation("goods.check", load=lots.lock_lot, keyed=True, conditional=True, moves_money=True)
@bp.arguments(AcceptanceBody)
@bp.response(200, LotView)
def accept(desk: Desk[GoodsLot], body: dict[str, Any]) -> Any:
    """验收入库 / Another person than the buyer accepts what was delivered."""
    on = body["accepted_on"] or desk.actor.today
    lots.accept_lot(desk.session, desk.actor, desk.thing, received=body["received"], accepted_on=on)
    return shown(desk.thing)


@bp.route("/<uuid:lot_id>/cancel", methods=["POST"])
@operation("goods.keep", load=lots.lock_lot, keyed=True, conditional=True)
@bp.arguments(Body)
@bp.response(200, LotView)
def cancel(desk: Desk[GoodsLot], _body: dict[str, Any]) -> Any:
    """撤销登记 / Take a registration back before its acceptance."""
    return shown(lots.cancel_lot(desk.session, desk.actor, desk.thing))


@bp.route("/<uuid:lot_id>/moves", methods=["GET"])
@operation("goods.read", load=lots.find_lot)
@bp.arguments(PageQuery, location="query")
@bp.response(200, MovePage)
def list_moves(desk: Desk[GoodsLot], query: dict[str, Any]) -> Any:
    """出入库流水 / Every move of a lot."""
    part = window(query)
    shelf = page(stock.list_moves(desk.session, desk.thing, after=part.after, limit=part.limit), part.limit)
    return {"items": shelf.items, "next": shelf.next}
