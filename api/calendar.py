"""The official calendar of working days: `/calendar`, a year at a time; it comes in as an import of kind `calendar`."""

from __future__ import annotations

from typing import Any

from api.arguments import Blueprint
from api.fields import Body, Day, Flag, Items, Part, QueryWhole, Text, Whole
from api.guard import Desk, operation
from benefits.registry import official_calendar

bp = Blueprint("calendar", __name__, url_prefix="/calendar", description="工作日历 / Official calendar of working days")


class CalendarQuery(Body):
    """The year; this one without it."""

    year = QueryWhole(load_default=None, least=2000, most=2200)


class CalendarDayView(Body):
    """A day that differs from Monday to Friday, or 1 January; `edition` counts the notices that were brought in."""

    day = Day(required=True)
    working = Flag(required=True)
    name = Text(required=True, allow_none=True)
    source = Text(required=True)
    edition = Whole(required=True)


class CalendarView(Body):
    """A year as it now holds; where it is not `known`, what is counted in working days cannot be said in it."""

    year = Whole(required=True)
    known = Flag(required=True)
    items = Items(Part(CalendarDayView), required=True)


@bp.route("", methods=["GET"])
@operation()
@bp.arguments(CalendarQuery, location="query")
@bp.response(200, CalendarView)
def get_calendar(desk: Desk[None], query: dict[str, Any]) -> Any:
    """某年的节假日与调休 / A year's holidays and made-up days, each with the notice that says so."""
    year = query["year"] or desk.actor.today.year
    known = year in official_calendar.calendar(desk.session).years
    return {"year": year, "known": known, "items": official_calendar.days_of(desk.session, year)}
