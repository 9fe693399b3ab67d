"""Goods drawn from stock for a roster, and put back where they were not given out."""

from __future__ import annotations

from typing import Any

from api.arguments import Blueprint
from api.fields import Body, Id, Whole
from api.guard import Desk
from api.roster import roster_act, shown
from benefits.casework.roster import stock
from models.roster import Roster

bp = Blueprint("roster_stock", __name__, url_prefix="/rosters", description="花名册物资 / Goods of rosters")


class RosterStockBody(Body):
    """Pieces of one lot."""

    lot_id = Id(required=True)
    quantity = Whole(required=True, least=1, most=10_000_000)


@roster_act(bp, "draw", "goods.keep", RosterStockBody, moves_money=True)
def draw(desk: Desk[Roster], body: dict[str, Any]) -> Any:
    """出库 / Draw goods from stock for this roster."""
    return shown(desk, stock.draw_for(desk.session, desk.actor, desk.thing, **body))


@roster_act(bp, "put-back", "goods.keep", RosterStockBody, moves_money=True)
def put_back(desk: Desk[Roster], body: dict[str, Any]) -> Any:
    """退库 / Put back into stock what was not given out."""
    return shown(desk, stock.put_back_from(desk.session, desk.actor, desk.thing, **body))
