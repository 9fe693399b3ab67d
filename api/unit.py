"""Units of the union, addressed by code: `/units`."""

from __future__ import annotations

from typing import Any

from marshmallow import validate

from api import fields
from api.arguments import Blueprint
from api.guard import Desk, created, operation
from api.paging import PageQuery, page, page_of, window
from benefits.core.code_table import code_table
from benefits.core.errors import invalid
from benefits.core.identity import parse_credit_code
from benefits.registry import units
from benefits.registry.units import find_unit, kept_unit
from models.unit import Unit
from models.vocabulary import UnionKind

bp = Blueprint("unit", __name__, url_prefix="/units", description="单位 / Units")

_CODE = validate.Regexp(r"(?=.{1,40}\Z)[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*\Z", error="code_malformed")
_DIVISION = validate.Regexp(r"[1-9][0-9]{5}\Z", error="value_refused")
_UNIT_KINDS = tuple(code_table("unit_kind").labels)


class UnitQuery(PageQuery):
    """Filters: the units right below one; a part of the name."""

    parent_code = fields.Text(least=1, load_default=None)
    name = fields.Text(least=1, load_default=None)


class UnitPatch(fields.Body):
    """What may change; another `parent_code` moves the unit with everything below it."""

    name = fields.Text(least=1, most=200)
    parent_code = fields.Text(least=1, most=60)
    union_kind = fields.Text(choices=tuple(UnionKind))
    unit_kind = fields.Text(choices=_UNIT_KINDS, allow_none=True)
    division_code = fields.Text(allow_none=True, validate=_DIVISION)
    credit_code = fields.Text(allow_none=True, least=1, most=40, metadata={"description": "GB 32100"})
    remote_area = fields.Flag()
    basic_education = fields.Flag()


class UnitBody(UnitPatch):
    """A new unit below another one."""

    code = fields.Text(required=True, validate=_CODE)
    name = fields.Text(required=True, least=1, most=200)
    parent_code = fields.Text(required=True, least=1, most=60)
    union_kind = fields.Text(required=True, choices=tuple(UnionKind))


class UnitView(fields.Body):
    """A unit; a root has no `parent_code`."""

    id = fields.Id(required=True)
    code = fields.Text(required=True)
    name = fields.Text(required=True)
    parent_code = fields.Text(required=True, allow_none=True)
    union_kind = fields.Text(required=True, choices=tuple(UnionKind))
    unit_kind = fields.Text(required=True, allow_none=True)
    division_code = fields.Text(required=True, allow_none=True)
    credit_code = fields.Text(required=True, allow_none=True)
    remote_area = fields.Flag(required=True)
    basic_education = fields.Flag(required=True)
    created_at = fields.Instant(required=True)


def shown_unit(unit: Unit) -> dict[str, Any]:
    """A unit as it is answered."""
    return {
        **{name: getattr(unit, name) for name in UnitView().fields if name != "parent_code"},
        "parent_code": units.parent_code(unit),
    }


@bp.route("", methods=["GET"])
@operation("unit.read")
@bp.arguments(UnitQuery, location="query")
@bp.response(200, page_of(UnitView))
def list_units(desk: Desk[None], query: dict[str, Any]) -> Any:
    """单位列表 / Units on the reader's lines: those below and above the own ones, in order of creation."""
    part = window(query)
    found = page(units.list_units(desk.session, desk.actor, after=part.after, limit=part.limit, **query), part.limit)
    return {"items": [shown_unit(unit) for unit in found.items], "next": found.next}


@bp.route("", methods=["POST"])
@operation("unit.keep", keyed=True)
@bp.arguments(UnitBody)
@bp.response(201, UnitView)
def create_unit(desk: Desk[None], body: dict[str, Any]) -> Any:
    """新建单位 / Make a unit."""
    _read_credit_code(body)
    unit = units.create_unit(desk.session, desk.actor, **body)
    return shown_unit(unit), 201, created(f"/units/{unit.code}", unit)


@bp.route("/<code>", methods=["GET"])
@operation("unit.read", load=find_unit)
@bp.response(200, UnitView)
def get_unit(desk: Desk[Unit]) -> Any:
    """一个单位 / One unit."""
    return shown_unit(desk.thing)


@bp.route("/<code>", methods=["PATCH"])
@operation("unit.keep", load=kept_unit, conditional=True)
@bp.arguments(UnitPatch)
@bp.response(200, UnitView)
def change_unit(desk: Desk[Unit], body: dict[str, Any]) -> Any:
    """修改单位 / Change a unit."""
    _read_credit_code(body)
    return shown_unit(units.change_unit(desk.session, desk.actor, desk.thing, **body))


def _read_credit_code(body: dict[str, Any]) -> None:
    if body.get("credit_code"):
        body["credit_code"] = parse_credit_code(body["credit_code"])
        if body["credit_code"] is None:
            raise invalid("/credit_code", "uscc_checksum")
