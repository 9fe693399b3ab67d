"""Dues that units have passed up: `/units/{code}/dues`, which some programmes ask for."""

from __future__ import annotations

from typing import Any

from api.arguments import Blueprint
from api.fields import Body, Day, Id, Instant, Text
from api.guard import Desk, created, operation
from api.paging import PageQuery, page_of, page_of_all
from benefits.registry import unit_dues as dues
from benefits.registry.units import find_unit
from models.unit import Unit
from models.unit_dues import UnitDues

bp = Blueprint("unit_dues", __name__, url_prefix="/units", description="经费上缴 / Dues of units")


class DuesBody(Body):
    """Paid through which day, and on which day it was paid; arrears made up later are a note of their own."""

    paid_through = Day(required=True)
    paid_on = Day(required=True)
    note = Text(least=1, most=200, load_default=None, allow_none=True)


class VoidBody(Body):
    """Why the note was wrong."""

    reason = Text(required=True, least=1, most=500)


class DuesView(DuesBody):
    """A note; a voided one counts no more."""

    id = Id(required=True)
    entered_by = Id(required=True)
    created_at = Instant(required=True)
    voided_at = Instant(required=True, allow_none=True)
    voided_by = Id(required=True, allow_none=True)
    void_reason = Text(required=True, allow_none=True)


@bp.route("/<code>/dues", methods=["GET"])
@operation("unit.read", load=find_unit)
@bp.arguments(PageQuery, location="query")
@bp.response(200, page_of(DuesView))
def list_dues(desk: Desk[Unit], query: dict[str, Any]) -> Any:
    """经费上缴记录 / What was noted of a unit of yours, voided notes too."""
    return page_of_all(dues.list_dues(desk.session, desk.actor, desk.thing.code), query)


@bp.route("/<code>/dues", methods=["POST"])
@operation("unit.dues", load=find_unit, keyed=True)
@bp.arguments(DuesBody)
@bp.response(201, DuesView)
def note_dues(desk: Desk[Unit], body: dict[str, Any]) -> Any:
    """登记经费上缴 / Note through which day a unit's dues are paid."""
    row = dues.note_dues(desk.session, desk.actor, desk.thing.code, **body)
    return row, 201, created(f"/units/{desk.thing.code}/dues/{row.id}", row)


@bp.route("/<code>/dues/<uuid:dues_id>", methods=["GET"])
@operation("unit.read", load=dues.find_dues)
@bp.response(200, DuesView)
def get_dues(desk: Desk[UnitDues]) -> Any:
    """一条上缴记录 / One note."""
    return desk.thing


@bp.route("/<code>/dues/<uuid:dues_id>/void", methods=["POST"])
@operation("unit.dues", load=dues.lock_dues, keyed=True, conditional=True)
@bp.arguments(VoidBody)
@bp.response(200, DuesView)
def void_dues(desk: Desk[UnitDues], body: dict[str, Any]) -> Any:
    """作废上缴记录 / A note was wrong: it counts no more."""
    return dues.void_dues(desk.session, desk.actor, desk.thing, body["reason"])
