"""The end of a visit point: settled once, for what was signed, or cancelled before anything was given."""

from __future__ import annotations

from sqlalchemy.orm import Session

from benefits.casework.relief import workflow
from benefits.casework.relief.cap import books_key
from benefits.casework.relief.given import given_at
from benefits.core.actor import Actor
from benefits.core.errors import StateForbids
from benefits.core.money import NOTHING
from benefits.money import fund as funds
from benefits.money.ledger.booking import book_spending
from models.goods_vocabulary import ReliefState as State
from models.relief_point import ReliefPoint


def settle(session: Session, actor: Actor, point: ReliefPoint) -> ReliefPoint:
    """Charge what was signed to the point's fund, once, and give the rest of the reservation back.

    The money leaves the fund here and nowhere else, with a voucher in its books: buying a lot reserves nothing, so
    that goods which go to a roster are charged by its cases alone. What the visited unit bought is reimbursed out of
    this very amount.

    Raises:
        StateForbids: not signed; or a lot of which issued is not signed + put back, to the unit (domain §4.2).
        NotPermitted: of a fund of a unit above too. DutyConflict: by who planned, visited, approved or signed off.
    """
    workflow.require(session, actor, point, "relief.settle", "settle")
    given = given_at(session, [point.id]).get(point.id, [])
    for each in given:
        if each.signed != each.left_there:
            raise StateForbids(
                state="goods_unreconciled",
                act="settle",
                lot_id=each.lot.id,
                issued=each.issued,
                signed=each.signed or 0,
                returned=each.returned,
            )
    amount = sum((each.amount for each in given), NOTHING)
    if point.fund_id is None or point.visited_on is None:
        raise StateForbids(state=point.state, act="settle")
    fund = funds.kept_fund(session, actor, point.fund_id)
    point.settled_amount = amount
    workflow.advance(session, actor, point, "settle", State.SETTLED)
    funds.spend_reserved(session, fund.id, amount)
    funds.release(session, fund.id, point.budget - amount)
    book_spending(session, actor, fund.id, {books_key(session, point.visited_on): amount}, str(point.id))
    return point


def cancel(session: Session, actor: Actor, point: ReliefPoint, reason: str) -> ReliefPoint:
    """Give a visit up before it is made; what its approval reserved is free again."""
    workflow.require(session, actor, point, "relief.keep", "cancel")
    reserved_in = point.fund_id
    workflow.advance(session, actor, point, "cancel", State.CANCELLED, note=reason)
    if reserved_in is not None:
        funds.release(session, reserved_in, point.budget)
    return point
