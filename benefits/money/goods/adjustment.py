"""Corrections of stock: damage, expiry, goods sent back, counts; asked by one person, decided by another."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from benefits.core.actor import Actor
from benefits.core.errors import DutyConflict, NotFound, StateForbids, StockShort, invalid
from benefits.core.plain_text import require_plain
from benefits.money.goods import stock
from models.columns import new_id
from models.goods import GoodsAdjustment, GoodsLot
from models.goods_vocabulary import GoodsAdjustmentCause as Cause
from models.goods_vocabulary import GoodsAdjustmentState as State
from models.goods_vocabulary import GoodsMoveKind, GoodsState

_MOVE = {
    Cause.DAMAGED: GoodsMoveKind.WRITTEN_OFF,
    Cause.EXPIRED: GoodsMoveKind.WRITTEN_OFF,
    Cause.TO_SUPPLIER: GoodsMoveKind.SENT_BACK,
    Cause.STOCKTAKE: GoodsMoveKind.COUNTED,
}


def ask_adjustment(
    session: Session, actor: Actor, lot: GoodsLot, *, cause: str, quantity: int | None, counted: int | None, reason: str
) -> GoodsAdjustment:
    """Ask that goods leave the books, or that a count be taken over; nothing moves until another person approves.

    Args:
        quantity: what leaves; not with `stocktake`.
        counted: what was found at a `stocktake`; the difference to what is on hand now is kept.

    Raises:
        Invalid: the numbers do not fit the cause; goods said to be expired that are not.
        StockShort: more than is on hand. StateForbids: the lot was not accepted. NotPermitted.
    """
    actor.require("goods.keep", lot.unit.path)
    if lot.state != GoodsState.ACCEPTED:
        raise StateForbids(state=lot.state, act="adjust")
    found = _counted(lot, counted) if cause == Cause.STOCKTAKE else _leaving(actor, lot, cause, quantity)
    if (counted if cause != Cause.STOCKTAKE else quantity) is not None:
        raise invalid("/counted" if cause != Cause.STOCKTAKE else "/quantity", "not_of_this_cause")
    asked = GoodsAdjustment(
        id=new_id(),
        lot_id=lot.id,
        unit_id=lot.unit_id,
        cause=cause,
        quantity=found,
        counted=counted,
        reason=require_plain("/reason", reason),
        state=State.ASKED,
        asked_by=actor.account_id,
        asked_person_id=actor.person_id,
    )
    session.add(asked)
    lot.touched_at = actor.at
    session.flush()
    return asked


def _counted(lot: GoodsLot, counted: int | None) -> int:
    if counted is None:
        raise invalid("/counted", "required")
    return counted - lot.on_hand


def _leaving(actor: Actor, lot: GoodsLot, cause: str, quantity: int | None) -> int:
    if quantity is None:
        raise invalid("/quantity", "required")
    if cause == Cause.EXPIRED and (lot.expires_on is None or lot.expires_on >= actor.today):
        raise invalid("/cause", "not_expired")
    if quantity > lot.on_hand:
        raise StockShort(lot_id=lot.id, on_hand=lot.on_hand, asked=quantity)
    return quantity


def decide_adjustment(
    session: Session, actor: Actor, lot: GoodsLot, adjustment_id: UUID, *, approved: bool, note: str | None
) -> GoodsAdjustment:
    """Approve or reject a correction, as another person than who asked; an approved one moves the stock.

    Raises:
        DutyConflict, NotPermitted. NotFound: the lot has no such correction. StateForbids: it is decided.
        StockShort: meanwhile less is on hand.
    """
    actor.require("goods.check", lot.unit.path)
    asked = session.scalar(
        select(GoodsAdjustment)
        .where(GoodsAdjustment.id == adjustment_id, GoodsAdjustment.lot_id == lot.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    if asked is None:
        raise NotFound
    if asked.state != State.ASKED:
        raise StateForbids(state=asked.state, act="approve" if approved else "reject")
    if asked.asked_person_id == actor.person_id:
        raise DutyConflict(lot_id=lot.id, held="asked", wanted="decided")
    asked.state = State.APPROVED if approved else State.REJECTED
    asked.note = note and require_plain("/note", note)
    asked.decided_by, asked.decided_person_id, asked.decided_at = actor.account_id, actor.person_id, actor.at
    lot.touched_at = actor.at
    session.flush()
    effect = asked.quantity if asked.cause == Cause.STOCKTAKE else -asked.quantity
    if approved and effect:
        stock.move(session, actor, lot, _MOVE[Cause(asked.cause)], effect, actor.today, adjustment_id=asked.id)
    return asked


def list_adjustments(session: Session, lot: GoodsLot, *, after: UUID | None, limit: int) -> list[GoodsAdjustment]:
    """The corrections of a lot in order, one more than `limit` where there are more."""
    query = select(GoodsAdjustment).where(GoodsAdjustment.lot_id == lot.id).order_by(GoodsAdjustment.id)
    query = query.limit(limit + 1)
    return list(session.scalars(query if after is None else query.where(GoodsAdjustment.id > after)))
