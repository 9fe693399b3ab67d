"""Scarce places of a round: `/rounds/{id}/quotas`, `/leave`, `/allocation` and `/pool`."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from api.arguments import Blueprint
from api.fields import Body, Day, Flag, Id, Instant, Items, Json, Money, Part, Text, Whole
from api.guard import Desk, operation
from api.language import reader_language
from api.round import QuotaLine, RoundView, shown
from benefits.casework.place import allocation as allocations
from benefits.casework.place import quota as quotas
from benefits.casework.policy_book import edition_by_id
from benefits.casework.round import find_round, lock_round
from benefits.rules.values import to_fen
from models.place import Allocation, LeaveBatch
from models.place_vocabulary import PlaceState
from models.round import Round

bp = Blueprint("allocation", __name__, url_prefix="/rounds", description="名额 / Scarce places")


class QuotasBody(Body):
    """All quotas of the round; `public_source` names what nobody can foresee and the draw will be mixed with."""

    quotas = Items(Part(QuotaLine), required=True, least=1)
    public_source = Text(load_default=None, allow_none=True, least=1, most=200)


class LeaveBody(Body):
    """Where to, the listed base, the operator procured for it, and who insures every participant."""

    destination = Text(required=True, least=1, most=200)
    lodging = Text(required=True, least=1, most=200)
    operator = Text(required=True, least=1, most=200)
    insurer = Text(required=True, least=1, most=200)


class LeaveView(LeaveBody):
    """The leave with what the round's facts say of it and the day rate of its edition."""

    start_on = Day(required=True)
    days = Whole(required=True, allow_none=True)
    out_of_province = Flag(required=True, allow_none=True)
    repeat_rule = Text(required=True, allow_none=True)
    day_rate = Money(required=True, allow_none=True)


class PublicValueBody(Body):
    """The value of the announced source, exactly as it will be published."""

    public_value = Text(load_default=None, allow_none=True, least=1, most=200)


class PoolBody(Body):
    """The unit whose first waiting candidate is given a place of the pool."""

    unit_code = Text(required=True, least=1, most=64)


class RankingLine(Body):
    """A published criterion of the order."""

    code = Text(required=True)
    order = Text(required=True, choices=("high_first", "low_first"))
    clause = Text(required=True)
    message = Text(required=True)


class OrderLine(Body):
    """A candidate in the order of their unit; `state` is the present one, for those who read the case."""

    rank = Whole(required=True)
    unit_code = Text(required=True)
    application_id = Id(required=True)
    name = Text(required=True)
    values = Json(required=True)
    tie = Text(required=True)
    drawn = Text(required=True, choices=("held", "waiting"))
    place_id = Id(required=True, allow_none=True)
    state = Text(required=True, allow_none=True, choices=tuple(PlaceState))


class AllocationView(Body):
    """The draw: its commitment at once, everything to recompute it once it is done; quotas as drawn."""

    round_id = Id(required=True)
    commitment = Text(required=True)
    committed_at = Instant(required=True)
    public_source = Text(required=True, allow_none=True)
    public_value = Text(required=True, allow_none=True)
    secret = Text(required=True, allow_none=True)
    seed = Text(required=True, allow_none=True)
    allocated_by = Id(required=True, allow_none=True)
    allocated_at = Instant(required=True, allow_none=True)
    pool = Whole(required=True)
    ranking = Items(Part(RankingLine), required=True)
    quotas = Items(Part(QuotaLine), required=True)
    order = Items(Part(OrderLine), required=True)


def _shown(desk: Desk[Any], of: Round, draw: Allocation) -> dict[str, Any]:
    reach = allocations.names_in_reach(desk.session, desk.actor, of.id)
    outcome = draw.outcome or {"quotas": {quota.unit.code: quota.places for quota in of.quotas}, "order": []}
    language = reader_language()
    named = ("round_id", "committed_at", "public_source", "public_value", "allocated_by", "allocated_at", "pool")
    return {
        **{name: getattr(draw, name) for name in named},
        "commitment": draw.commitment.hex(),
        "secret": draw.secret.hex() if draw.secret else None,
        "seed": draw.seed.hex() if draw.seed else None,
        "ranking": [
            {
                "code": each.code,
                "order": "high_first" if each.high_first else "low_first",
                "clause": each.clause,
                "message": each.rule[language],
            }
            for each in edition_by_id(desk.session, of.policy_id).edition.ranking
        ],
        "quotas": [{"unit_code": code, "places": places} for code, places in sorted(outcome["quotas"].items())],
        "order": [_line(line, reach.get(UUID(line["application_id"]))) for line in outcome["order"]],
    }


