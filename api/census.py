"""The yearly census of model workers: `/honours/census`, who is asked, who is missing, and the sheets."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from api.arguments import Blueprint
from api.fields import Body, Id, Instant, Money, QueryFlag, QueryWhole, Text, Whole
from api.guard import Desk, created, etag, operation
from api.paging import PageQuery, page, page_of, window
from benefits.core.money import parse_yuan, show_yuan
from benefits.registry import census
from benefits.registry.census import Sheet

bp = Blueprint(
    "census", __name__, url_prefix="/honours/census", description="劳模调查摸底 / The census of model workers"
)

_YUAN = ("monthly_income", "household_monthly_income")
HEALTH = ("good", "chronic_illness", "major_illness", "disabled")


class SheetPatch(Body):
    """What may be corrected."""

    monthly_income = Money()
    household_size = Whole(least=1, most=50)
    household_monthly_income = Money()
    health = Text(choices=HEALTH)
    hardship = Text(most=1000, allow_none=True)


class SheetBody(SheetPatch):
    """收入及生活困难情况调查表 of a member in a year."""

    member_id = Id(required=True)
    year = Whole(required=True, least=1950, most=2100)
    monthly_income = Money(required=True)
    household_size = Whole(required=True, least=1, most=50)
    household_monthly_income = Money(required=True)
    health = Text(required=True, choices=HEALTH)
    hardship = Text(most=1000, load_default=None, allow_none=True)


class SheetView(Body):
    """A sheet; each reading of one is recorded."""

    id = Id(required=True)
    member_id = Id(required=True)
    year = Whole(required=True)
    monthly_income = Money(required=True)
    household_size = Whole(required=True)
    household_monthly_income = Money(required=True)
    health = Text(required=True, choices=HEALTH)
    hardship = Text(required=True, allow_none=True)
    surveyed_by = Id(required=True)
    created_at = Instant(required=True)


class CensusLine(Body):
    """A member whom the census asks; without a `sheet_id` the answer is missing."""

    member_id = Id(required=True)
    name = Text(required=True)
    unit_code = Text(required=True)
    sheet_id = Id(required=True, allow_none=True)


class CensusQuery(PageQuery):
    """Of which year; `answered=false` lists who is missing."""

    year = QueryWhole(required=True, least=1950, most=2100)
    unit_code = Text(load_default=None, most=64)
    answered = QueryFlag(load_default=None)


def _shown(sheet: Sheet) -> dict[str, Any]:
    row, content = sheet.row, dict(sheet.content)
    return {
        **content,
        **{name: parse_yuan(content[name]) for name in _YUAN},
        "id": row.id,
        "member_id": row.membership_id,
        "year": row.year,
        "surveyed_by": row.surveyed_by,
        "created_at": row.created_at,
    }


def _plain(body: dict[str, Any]) -> dict[str, Any]:
    return {name: show_yuan(value) if name in _YUAN else value for name, value in body.items()}


@bp.route("", methods=["GET"])
@operation("member.read")
@bp.arguments(CensusQuery, location="query")
@bp.response(200, page_of(CensusLine))
def list_asked(desk: Desk[None], query: dict[str, Any]) -> Any:
    """摸底名单 / Whom the census of a year asks, and who has not answered yet."""
    part = window(query)
    rows = census.list_asked(desk.session, desk.actor, after=part.after, limit=part.limit, **query)
    shelf = page(rows, part.limit, key=lambda row: row[0].id)
    items = [
        {
            "member_id": member.id,
            "name": member.name,
            "unit_code": unit.code,
            "sheet_id": sheet.id if sheet else None,
        }
        for member, unit, sheet in shelf.items
    ]
    return {"items": items, "next": shelf.next}


@bp.route("", methods=["POST"])
@operation("member.register", keyed=True)
@bp.arguments(SheetBody)
@bp.response(201, SheetView)
def add_sheet(desk: Desk[None], body: dict[str, Any]) -> Any:
    """登记调查表 / Keep a member's sheet of a year."""
    member_id: UUID = body.pop("member_id")
    year: int = body.pop("year")
    sheet = census.add_sheet(desk.session, desk.actor, member_id, year=year, content=_plain(body))
    return _shown(sheet), 201, created(f"/honours/census/{sheet.row.id}", sheet.row)


@bp.route("/<uuid:sheet_id>", methods=["GET"])
@operation("member.read", load=census.find_sheet)
@bp.response(200, SheetView)
def get_sheet(desk: Desk[Sheet]) -> Any:
    """调查表 / One sheet; the reading is recorded."""
    return _shown(desk.thing), 200, {"ETag": etag(desk.thing.row)}


@bp.route("/<uuid:sheet_id>", methods=["PATCH"])
@operation("member.register", load=census.lock_sheet, conditional=True)
@bp.arguments(SheetPatch)
@bp.response(200, SheetView)
def change_sheet(desk: Desk[Sheet], body: dict[str, Any]) -> Any:
    """更正调查表 / Correct a sheet."""
    sheet = census.change_sheet(desk.session, desk.actor, desk.thing, _plain(body))
    return _shown(sheet), 200, {"ETag": etag(sheet.row)}
