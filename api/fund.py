"""Funds: `/funds`, each with what is appropriated, reserved, committed, spent and available."""

from __future__ import annotations

from typing import Any

from api.arguments import Blueprint
from api.fields import Body, Id, Money, QueryWhole, Text, Whole
from api.guard import Desk, created, operation
from api.paging import PageQuery, page, page_of, window
from benefits.core.actor import Actor
from benefits.money import carry_over as carrying
from benefits.money import fund as funds
from models.money import Fund
from models.vocabulary import FundSource

bp = Blueprint("fund", __name__, url_prefix="/funds", description="资金 / Funds")


class FundBody(Body):
    """A purse of a unit for a year."""

    unit_code = Text(required=True, least=1, most=64)
    name = Text(required=True, least=1, most=100)
    year = Whole(required=True, least=2000, most=2100)
    source = Text(required=True, choices=tuple(FundSource))
    appropriated = Money(required=True)


class FundView(Body):
    """A fund; the amounts are null for units below its owner, which see its name only.

    Once its year is closed `successor_id` names the fund that follows it; this one pays only what it owes.
    """

    id = Id(required=True)
    unit_code = Text(required=True)
    name = Text(required=True)
    year = Whole(required=True)
    source = Text(required=True, choices=tuple(FundSource))
    appropriated = Money(required=True, allow_none=True)
    reserved = Money(required=True, allow_none=True)
    committed = Money(required=True, allow_none=True)
    spent = Money(required=True, allow_none=True)
    available = Money(required=True, allow_none=True)
    successor_id = Id(required=True, allow_none=True)


class FundQuery(PageQuery):
    """Filters of the list."""

    unit_code = Text(load_default=None, most=64)
    year = QueryWhole(least=2000, most=2100, load_default=None)


class AdjustmentBody(Body):
    """A change of the appropriation, signed; from the second of a year on with the minutes that decided it."""

    amount = Money(required=True, signed=True)
    reason = Text(required=True, least=1, most=500)
    minutes = Text(load_default=None, allow_none=True, least=1, most=200)


FundPage = page_of(FundView)


def shown(actor: Actor, fund: Fund) -> dict[str, Any]:
    """A fund as its reader may see it."""
    parts: dict[str, Any] = {
        part: getattr(fund, part) for part in ("appropriated", "reserved", "committed", "spent", "available")
    }
    if not funds.sees_balance(actor, fund):
        parts = dict.fromkeys(parts)
    return {
        "id": fund.id,
        "unit_code": fund.unit.code,
        "name": fund.name,
        "year": fund.year,
        "source": fund.source,
        **parts,
        "successor_id": fund.successor_id,
    }


@bp.route("", methods=["GET"])
@operation("fund.read")
@bp.arguments(FundQuery, location="query")
@bp.response(200, FundPage)
def list_funds(desk: Desk[None], query: dict[str, Any]) -> Any:
    """资金列表 / The funds of your units, those below and those above."""
    part = window(query)
    rows = funds.list_funds(desk.session, desk.actor, after=part.after, limit=part.limit, **query)
    shelf = page(rows, part.limit)
    return {"items": [shown(desk.actor, fund) for fund in shelf.items], "next": shelf.next}


@bp.route("", methods=["POST"])
@operation("fund.keep", keyed=True, moves_money=True)
@bp.arguments(FundBody)
@bp.response(201, FundView)
def create_fund(desk: Desk[None], body: dict[str, Any]) -> Any:
    """开立资金 / Open a fund."""
    fund = funds.create_fund(desk.session, desk.actor, **body)
    return shown(desk.actor, fund), 201, created(f"/funds/{fund.id}", fund)


@bp.route("/<uuid:fund_id>", methods=["GET"])
@operation("fund.read", load=funds.find_fund)
@bp.response(200, FundView)
def get_fund(desk: Desk[Fund]) -> Any:
    """资金详情 / One fund."""
    return shown(desk.actor, desk.thing)


@bp.route("/<uuid:fund_id>/adjustments", methods=["POST"])
@operation("fund.keep", load=funds.kept_fund, keyed=True, conditional=True, moves_money=True)
@bp.arguments(AdjustmentBody)
@bp.response(200, FundView)
def adjust_fund(desk: Desk[Fund], body: dict[str, Any]) -> Any:
    """调整预算 / Raise or lower the appropriation."""
    fund = funds.adjust_fund(desk.session, desk.actor, desk.thing, **body)
    return shown(desk.actor, fund)


@bp.route("/<uuid:fund_id>/carry-over", methods=["POST"])
@operation("fund.keep", load=carrying.lock_chain, keyed=True, conditional=True, moves_money=True)
@bp.arguments(Body)
@bp.response(200, FundView)
def carry_over(desk: Desk[Fund], _body: dict[str, Any]) -> Any:
    """结余转入下年 / Move on what became available in a fund after its year was closed."""
    return shown(desk.actor, carrying.carry_rest(desk.session, desk.actor, desk.thing))
