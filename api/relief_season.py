"""The season of visit points: `/relief-points/season` as JSON, XLSX and PDF of the same lines."""

from __future__ import annotations

from typing import Any

from flask import Response

from api.arguments import Blueprint
from api.download import FILE, XLSX, download
from api.fields import Body, Day, Items, Money, Part, Text, Whole
from api.guard import Desk, operation
from api.language import reader_language
from benefits.casework.relief import season as seasons
from models.goods_vocabulary import ReliefState

bp = Blueprint("relief_season", __name__, url_prefix="/relief-points", description="送清凉统计 / The season")


class SeasonQuery(Body):
    """Which union (with those below), and which days, both inclusive; this year's season without them."""

    unit = Text(load_default=None, most=64)
    since = Day(load_default=None)
    until = Day(load_default=None)


class SeasonLineView(Body):
    """One lot at one point; heads and the point itself are counted in the point's first line."""

    unit_code = Text(required=True)
    visited_unit_code = Text(required=True)
    visited_unit = Text(required=True)
    name = Text(required=True)
    day = Day(required=True)
    state = Text(required=True, choices=tuple(ReliefState))
    points = Whole(required=True)
    heads = Whole(required=True, allow_none=True)
    members = Whole(required=True, allow_none=True)
    non_members = Whole(required=True, allow_none=True)
    non_staff = Whole(required=True, allow_none=True)
    article = Text(required=True, allow_none=True)
    specification = Text(required=True, allow_none=True)
    batch_number = Text(required=True, allow_none=True)
    measure = Text(required=True, allow_none=True)
    unit_price = Money(required=True, allow_none=True)
    issued = Whole(required=True)
    returned = Whole(required=True)
    signed = Whole(required=True)
    amount = Money(required=True)
    to_reimburse = Money(required=True)


class ArticleSumView(Body):
    """One article over the season."""

    article = Text(required=True)
    specification = Text(required=True, allow_none=True)
    measure = Text(required=True)
    issued = Whole(required=True)
    returned = Whole(required=True)
    signed = Whole(required=True)
    amount = Money(required=True)


class UnitSumView(Body):
    """One visited unit over the season, or all of them (code and name empty)."""

    visited_unit_code = Text(required=True)
    visited_unit = Text(required=True)
    points = Whole(required=True)
    heads = Whole(required=True)
    members = Whole(required=True)
    non_members = Whole(required=True)
    non_staff = Whole(required=True)
    amount = Money(required=True)
    to_reimburse = Money(required=True)


class SeasonView(Body):
    """The season, whole."""

    since = Day(required=True)
    until = Day(required=True)
    lines = Items(Part(SeasonLineView), required=True)
    articles = Items(Part(ArticleSumView), required=True)
    units = Items(Part(UnitSumView), required=True)
    total = Part(UnitSumView, required=True)


def _season(desk: Desk[None], query: dict[str, Any]) -> seasons.Season:
    return seasons.season(desk.session, desk.actor, unit_code=query["unit"], since=query["since"], until=query["until"])


@bp.route("/season", methods=["GET"])
@operation("relief.read")
@bp.arguments(SeasonQuery, location="query")
@bp.response(200, SeasonView)
def get_season(desk: Desk[None], query: dict[str, Any]) -> Any:
    """送清凉统计 / Points, heads, goods by article, amounts by unit."""
    return _season(desk, query)


@bp.route("/season.xlsx", methods=["GET"])
@operation("relief.read")
@bp.arguments(SeasonQuery, location="query")
@bp.response(200, FILE, content_type=XLSX)
def season_workbook(desk: Desk[None], query: dict[str, Any]) -> Response:
    """送清凉统计表（XLSX） / The same as a workbook."""
    of = _season(desk, query)
    with seasons.season_workbook(desk.session, desk.actor, of, reader_language()) as content:
        return download(content.read(), XLSX, "relief-season.xlsx")


@bp.route("/season.pdf", methods=["GET"])
@operation("relief.read")
@bp.arguments(SeasonQuery, location="query")
@bp.response(200, FILE, content_type="application/pdf")
def season_sheet(desk: Desk[None], query: dict[str, Any]) -> Response:
    """送清凉统计表（PDF） / The same on paper."""
    content = seasons.season_sheet(desk.session, desk.actor, _season(desk, query), reader_language())
    return download(content, "application/pdf", "relief-season.pdf")