def _line(line: dict[str, Any], own: tuple[str, Any] | None) -> dict[str, Any]:
    if own is None:
        return {**line, "place_id": None, "state": None}
    name, place = own
    return {**line, "name": name, "place_id": place.id, "state": place.state}


def _leave(desk: Desk[Round], leave: LeaveBatch) -> dict[str, Any]:
    facts, begins = desk.thing.facts, desk.thing.event_on
    rate = edition_by_id(desk.session, desk.thing.policy_id).edition.figure("day_rate", begins)
    return {
        **{name: getattr(leave, name) for name in ("destination", "lodging", "operator", "insurer")},
        "start_on": begins,
        **{name: facts.get(name) for name in ("days", "out_of_province", "repeat_rule")},
        "day_rate": to_fen(rate.value) if rate else None,
    }


@bp.route("/<uuid:round_id>/quotas", methods=["PUT"])
@operation("round.keep", load=lock_round, conditional=True)
@bp.arguments(QuotasBody)
@bp.response(200, RoundView)
def set_quotas(desk: Desk[Round], body: dict[str, Any]) -> Any:
    """下达名额 / Say how many places each unit has; the first time the draw's secret is committed to."""
    wanted = [(line["unit_code"], line["places"]) for line in body["quotas"]]
    return shown(quotas.set_quotas(desk.session, desk.actor, desk.thing, wanted, body["public_source"]))


@bp.route("/<uuid:round_id>/leave", methods=["GET"])
@operation("round.read", load=find_round)
@bp.response(200, LeaveView)
def get_leave(desk: Desk[Round]) -> Any:
    """疗休养批次 / Where a leave goes, with whom, for how long and at which day rate."""
    return _leave(desk, quotas.leave_of(desk.session, desk.thing))


@bp.route("/<uuid:round_id>/leave", methods=["PUT"])
@operation("round.keep", load=lock_round, conditional=True)
@bp.arguments(LeaveBody)
@bp.response(200, LeaveView)
def set_leave(desk: Desk[Round], body: dict[str, Any]) -> Any:
    """登记批次行程 / Write down where a leave goes and with whom."""
    quotas.set_leave(desk.session, desk.actor, desk.thing, **body)
    return _leave(desk, quotas.leave_of(desk.session, desk.thing))


@bp.route("/<uuid:round_id>/allocation", methods=["GET"])
@operation("round.read", load=find_round)
@bp.response(200, AllocationView)
def get_allocation(desk: Desk[Round]) -> Any:
    """名额分配结果 / The draw, with everything to recompute it."""
    of, draw = allocations.find_allocation(desk.session, desk.actor, desk.thing.id)
    return _shown(desk, of, draw)


@bp.route("/<uuid:round_id>/allocation", methods=["POST"])
@operation("case.decide", load=allocations.lock_with_cases, keyed=True, conditional=True)
@bp.arguments(PublicValueBody)
@bp.response(200, AllocationView)
def allocate(desk: Desk[Round], body: dict[str, Any]) -> Any:
    """分配名额 / Reveal the secret and give out the places, once, after the last day."""
    draw = allocations.allocate(desk.session, desk.actor, desk.thing, body["public_value"])
    return _shown(desk, desk.thing, draw)


@bp.route("/<uuid:round_id>/pool", methods=["POST"])
@operation("round.keep", load=lock_round, keyed=True, conditional=True)
@bp.arguments(PoolBody)
@bp.response(200, AllocationView)
def offer_from_pool(desk: Desk[Round], body: dict[str, Any]) -> Any:
    """调剂名额 / Give a place that fell back to the round's pool to the first who waits in a unit's order."""
    draw = allocations.offer_from_pool(desk.session, desk.actor, desk.thing, body["unit_code"])
    return _shown(desk, desk.thing, draw)
