"""`/screening/statistics`: figures for publication, small cells hidden, the same rows as JSON, XLSX and PDF."""

from __future__ import annotations

from typing import Any

from flask import Response

from api import json_body
from api.arguments import Blueprint
from api.download import FILE, download
from api.fields import Body, Day, Id, Items, Part, Text, Whole
from api.guard import Desk, operation
from api.language import reader_language
from api.report import MEDIA_TYPES
from benefits.casework.screening import publication
from benefits.casework.screening.paper import list_for_institution
from benefits.casework.screening.statistics import statistics

bp = Blueprint("screening_statistics", __name__, url_prefix="/screening", description="筛查统计 / Screening statistics")


class StatisticsQuery(Body):
    """Of which round, by what, in which form."""

    round_id = Id(required=True, data_key="round")
    by = Text(load_default="class", choices=("unit", "age_band", "class", "follow_up"))
    form = Text(load_default="json", choices=("json", "xlsx", "pdf"), data_key="format")


class LineView(Body):
    """Persons of a group: by class in the order of `classes`, and in all; null is not published, `*` is the total."""

    group = Text(required=True)
    figures = Items(Whole(allow_none=True), required=True)
    total = Whole(required=True, allow_none=True)


class RatesView(Body):
    """Of the follow-ups, in per cent with one decimal; null where the figures behind are not published."""

    followed = Text(required=True, allow_none=True)
    closed_in_time = Text(required=True, allow_none=True)


class StatisticsView(Body):
    """Figures of a round; none below `least` is published, nor one from which such a figure could be worked out."""

    round_id = Id(required=True)
    by = Text(required=True)
    least = Whole(required=True)
    classes = Items(Text(), required=True)
    rows = Items(Part(LineView), required=True)
    rates = Part(RatesView, required=True)


class ListBody(Body):
    """Whose list, of which day, and what for; every woman on it is a disclosure."""

    institution = Text(required=True, least=1, most=100)
    on = Day(required=True)
    purpose = Text(required=True, least=2, most=200)


@bp.route("/statistics", methods=["GET"])
@operation("screening.read")
@bp.arguments(StatisticsQuery, location="query")
@bp.response(200, StatisticsView)
@bp.response(200, FILE, content_type=MEDIA_TYPES["xlsx"])
@bp.response(200, FILE, content_type=MEDIA_TYPES["pdf"])
def show_statistics(desk: Desk[None], query: dict[str, Any]) -> Response:
    """筛查统计（不足人数不公布） / Figures of a round by unit, age band, class or follow-up."""
    found = statistics(desk.session, desk.actor, round_id=query["round_id"], by=query["by"])
    language, name = reader_language(), f"screening-{found.by}-{found.year}"
    if query["form"] == "xlsx":
        return download(publication.as_xlsx(found, language), MEDIA_TYPES["xlsx"], f"{name}.xlsx")
    if query["form"] == "pdf":
        content = publication.as_pdf(desk.session, desk.actor, found, language)
        return download(content, MEDIA_TYPES["pdf"], f"{name}.pdf")
    shown = StatisticsView().dump(
        {
            "round_id": found.round_id,
            "by": found.by,
            "least": found.least,
            "classes": publication.classes_of(found),
            "rows": publication.lines_of(found),
            "rates": {"followed": found.share_followed(), "closed_in_time": found.share_closed_in_time()},
        }
    )
    return Response(json_body.dump(shown), content_type="application/json")


@bp.route("/institution-lists", methods=["POST"])
@operation("screening.keep")
@bp.arguments(ListBody)
@bp.response(200, FILE, content_type=MEDIA_TYPES["xlsx"])
def list_booked(desk: Desk[None], body: dict[str, Any]) -> Response:
    """机构预约名单（实名，留痕） / Who is booked at an institution on a day, by name and number; recorded."""
    content = list_for_institution(desk.session, desk.actor, language=reader_language(), **body)
    return download(content, MEDIA_TYPES["xlsx"], f"screening-list-{body['on']:%Y-%m-%d}.xlsx")
