"""The end of a year: `/ledger/years`, each closing drawn up by one person of finance and posted by another."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from api.arguments import Blueprint
from api.fields import Body, Id, Instant, Items, Money, Part, QueryWhole, Text, Whole
from api.guard import Desk, created, operation
from api.language import reader_language
from api.paging import PageQuery, page, page_of, window
from benefits.money.ledger import closing as closings
from benefits.money.ledger.chart import chart_on
from benefits.money.ledger.year_figures import PURSES, year_end
from models.vocabulary import FundSource
from models.year_end import ClosingState, YearClosing

bp = Blueprint("year_closing", __name__, url_prefix="/ledger", description="年终结账 / Year end")


class YearBody(Body):
    """A year that is over, of whose books."""

    unit_code = Text(required=True, least=1, most=64)
    year = Whole(required=True, least=2000, most=2100)


class YearQuery(PageQuery):
    """Filters of the list."""

    unit_code = Text(load_default=None, most=64)
    year = QueryWhole(least=2000, most=2100, load_default=None)


class ClosingLine(Body):
    """One closing entry."""

    account = Text(required=True)
    title = Text(required=True)
    debit = Money(required=True)
    credit = Money(required=True)


class PurseView(Body):
    """One purse's result: `carried` goes to 结转 for what decisions hold, `left` to 结余."""

    purse = Text(required=True, choices=PURSES)
    income = Money(required=True, signed=True)
    expense = Money(required=True, signed=True)
    carried = Money(required=True, signed=True)
    left = Money(required=True, signed=True)
    lines = Items(Part(ClosingLine), required=True)


class CarriedFund(Body):
    """A fund as it stands at its carrying over: `available` moves to its successor, the rest stays payable."""

    fund_id = Id(required=True)
    name = Text(required=True)
    year = Whole(required=True)
    source = Text(required=True, choices=tuple(FundSource))
    appropriated = Money(required=True)
    reserved = Money(required=True)
    committed = Money(required=True)
    spent = Money(required=True)
    available = Money(required=True)


class ClosingView(Body):
    """The closing of a year, as drawn up; once posted it names its vouchers."""

    id = Id(required=True)
    unit_code = Text(required=True)
    year = Whole(required=True)
    state = Text(required=True, choices=tuple(ClosingState))
    purses = Items(Part(PurseView), required=True)
    funds = Items(Part(CarriedFund), required=True)
    voucher_ids = Items(Id(), required=True)
    created_at = Instant(required=True)
    posted_at = Instant(required=True, allow_none=True)


ClosingPage = page_of(ClosingView)


def _shown(desk: Desk[Any], closing: YearClosing) -> dict[str, Any]:
    return {
        "id": closing.id,
        "unit_code": closing.unit.code,
        "year": closing.year,
        "state": closing.state,
        "purses": [_purse(closing.year, each) for each in closing.figures["purses"]],
        "funds": [_amounts(each) for each in closing.figures["funds"]],
        "voucher_ids": [voucher.id for voucher in closings.vouchers_of(desk.session, closing)],
        "created_at": closing.created_at,
        "posted_at": closing.posted_at,
    }


def _purse(year: int, kept: dict[str, Any]) -> dict[str, Any]:
    chart = chart_on(year_end(year))
    titles = {code: account.labels[reader_language()] for code, account in chart.accounts.items()} if chart else {}
    lines = [{**_amounts(line), "title": titles[line["account"]]} for line in kept["lines"]]
    return {**_amounts(kept), "lines": lines}


def _amounts(kept: dict[str, Any]) -> dict[str, Any]:
    """Figures as kept, their yuan as numbers again."""
    words = {"purse", "account", "name", "source", "fund_id", "year", "lines"}
    return {name: value if name in words else Decimal(value) for name, value in kept.items()}


@bp.route("/years", methods=["GET"])
@operation("ledger.read")
@bp.arguments(YearQuery, location="query")
@bp.response(200, ClosingPage)
def list_closings(desk: Desk[None], query: dict[str, Any]) -> Any:
    """年终结账列表 / Closings of years."""
    part = window(query)
    rows = closings.list_closings(desk.session, desk.actor, after=part.after, limit=part.limit, **query)
    shelf = page(rows, part.limit)
    return {"items": [_shown(desk, each) for each in shelf.items], "next": shelf.next}


@bp.route("/years", methods=["POST"])
@operation("ledger.keep", keyed=True, moves_money=True)
@bp.arguments(YearBody)
@bp.response(201, ClosingView)
def draw_up_closing(desk: Desk[None], body: dict[str, Any]) -> Any:
    """年终结账（制单） / Draw up the closing of a year."""
    closing = closings.draw_up(desk.session, desk.actor, **body)
    return _shown(desk, closing), 201, created(f"/ledger/years/{closing.id}", closing)


@bp.route("/years/<uuid:closing_id>", methods=["GET"])
@operation("ledger.read", load=closings.find_closing)
@bp.response(200, ClosingView)
def get_closing(desk: Desk[YearClosing]) -> Any:
    """年终结账详情 / The closing of a year."""
    return _shown(desk, desk.thing)


@bp.route("/years/<uuid:closing_id>/post", methods=["POST"])
@operation("ledger.keep", load=closings.lock_closing, keyed=True, conditional=True, moves_money=True)
@bp.arguments(Body)
@bp.response(200, ClosingView)
def post_closing(desk: Desk[YearClosing], _body: dict[str, Any]) -> Any:
    """审核结账 / Post the closing: the year is shut, and its funds are carried over."""
    return _shown(desk, closings.post_closing(desk.session, desk.actor, desk.thing))


@bp.route("/years/<uuid:closing_id>/drop", methods=["POST"])
@operation("ledger.keep", load=closings.lock_closing, keyed=True, conditional=True)
@bp.arguments(Body)
@bp.response(200, ClosingView)
def drop_closing(desk: Desk[YearClosing], _body: dict[str, Any]) -> Any:
    """作废结账草稿 / Take back a closing that is not posted."""
    return _shown(desk, closings.drop_closing(desk.session, desk.actor, desk.thing))
