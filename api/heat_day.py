"""Hot days: `/heat-days`, each with what it asks of the employer."""

from __future__ import annotations

from typing import Any

from api.arguments import Blueprint
from api.fields import Body, Day, Degrees, Flag, Id, Money, Text
from api.guard import Desk, created, operation
from api.paging import PageQuery, page, page_of, window
from benefits.casework.relief.heat_duty import heat_duty
from benefits.registry import heat_days
from models.heat_day import HeatDay

bp = Blueprint("heat_day", __name__, url_prefix="/heat-days", description="高温日 / Hot days")

_LIMITS = ("stop", "six_hours", "rotate", "none")


class HeatDayBody(Body):
    """What a weather station published of a day; it holds for the unit and all below it."""

    unit_code = Text(required=True, least=1, most=64)
    division_code = Text(required=True, least=6, most=6, metadata={"description": "GB/T 2260"})
    day = Day(required=True)
    max_temperature = Degrees(required=True)
    source = Text(required=True, least=1, most=200)


class HeatDayChange(Body):
    """A correction; what is absent stays."""

    max_temperature = Degrees()
    source = Text(least=1, most=200)


class HeatDayView(Body):
    """A day with the duties of outdoor work on it, by the rules in force on that day; null where none are."""

    id = Id(required=True)
    unit_code = Text(required=True)
    division_code = Text(required=True)
    day = Day(required=True)
    max_temperature = Degrees(required=True)
    source = Text(required=True)
    work_limit = Text(required=True, allow_none=True, choices=_LIMITS)
    allowance_due = Flag(required=True, allow_none=True)
    allowance_min_day = Money(required=True, allow_none=True)
    payer = Text(required=True, allow_none=True, choices=("employer", "union"))
    edition = Text(required=True, allow_none=True)


class HeatDayQuery(PageQuery):
    """Filters: a division, and days, both inclusive."""

    division = Text(load_default=None, most=6)
    since = Day(load_default=None, data_key="from")
    until = Day(load_default=None, data_key="to")


HeatDayPage = page_of(HeatDayView)
_SHOWN = ("id", "division_code", "day", "max_temperature", "source")


def _shown(desk: Desk[Any], of: HeatDay) -> dict[str, Any]:
    duty = heat_duty(desk.session, of.day, of.max_temperature)
    return {**{name: getattr(of, name) for name in _SHOWN}, "unit_code": of.unit.code, **vars(duty)}


@bp.route("", methods=["GET"])
@operation("heat.read")
@bp.arguments(HeatDayQuery, location="query")
@bp.response(200, HeatDayPage)
def list_heat_days(desk: Desk[None], query: dict[str, Any]) -> Any:
    """高温日及用人单位义务 / Hot days, each with work limit and allowance: whether due, how much at least, who pays."""
    part = window(query)
    rows = heat_days.list_heat_days(desk.session, desk.actor, after=part.after, limit=part.limit, **query)
    shelf = page(rows, part.limit)
    return {"items": [_shown(desk, each) for each in shelf.items], "next": shelf.next}


@bp.route("", methods=["POST"])
@operation("heat.keep", keyed=True)
@bp.arguments(HeatDayBody)
@bp.response(201, HeatDayView)
def enter_heat_day(desk: Desk[None], body: dict[str, Any]) -> Any:
    """登记最高气温 / Enter a day's highest temperature with its source."""
    entered = heat_days.enter_heat_day(desk.session, desk.actor, **body)
    return _shown(desk, entered), 201, created(f"/heat-days/{entered.id}", entered)


@bp.route("/<uuid:heat_day_id>", methods=["GET"])
@operation("heat.read", load=heat_days.find_heat_day)
@bp.response(200, HeatDayView)
def get_heat_day(desk: Desk[HeatDay]) -> Any:
    """高温日详情 / One day."""
    return _shown(desk, desk.thing)


@bp.route("/<uuid:heat_day_id>", methods=["PATCH"])
@operation("heat.keep", load=heat_days.lock_heat_day, conditional=True)
@bp.arguments(HeatDayChange)
@bp.response(200, HeatDayView)
def correct_heat_day(desk: Desk[HeatDay], body: dict[str, Any]) -> Any:
    """更正气温 / Correct a temperature or its source."""
    return _shown(desk, heat_days.correct_heat_day(desk.session, desk.actor, desk.thing, body))
