"""Places: `/places`, each a candidate's in a round of scarce places, and the acts on it up to its settlement."""

from __future__ import annotations

from typing import Any

from api.arguments import Blueprint
from api.fields import Body, Day, Id, Instant, Items, Json, Money, Part, Text, Whole
from api.guard import Desk, operation
from api.paging import PageQuery, page, page_of, window
from benefits.casework.place import journey, life, settlement
from benefits.casework.place.settlement import Costs
from models.place import Place
from models.place_vocabulary import PlaceState

bp = Blueprint("place", __name__, url_prefix="/places", description="疗休养名额 / Places")


class SettlementView(Body):
    """What the leave cost, what the union bears of it, and what the member owes."""

    invoice = Text(required=True)
    covered_cost = Money(required=True)
    transport_cost = Money(required=True)
    cap = Money(required=True)
    borne = Money(required=True)
    owed = Money(required=True)
    settled_by = Id(required=True)
    settled_at = Instant(required=True)


class PlaceSummary(Body):
    """A place in a list."""

    id = Id(required=True)
    round_id = Id(required=True)
    application_id = Id(required=True)
    member_name = Text(required=True)
    unit_code = Text(required=True)
    rank = Whole(required=True)
    state = Text(required=True, choices=tuple(PlaceState))


class PlaceView(PlaceSummary):
    """A place with what became of it."""

    ranked_by = Json(required=True)
    reason = Text(required=True, allow_none=True)
    insurance_number = Text(required=True, allow_none=True)
    health_declared_on = Day(required=True, allow_none=True)
    attended_days = Whole(required=True, allow_none=True)
    ended_on = Day(required=True, allow_none=True)
    moved_by = Id(required=True)
    moved_at = Instant(required=True)
    settlement = Part(SettlementView, required=True, allow_none=True)


class PlaceQuery(PageQuery):
    """Filters of the list."""

    round_id = Id(load_default=None)
    state = Text(load_default=None, choices=tuple(PlaceState))
    unit_code = Text(load_default=None, most=64)


class ReasonBody(Body):
    """Why."""

    reason = Text(required=True, least=1, most=1000)


class ConfirmationBody(Body):
    """The participant's accident insurance, and the health declaration made anew: empty, nothing to declare."""

    insurance_number = Text(required=True, least=1, most=100)
    health_flags = Items(Text(most=100), required=True, most=20)


class AttendanceBody(Body):
    """As on the sign-in sheet."""

    attended_days = Whole(required=True, least=1, most=60)
    ended_on = Day(required=True)


class CostsBody(Body):
    """The participant's part of the operator's invoice."""

    invoice = Text(required=True, least=1, most=100)
    covered_cost = Money(required=True)
    transport_cost = Money(required=True)


PlacePage = page_of(PlaceSummary)
_SHOWN = (
    *("id", "round_id", "application_id", "rank", "state", "ranked_by", "reason", "insurance_number"),
    *("health_declared_on", "attended_days", "ended_on", "moved_by", "moved_at"),
)


def shown(desk: Desk[Any], place: Place) -> dict[str, Any]:
    """A place as its page shows it."""
    desk.session.flush()
    _, member, unit = life.whose(desk.session, place)
    return {
        **{name: getattr(place, name) for name in _SHOWN},
        "member_name": member.name,
        "unit_code": unit.code,
        "settlement": settlement.settlement_of(desk.session, place),
    }


@bp.route("", methods=["GET"])
@operation("case.read")
@bp.arguments(PlaceQuery, location="query")
@bp.response(200, PlacePage)
def list_places(desk: Desk[None], query: dict[str, Any]) -> Any:
    """名额列表 / The places of your units' members."""
    part = window(query)
    rows = life.list_places(desk.session, desk.actor, after=part.after, limit=part.limit, **query)
    shelf = page(rows, part.limit)
    names = PlaceSummary().fields
    items = [{name: value for name, value in shown(desk, each).items() if name in names} for each in shelf.items]
    return {"items": items, "next": shelf.next}


@bp.route("/<uuid:place_id>", methods=["GET"])
@operation("case.read", load=life.find_place)
@bp.response(200, PlaceView)
def get_place(desk: Desk[Place]) -> Any:
    """名额详情 / One place."""
    return shown(desk, desk.thing)


def _act(name: str, permission: str, schema: type[Body], *, moves_money: bool = False) -> Any:
    def wrap(view: Any) -> Any:
        inner = bp.arguments(schema)(bp.response(200, PlaceView)(view))
        guarded = operation(permission, load=life.lock_place, keyed=True, conditional=True, moves_money=moves_money)(
            inner
        )
        return bp.route(f"/<uuid:place_id>/{name}", methods=["POST"])(guarded)

    return wrap


@_act("decline", "case.file", ReasonBody)
def decline(desk: Desk[Place], body: dict[str, Any]) -> Any:
    """放弃名额 / Give the place up: the next who waits has it now."""
    return shown(desk, journey.decline(desk.session, desk.actor, desk.thing, body["reason"]))


@_act("confirm", "case.file", ConfirmationBody)
def confirm(desk: Desk[Place], body: dict[str, Any]) -> Any:
    """出发前确认 / Confirm before departure: insured, and healthy still."""
    return shown(desk, journey.confirm(desk.session, desk.actor, desk.thing, **body))


@_act("depart", "case.file", Body)
def depart(desk: Desk[Place], _body: dict[str, Any]) -> Any:
    """出发 / The participant has set out."""
    return shown(desk, journey.depart(desk.session, desk.actor, desk.thing))


@_act("return", "case.file", AttendanceBody)
def come_back(desk: Desk[Place], body: dict[str, Any]) -> Any:
    """返回 / The participant is back: days and last day as on the sign-in sheet."""
    return shown(desk, journey.come_back(desk.session, desk.actor, desk.thing, **body))


@_act("settle", "fund.keep", CostsBody, moves_money=True)
def settle(desk: Desk[Place], body: dict[str, Any]) -> Any:
    """结算 / Settle against the invoice: the union bears what the rules allow, the member owes the rest."""
    costs = Costs(body["invoice"], body["covered_cost"], body["transport_cost"])
    return shown(desk, settlement.settle(desk.session, desk.actor, desk.thing, costs))
