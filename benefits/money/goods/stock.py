"""Stock: every change is one conditional update and one row that is never changed; none goes below zero."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from benefits.core.actor import Actor
from benefits.core.errors import StateForbids, StockShort, invalid
from benefits.money.ledger.booking import book_stock
from models.goods import GoodsLot, GoodsMove
from models.goods_vocabulary import GoodsMoveKind, GoodsState


def draw(
    session: Session,
    actor: Actor,
    lot: GoodsLot,
    quantity: int,
    *,
    roster_id: UUID | None = None,
    point_id: UUID | None = None,
    on: date | None = None,
) -> GoodsMove:
    """Issue `quantity` of a lot to one roster or one visit point, on `on` (today without it).

    Whoever draws on several lots takes them in id order (`lot.lots_by_id`).

    Raises:
        StockShort: less is on hand. StateForbids: the lot was not accepted by that day, or has expired. NotPermitted.
    """
    actor.require("goods.keep", lot.unit.path)
    day = on or actor.today
    if lot.accepted_on is None or day < lot.accepted_on:
        raise StateForbids(state=GoodsState.REGISTERED, act="draw")
    if lot.expires_on is not None and lot.expires_on < day:
        raise StateForbids(state="expired", act="draw", expires_on=lot.expires_on)
    _require_some(lot, quantity)
    return move(session, actor, lot, GoodsMoveKind.ISSUED, -quantity, day, roster_id=roster_id, point_id=point_id)


def put_back(
    session: Session,
    actor: Actor,
    lot: GoodsLot,
    quantity: int,
    *,
    roster_id: UUID | None = None,
    point_id: UUID | None = None,
) -> GoodsMove:
    """Take back into stock, today, what was drawn for this roster or point and not given out.

    Raises:
        Invalid: at `/quantity`, more than was drawn and not yet put back. NotPermitted.
    """
    actor.require("goods.keep", lot.unit.path)
    _require_some(lot, quantity)
    kept = move(
        session, actor, lot, GoodsMoveKind.RETURNED, quantity, actor.today, roster_id=roster_id, point_id=point_id
    )
    # The update holds the lot's row, so that nobody else puts the same goods back in between.
    left = _drawn(session, roster_id=roster_id, point_id=point_id).get(lot.id, 0)
    if left < 0:
        raise invalid("/quantity", "above_drawn", most=left + quantity)
    return kept


def _require_some(lot: GoodsLot, quantity: int) -> None:
    if quantity < 1:
        raise invalid("/quantity", "out_of_range", least=1, most=lot.quantity)


def drawn_by(session: Session, roster_id: UUID) -> Mapping[UUID, int]:
    """By lot: what was drawn for a roster and not put back."""
    return _drawn(session, roster_id=roster_id)


def drawn_at(session: Session, point_id: UUID) -> Mapping[UUID, int]:
    """The same of a visit point."""
    return _drawn(session, point_id=point_id)


def _drawn(session: Session, *, roster_id: UUID | None = None, point_id: UUID | None = None) -> dict[UUID, int]:
    of = GoodsMove.point_id == point_id if roster_id is None else GoodsMove.roster_id == roster_id
    drawn = select(GoodsMove.lot_id, -func.sum(GoodsMove.quantity)).where(of).group_by(GoodsMove.lot_id)
    return {lot_id: int(quantity) for lot_id, quantity in session.execute(drawn.order_by(GoodsMove.lot_id))}


def move(
    session: Session,
    actor: Actor,
    lot: GoodsLot,
    kind: GoodsMoveKind,
    quantity: int,
    on: date,
    *,
    roster_id: UUID | None = None,
    point_id: UUID | None = None,
    adjustment_id: UUID | None = None,
) -> GoodsMove:
    """Change the stock of a lot by `quantity` (signed), in the books too, and keep the row of it.

    Who may is the caller's to ask; every lot is locked before the first move, for the voucher takes the last lock.

    Raises:
        StockShort: with nothing changed. The update waits for others on the row and sees what they left.
    """
    left = session.scalar(
        update(GoodsLot)
        .where(GoodsLot.id == lot.id, GoodsLot.on_hand + quantity >= 0)
        .values(on_hand=GoodsLot.on_hand + quantity)
        .returning(GoodsLot.on_hand)
        .execution_options(synchronize_session=False)
    )
    session.refresh(lot, ["on_hand", "version"])
    if left is None:
        raise StockShort(lot_id=lot.id, on_hand=lot.on_hand, asked=-quantity)
    reference = lot.invoice_number or str(lot.id)
    voucher = book_stock(session, actor, lot.unit, quantity * lot.unit_price, reference, lot.name)
    kept = GoodsMove(
        lot_id=lot.id,
        unit_id=lot.unit_id,
        kind=kind,
        quantity=quantity,
        roster_id=roster_id,
        point_id=point_id,
        adjustment_id=adjustment_id,
        voucher_id=voucher.id if voucher else None,
        moved_on=on,
        moved_by=actor.account_id,
    )
    session.add(kept)
    session.flush()
    return kept


def list_moves(session: Session, lot: GoodsLot, *, after: UUID | None, limit: int) -> list[GoodsMove]:
    """The moves of a lot in order, one more than `limit` where there are more."""
    query = select(GoodsMove).where(GoodsMove.lot_id == lot.id).order_by(GoodsMove.id).limit(limit + 1)
    return list(session.scalars(query if after is None else query.where(GoodsMove.id > after)))
