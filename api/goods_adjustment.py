"""Corrections of stock: `/goods/{id}/adjustments`, asked by one person and decided by another."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from api.arguments import Blueprint
from api.fields import Body, Id, Instant, Text, Whole
from api.guard import Desk, operation
from api.paging import PageQuery, page, page_of, window
from benefits.money.goods import adjustment as adjustments
from benefits.money.goods import lot as lots
from models.goods import GoodsLot
from models.goods_vocabulary import GoodsAdjustmentCause, GoodsAdjustmentState

bp = Blueprint("goods_adjustment", __name__, url_prefix="/goods", description="报损、退货和盘点 / Corrections of stock")


class AdjustmentBody(Body):
    """Goods that leave without a recipient (`quantity`), or what a stocktake found (`counted`)."""

    cause = Text(required=True, choices=tuple(GoodsAdjustmentCause))
    quantity = Whole(load_default=None, least=1)
    counted = Whole(load_default=None)
    reason = Text(required=True, least=1, most=500)


class AdjustmentView(Body):
    """A correction; of a stocktake `quantity` is the difference, with its sign."""

    id = Id(required=True)
    cause = Text(required=True, choices=tuple(GoodsAdjustmentCause))
    quantity = Whole(required=True)
    counted = Whole(required=True, allow_none=True)
    reason = Text(required=True)
    state = Text(required=True, choices=tuple(GoodsAdjustmentState))
    asked_by = Id(required=True)
    asked_at = Instant(required=True)
    decided_by = Id(required=True, allow_none=True)
    decided_at = Instant(required=True, allow_none=True)
    note = Text(required=True, allow_none=True)


class NoteBody(Body):
    """A word of the person who decides."""

    note = Text(load_default=None, least=1, most=500)


AdjustmentPage = page_of(AdjustmentView)


@bp.route("/<uuid:lot_id>/adjustments", methods=["GET"])
@operation("goods.read", load=lots.find_lot)
@bp.arguments(PageQuery, location="query")
@bp.response(200, AdjustmentPage)
def list_adjustments(desk: Desk[GoodsLot], query: dict[str, Any]) -> Any:
    """报损、退货和盘点 / The corrections of a lot."""
    part = window(query)
    found = adjustments.list_adjustments(desk.session, desk.thing, after=part.after, limit=part.limit)
    shelf = page(found, part.limit)
    return {"items": shelf.items, "next": shelf.next}


@bp.route("/<uuid:lot_id>/adjustments", methods=["POST"])
@operation("goods.keep", load=lots.lock_lot, keyed=True, conditional=True)
@bp.arguments(AdjustmentBody)
@bp.response(201, AdjustmentView)
def ask_adjustment(desk: Desk[GoodsLot], body: dict[str, Any]) -> Any:
    """申请报损、退货或盘点调整 / Ask for a correction; nothing moves until another person approves."""
    asked = adjustments.ask_adjustment(desk.session, desk.actor, desk.thing, **body)
    return asked, 201, {"Location": f"/api/v1/goods/{desk.thing.id}"}


def _decision(name: str, *, moves_money: bool = False) -> Any:
    def wrap(view: Any) -> Any:
        inner = bp.arguments(NoteBody)(bp.response(200, AdjustmentView)(view))
        guarded = operation("goods.check", load=lots.lock_lot, keyed=True, conditional=True, moves_money=moves_money)(
            inner
        )
        return bp.route(f"/<uuid:lot_id>/adjustments/<uuid:adjustment_id>/{name}", methods=["POST"])(guarded)

    return wrap


@_decision("approve", moves_money=True)
def approve(desk: Desk[GoodsLot], body: dict[str, Any], adjustment_id: UUID) -> Any:
    """批准调整 / Approve a correction, as another person than who asked; the stock moves."""
    return adjustments.decide_adjustment(
        desk.session, desk.actor, desk.thing, adjustment_id, approved=True, note=body["note"]
    )


@_decision("reject")
def reject(desk: Desk[GoodsLot], body: dict[str, Any], adjustment_id: UUID) -> Any:
    """不批准调整 / Reject a correction; nothing moves."""
    return adjustments.decide_adjustment(
        desk.session, desk.actor, desk.thing, adjustment_id, approved=False, note=body["note"]
    )
