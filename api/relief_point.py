"""Visit points of summer relief: `/relief-points`, their acts and the sheet that is signed."""

from __future__ import annotations

from typing import Any

from flask import Response

from api.arguments import Blueprint
from api.download import FILE, download
from api.fields import Body, Day, Degrees, Id, Instant, Items, Money, Part, QueryWhole, Text, Whole
from api.guard import Desk, created, operation
from api.language import reader_language
from api.paging import PageQuery, page, page_of, window
from benefits.casework.relief import point as points
from benefits.casework.relief.given import Given, given_at
from benefits.casework.relief.sheet import print_sheet
from benefits.casework.relief.workflow import acts_of
from benefits.core.identity import mask_mobile
from benefits.core.money import NOTHING
from models.goods_vocabulary import ReliefState
from models.relief_point import ReliefAct, ReliefPoint

bp = Blueprint("relief_point", __name__, url_prefix="/relief-points", description="送清凉慰问点 / Visit points")

_KINDS = ("relief_goods", "heat_allowance")


class PlanChange(Body):
    """What may be changed of a plan before its approval."""

    planned_on = Day()
    name = Text(least=1, most=100)
    address = Text(least=1, most=200)
    leader = Text(least=1, most=50)
    contact_phone = Text(least=1, most=20)
    planned_heads = Whole(least=1, most=100_000)
    budget = Money()


class PlanBody(Body):
    """A visit to plan; `kind` is that of summer relief, of which the heat allowance is the employer's to pay."""

    unit_code = Text(required=True, least=1, most=64)
    visited_unit_code = Text(required=True, least=1, most=64)
    kind = Text(load_default="relief_goods", choices=_KINDS)
    planned_on = Day(required=True)
    name = Text(required=True, least=1, most=100)
    address = Text(required=True, least=1, most=200)
    leader = Text(required=True, least=1, most=50)
    contact_phone = Text(required=True, least=1, most=20)
    planned_heads = Whole(required=True, least=1, most=100_000)
    budget = Money(required=True)


class PointSummary(Body):
    """A point; phones are masked."""

    id = Id(required=True)
    unit_code = Text(required=True)
    visited_unit_code = Text(required=True)
    state = Text(required=True, choices=tuple(ReliefState))
    planned_on = Day(required=True)
    name = Text(required=True)
    address = Text(required=True)
    leader = Text(required=True)
    planned_heads = Whole(required=True)
    budget = Money(required=True)
    fund_id = Id(required=True, allow_none=True)
    visited_on = Day(required=True, allow_none=True)
    temperature = Degrees(required=True, allow_none=True)
    temperature_source = Text(required=True, allow_none=True)
    heads = Whole(required=True, allow_none=True)
    members = Whole(required=True, allow_none=True)
    non_members = Whole(required=True, allow_none=True)
    non_staff = Whole(required=True, allow_none=True)
    signed_on = Day(required=True, allow_none=True)
    settled_amount = Money(required=True, allow_none=True)


class GivenView(Body):
    """A lot at the point: issued, put back, signed for (null before the signature)."""

    lot_id = Id(required=True)
    name = Text(required=True)
    specification = Text(required=True, allow_none=True)
    batch_number = Text(required=True, allow_none=True)
    expires_on = Day(required=True, allow_none=True)
    measure = Text(required=True)
    unit_price = Money(required=True)
    issued = Whole(required=True)
    returned = Whole(required=True)
    signed = Whole(required=True, allow_none=True)
    amount = Money(required=True)


class ReliefActView(Body):
    """An act on the point."""

    act = Text(required=True)
    to_state = Text(required=True, choices=tuple(ReliefState))
    account_id = Id(required=True)
    note = Text(required=True, allow_none=True)
    acted_at = Instant(required=True)


class PointView(PointSummary):
    """A point with its goods and its history; `to_reimburse` is what the visited unit bought of them."""

    contact_phone = Text(required=True)
    recipient = Text(required=True, allow_none=True)
    recipient_phone = Text(required=True, allow_none=True)
    document_sha256 = Text(required=True, allow_none=True)
    goods = Items(Part(GivenView), required=True)
    amount = Money(required=True)
    to_reimburse = Money(required=True)
    acts = Items(Part(ReliefActView), required=True)


class PointQuery(PageQuery):
    """Filters of the list."""

    unit = Text(load_default=None, most=64)
    state = Text(load_default=None, choices=tuple(ReliefState))
    year = QueryWhole(least=1900, most=2100, load_default=None)


class PurposeBody(Body):
    """What the numbers are needed for."""

    purpose = Text(required=True, least=1, most=200)


class PhonesView(Body):
    """The numbers in the clear."""

    contact_phone = Text(required=True)
    recipient_phone = Text(required=True, allow_none=True)


