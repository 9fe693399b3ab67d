"""The acts on a visit point: `/relief-points/{id}/approve`, `visit`, `put-back`, `sign`, `settle`, `cancel`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from marshmallow import validate

from api.arguments import Blueprint
from api.fields import Body, Day, Degrees, Id, Items, Part, Text, Whole
from api.guard import Desk, operation
from api.relief_point import PointView, shown
from benefits.casework.relief import settlement, visit
from benefits.casework.relief.point import lock_point
from models.relief_point import ReliefPoint

bp = Blueprint("relief_visit", __name__, url_prefix="/relief-points", description="慰问和签收 / Visits and receipts")

_SHA256 = validate.Regexp(r"[0-9a-f]{64}\Z", error="digest_malformed")


class PortionBody(Body):
    """So many of a lot."""

    lot_id = Id(required=True)
    quantity = Whole(required=True, most=10_000_000)


class PutBackBody(Body):
    """What comes back into stock."""

    goods = Items(Part(PortionBody), required=True, least=1, most=100)


class FundBody(Body):
    """The fund that pays."""

    fund_id = Id(required=True)


class VisitBody(Body):
    """What was found and given; without a temperature the register of hot days is asked."""

    visited_on = Day(required=True)
    temperature = Degrees(load_default=None)
    temperature_source = Text(load_default=None, least=1, most=200)
    heads = Whole(required=True, least=1, most=100_000)
    members = Whole(required=True, most=100_000)
    non_members = Whole(required=True, most=100_000)
    non_staff = Whole(required=True, most=100_000)
    goods = Items(Part(PortionBody), required=True, least=1, most=100)


class SignBody(Body):
    """Who signed, when and for how much; the digest is of the signed sheet or of a photo."""

    recipient = Text(required=True, least=1, most=50)
    recipient_phone = Text(required=True, least=1, most=20)
    signed_on = Day(required=True)
    goods = Items(Part(PortionBody), required=True, least=1, most=100)
    document_sha256 = Text(load_default=None, validate=_SHA256)


class ReasonBody(Body):
    """Why."""

    reason = Text(required=True, least=1, most=500)


def _act(name: str, permission: str, body: type[Body], *, moves_money: bool = False) -> Callable[[Any], Any]:
    def wrap(view: Any) -> Any:
        inner = bp.arguments(body)(bp.response(200, PointView)(view))
        guarded = operation(permission, load=lock_point, keyed=True, conditional=True, moves_money=moves_money)(inner)
        return bp.route(f"/<uuid:point_id>/{name}", methods=["POST"])(guarded)

    return wrap


def _portions(body: dict[str, Any]) -> list[visit.Portion]:
    return [visit.Portion(**each) for each in body.pop("goods")]


@_act("approve", "relief.check", FundBody, moves_money=True)
def approve(desk: Desk[ReliefPoint], body: dict[str, Any]) -> Any:
    """批准计划 / Approve a plan; its budget is reserved."""
    return shown(desk, visit.approve(desk.session, desk.actor, desk.thing, body["fund_id"]))


@_act("visit", "relief.keep", VisitBody, moves_money=True)
def make_visit(desk: Desk[ReliefPoint], body: dict[str, Any]) -> Any:
    """登记慰问 / Enter the visit: heads, temperature, and the goods that leave the stock."""
    goods = _portions(body)
    return shown(desk, visit.make_visit(desk.session, desk.actor, desk.thing, visit.Visit(**body, goods=goods)))


@_act("put-back", "relief.keep", PutBackBody, moves_money=True)
def put_back(desk: Desk[ReliefPoint], body: dict[str, Any]) -> Any:
    """退回物资 / Take back into stock what was brought and not given."""
    return shown(desk, visit.put_back(desk.session, desk.actor, desk.thing, _portions(body)))


@_act("sign", "relief.check", SignBody)
def sign(desk: Desk[ReliefPoint], body: dict[str, Any]) -> Any:
    """登记签收 / Enter the recipient's signature."""
    goods = _portions(body)
    return shown(desk, visit.sign(desk.session, desk.actor, desk.thing, visit.SignOff(**body, goods=goods)))


@_act("settle", "relief.settle", Body, moves_money=True)
def settle(desk: Desk[ReliefPoint], _body: dict[str, Any]) -> Any:
    """结算 / Charge what was signed to the fund, once."""
    return shown(desk, settlement.settle(desk.session, desk.actor, desk.thing))


@_act("cancel", "relief.keep", ReasonBody, moves_money=True)
def cancel(desk: Desk[ReliefPoint], body: dict[str, Any]) -> Any:
    """取消慰问点 / Give a visit up before it is made."""
    return shown(desk, settlement.cancel(desk.session, desk.actor, desk.thing, body["reason"]))
