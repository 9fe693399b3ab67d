"""Goods of a roster: drawn from the unit's lots, put back where not given out, and reconciled to the piece."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from benefits.casework.roster import stages
from benefits.casework.roster.shelf import Carried
from benefits.core.actor import Actor
from benefits.core.errors import NotFound, StateForbids, invalid
from benefits.money.goods.lot import lock_lot
from benefits.money.goods.stock import draw, drawn_by, put_back
from models.goods import GoodsLot
from models.roster import Roster
from models.roster_vocabulary import RosterLineState


def draw_for(session: Session, actor: Actor, roster: Roster, *, lot_id: UUID, quantity: int) -> Roster:
    """Draw pieces of a lot for an approved roster.

    Raises:
        StockShort: less is on hand. StateForbids: not approved; the lot not accepted, or expired. NotPermitted.
        Invalid: no such lot of the roster's union, or one bought from another fund.
    """
    draw(session, actor, _lot(session, actor, roster, lot_id), quantity, roster_id=roster.id)
    return _touched(session, actor, roster)


def put_back_from(session: Session, actor: Actor, roster: Roster, *, lot_id: UUID, quantity: int) -> Roster:
    """Put back into stock what was drawn for a roster and not given out.

    Raises:
        Invalid: no such lot, or more than was drawn. StateForbids, NotPermitted.
    """
    put_back(session, actor, _lot(session, actor, roster, lot_id), quantity, roster_id=roster.id)
    return _touched(session, actor, roster)


def require_reconciled(session: Session, roster: Roster, lines: Sequence[Carried]) -> None:
    """Where goods were drawn for the roster, what was not put back must have been signed for (statement 18).

    Raises:
        StateForbids: with the pieces drawn and not put back, and those signed for.
    """
    drawn = drawn_by(session, roster.id)
    issued = [each.line for each in lines if each.line.form == "goods" and each.line.state == RosterLineState.ISSUED]
    signed = sum(line.quantity or 1 for line in issued)
    if drawn and sum(drawn.values()) != signed:
        raise StateForbids(state="stock_open", act="close", drawn=sum(drawn.values()), signed=signed)


def require_none_drawn(session: Session, roster: Roster) -> None:
    """Refuse to return a roster for which goods are out of stock; they are put back first."""
    if sum(drawn_by(session, roster.id).values()):
        raise StateForbids(state="goods_drawn", act="return")


def _lot(session: Session, actor: Actor, roster: Roster, lot_id: UUID) -> GoodsLot:
    actor.require("case.file", roster.unit.path)
    stages.require(roster, "sign")
    try:
        lot = lock_lot(session, actor, lot_id)
    except NotFound:
        raise invalid("/lot_id", "lot_unknown") from None
    if lot.unit_id != roster.unit_id:
        raise invalid("/lot_id", "lot_unknown")
    if lot.fund_id not in {None, roster.fund_id}:
        raise invalid("/lot_id", "lot_of_other_fund")
    return lot


def _touched(session: Session, actor: Actor, roster: Roster) -> Roster:
    roster.touched_at = actor.at
    session.flush()
    return roster