PointPage = page_of(PointSummary)
_SHOWN = (
    *("id", "state", "planned_on", "name", "address", "leader", "planned_heads", "budget", "fund_id", "visited_on"),
    *("temperature", "temperature_source", "heads", "members", "non_members", "non_staff", "signed_on"),
    "settled_amount",
)
_OF_LOT = ("name", "specification", "batch_number", "expires_on", "measure", "unit_price")
_OF_ACT = ("act", "to_state", "account_id", "note", "acted_at")


def _summary(point: ReliefPoint) -> dict[str, Any]:
    units = {"unit_code": point.unit.code, "visited_unit_code": point.visited_unit.code}
    return {**{name: getattr(point, name) for name in _SHOWN}, **units}


def _given(each: Given) -> dict[str, Any]:
    counts = {name: getattr(each, name) for name in ("issued", "returned", "signed", "amount")}
    return {"lot_id": each.lot.id, **{name: getattr(each.lot, name) for name in _OF_LOT}, **counts}


def _act(each: ReliefAct) -> dict[str, Any]:
    return {name: getattr(each, name) for name in _OF_ACT}


def shown(desk: Desk[Any], point: ReliefPoint) -> dict[str, Any]:
    """A point as its page shows it."""
    given = given_at(desk.session, [point.id]).get(point.id, [])
    phones = {name: points.opened(desk.session, point, name) for name in ("contact_phone", "recipient_phone")}
    return {
        **_summary(point),
        **{name: phone and mask_mobile(phone) for name, phone in phones.items()},
        "recipient": points.opened(desk.session, point, "recipient"),
        "document_sha256": point.document_digest and point.document_digest.hex(),
        "goods": [_given(each) for each in given],
        "amount": sum((each.amount for each in given), NOTHING),
        "to_reimburse": sum((each.to_reimburse for each in given), NOTHING),
        "acts": [_act(each) for each in acts_of(desk.session, point)],
    }


@bp.route("", methods=["GET"])
@operation("relief.read")
@bp.arguments(PointQuery, location="query")
@bp.response(200, PointPage)
def list_points(desk: Desk[None], query: dict[str, Any]) -> Any:
    """慰问点列表 / The visit points of your units and those below."""
    part = window(query)
    query["unit_code"] = query.pop("unit")
    rows = points.list_points(desk.session, desk.actor, after=part.after, limit=part.limit, **query)
    shelf = page(rows, part.limit)
    return {"items": [_summary(each) for each in shelf.items], "next": shelf.next}


@bp.route("", methods=["POST"])
@operation("relief.keep", keyed=True)
@bp.arguments(PlanBody)
@bp.response(201, PointView)
def plan_point(desk: Desk[None], body: dict[str, Any]) -> Any:
    """计划慰问点 / Plan a visit."""
    about = {name: body.pop(name) for name in ("unit_code", "visited_unit_code", "kind")}
    point = points.plan_point(desk.session, desk.actor, points.Plan(**body), **about)
    return shown(desk, point), 201, created(f"/relief-points/{point.id}", point)


@bp.route("/<uuid:point_id>", methods=["GET"])
@operation("relief.read", load=points.find_point)
@bp.response(200, PointView)
def get_point(desk: Desk[ReliefPoint]) -> Any:
    """慰问点详情 / One visit point."""
    return shown(desk, desk.thing)


@bp.route("/<uuid:point_id>", methods=["PATCH"])
@operation("relief.keep", load=points.lock_point, conditional=True)
@bp.arguments(PlanChange)
@bp.response(200, PointView)
def change_point(desk: Desk[ReliefPoint], body: dict[str, Any]) -> Any:
    """修改计划 / Change a plan before its approval."""
    return shown(desk, points.change_point(desk.session, desk.actor, desk.thing, body))


@bp.route("/<uuid:point_id>/disclosures", methods=["POST"])
@operation("relief.disclose", load=points.find_point)
@bp.arguments(PurposeBody)
@bp.response(200, PhonesView)
def disclose_phones(desk: Desk[ReliefPoint], body: dict[str, Any]) -> Any:
    """查看完整电话（留痕） / The phones in the clear; the view is recorded."""
    return points.disclose(desk.session, desk.actor, desk.thing, body["purpose"])


@bp.route("/<uuid:point_id>/sheet.pdf", methods=["GET"])
@operation("relief.read", load=points.find_point)
@bp.response(200, FILE, content_type="application/pdf")
def get_sheet(desk: Desk[ReliefPoint]) -> Response:
    """送清凉物资签收单（PDF） / The sheet that the recipient signs."""
    content = print_sheet(desk.session, desk.actor, desk.thing, reader_language())
    return download(content, "application/pdf", f"relief-{desk.thing.id}.pdf")
