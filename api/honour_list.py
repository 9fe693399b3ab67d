"""The register of model workers: `/honours`, a list over the reader's units, on screen and as a file."""

from __future__ import annotations

from typing import Any

from flask import Response

from api.arguments import Blueprint
from api.download import FILE
from api.fields import Body, Day, Flag, Id, QueryFlag, Text
from api.guard import Desk, operation
from api.paging import PageQuery, page, page_of, window
from api.report import MEDIA_TYPES, given_report
from benefits.casework.report.frame import Asked
from benefits.casework.report.honours import HONOURS, honour_rows
from benefits.registry.honour_list import Holding, HonourFilter, list_honours, unit_path
from models.vocabulary import HonourLevel, HonourState, Sex

bp = Blueprint("honour_list", __name__, url_prefix="/honours", description="劳模数据库 / The register of honours")


class RegisterQuery(Body):
    """Which honours, as they stand on the day `on` (today without); a unit means everything below it too."""

    on = Day(load_default=None)
    level = Text(load_default=None, choices=tuple(HonourLevel))
    state = Text(load_default=None, choices=tuple(HonourState))
    in_service = QueryFlag(load_default=None)
    sex = Text(load_default=None, choices=tuple(Sex))
    unit_code = Text(load_default=None, most=64)
    checked = QueryFlag(load_default=None)


class HonourQuery(PageQuery, RegisterQuery):
    """A page of them."""


class FileQuery(RegisterQuery):
    """All of them in one file."""

    format = Text(load_default="xlsx", choices=("csv", "xlsx", "pdf"))


class HonourLine(Body):
    """An honour with its holder."""

    id = Id(required=True)
    member_id = Id(required=True)
    name = Text(required=True)
    sex = Text(required=True, choices=tuple(Sex))
    unit_code = Text(required=True)
    in_service = Flag(required=True)
    title = Text(required=True)
    level = Text(required=True, choices=tuple(HonourLevel))
    awarded_by = Text(required=True, allow_none=True)
    awarded_on = Day(required=True, allow_none=True)
    certificate_number = Text(required=True, allow_none=True)
    term = Text(required=True, allow_none=True)
    state = Text(required=True, choices=tuple(HonourState))
    checked_on = Day(required=True, allow_none=True)


def _read_filter(desk: Desk[None], query: dict[str, Any]) -> HonourFilter:
    """The filter that a query asks for; raises Invalid where the unit is not in sight."""
    code = query.pop("unit_code")
    path = None if code is None else unit_path(desk.session, desk.actor, code)
    return HonourFilter(**{**query, "on": query["on"] or desk.actor.today}, path=path)


def _line(holding: Holding) -> dict[str, Any]:
    honour, state, member, person, unit = holding
    names = ("id", "title", "level", "awarded_by", "awarded_on", "certificate_number", "term", "checked_on")
    return {
        **{name: getattr(honour, name) for name in names},
        "member_id": member.id,
        "name": member.name,
        "sex": person.sex,
        "unit_code": unit.code,
        "in_service": member.in_service,
        "state": state,
    }


@bp.route("", methods=["GET"])
@operation("member.read")
@bp.arguments(HonourQuery, location="query")
@bp.response(200, page_of(HonourLine))
def list_register(desk: Desk[None], query: dict[str, Any]) -> Any:
    """劳模名册 / Honours of your units with their holders, in order of registration."""
    part = window(query)
    rows = list_honours(desk.session, desk.actor, _read_filter(desk, query), after=part.after, limit=part.limit)
    shelf = page(rows, part.limit, key=lambda row: row[0].id)
    return {"items": [_line(each) for each in shelf.items], "next": shelf.next}


@bp.route("/file", methods=["GET"])
@operation("member.read")
@bp.arguments(FileQuery, location="query")
@bp.response(200, FILE, content_type=MEDIA_TYPES["csv"])
@bp.response(200, FILE, content_type=MEDIA_TYPES["xlsx"])
@bp.response(200, FILE, content_type=MEDIA_TYPES["pdf"])
def register_file(desk: Desk[None], query: dict[str, Any]) -> Response:
    """劳模名册（文件） / The same as CSV, XLSX or PDF; that it was taken is recorded."""
    form = query.pop("format")
    code = query["unit_code"]
    chosen = _read_filter(desk, query)
    asked = Asked(chosen.on.year, desk.actor.at, chosen.on, code, chosen.path)
    return given_report(desk, HONOURS, asked, form, lambda session: honour_rows(session, desk.actor, chosen))
