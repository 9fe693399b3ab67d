"""Rounds: `/rounds`, their sweeps, and what was decided of every member."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from api.arguments import Blueprint
from api.fields import Body, Day, Id, Instant, Items, Json, Money, Part, QueryFlag, Text, Whole
from api.guard import Desk, created, operation
from api.job import JobView, shown_job
from api.language import reader_language
from api.paging import PageQuery, page, page_of, window
from api.programme import AssessmentView
from benefits.casework import round as rounds
from benefits.casework import sweep as sweeps
from benefits.casework.place.quota import set_quotas
from benefits.rules.answer import to_json
from models.membership import Membership
from models.round import Candidate, Round
from models.unit import Unit

bp = Blueprint("round", __name__, url_prefix="/rounds", description="批次 / Rounds")

OUTCOMES = ("eligible", "ineligible", "undetermined")


class QuotaLine(Body):
    """How many places are for the members of a unit and those below it."""

    unit_code = Text(required=True, least=1, most=64)
    places = Whole(required=True, most=10_000)


class RoundBody(Body):
    """A programme offered to the members below a unit; `facts` are the same for all (kind, occasion, act, plan).

    With `quotas` its places are scarce, as by `PUT /rounds/{id}/quotas`.
    """

    unit_code = Text(required=True, least=1, most=64)
    programme = Text(required=True, least=1, most=64)
    title = Text(required=True, least=1, most=100)
    event_on = Day(required=True)
    opens_on = Day(required=True)
    closes_on = Day(required=True)
    facts = Json(load_default=dict)
    fund_id = Id(load_default=None, allow_none=True)
    quotas = Items(Part(QuotaLine), load_default=list)
    public_source = Text(load_default=None, allow_none=True, least=1, most=200)


class RoundView(Body):
    """A round; `criteria` and `swept_at` are of its last sweep, `places` the sum of the quotas you see."""

    id = Id(required=True)
    unit_code = Text(required=True)
    programme = Text(required=True)
    title = Text(required=True)
    event_on = Day(required=True)
    opens_on = Day(required=True)
    closes_on = Day(required=True)
    policy_id = Id(required=True)
    facts = Json(required=True)
    fund_id = Id(required=True, allow_none=True)
    criteria = Items(Text(), required=True)
    swept_at = Instant(required=True, allow_none=True)
    quotas = Items(Part(QuotaLine), required=True)
    places = Whole(required=True)


class RoundQuery(PageQuery):
    """Filters of the list."""

    programme = Text(load_default=None, most=64)
    open_on = Day(load_default=None)


class CandidateLine(Body):
    """What the last sweep said of one member: the criteria that are unmet, unknown or do not apply."""

    member_id = Id(required=True)
    name = Text(required=True)
    unit_code = Text(required=True)
    outcome = Text(required=True, choices=OUTCOMES)
    unmet = Items(Text(), required=True)
    not_known = Items(Text(), required=True, data_key="unknown", attribute="unknown")
    not_applicable = Items(Text(), required=True)
    amount_max = Money(required=True, allow_none=True)
    swept_at = Instant(required=True)


class CandidateView(CandidateLine):
    """The same with the full explanation, as the books are now."""

    assessment = Part(AssessmentView, required=True)


class CandidateQuery(PageQuery):
    """Filters: by outcome, unit, a criterion that is not met, and whether an application has been filed."""

    outcome = Text(load_default=None, choices=OUTCOMES)
    unit = Text(load_default=None, most=64)
    criterion = Text(load_default=None, most=64)
    applied = QueryFlag(load_default=None)


RoundPage = page_of(RoundView)
CandidatePage = page_of(CandidateLine)
_SHOWN = (
    *("id", "programme", "title", "event_on", "opens_on", "closes_on", "policy_id", "facts", "fund_id"),
    *("criteria", "swept_at"),
)


def shown(of: Round) -> dict[str, Any]:
    """A round as its page shows it."""
    quotas = sorted((quota.unit.code, quota.places) for quota in of.quotas if quota.places)
    return {
        **{name: getattr(of, name) for name in _SHOWN},
        "unit_code": of.unit.code,
        "quotas": [{"unit_code": code, "places": places} for code, places in quotas],
        "places": sum(places for _, places in quotas),
    }


def _line(of: Round, line: Candidate, member: Membership, unit: Unit) -> dict[str, Any]:
    return {
        "member_id": line.membership_id,
        "name": member.name,
        "unit_code": unit.code,
        "outcome": line.outcome,
        **{mask: sweeps.codes(of, getattr(line, mask)) for mask in ("unmet", "unknown", "not_applicable")},
        "amount_max": line.amount_max,
        "swept_at": line.swept_at,
    }


@bp.route("", methods=["GET"])
@operation("round.read")
@bp.arguments(RoundQuery, location="query")
@bp.response(200, RoundPage)
def list_rounds(desk: Desk[None], query: dict[str, Any]) -> Any:
    """批次列表 / The rounds of your units, those below and those above."""
    part = window(query)
    rows = rounds.list_rounds(desk.session, desk.actor, after=part.after, limit=part.limit, **query)
    shelf = page(rows, part.limit)
    return {"items": [shown(each) for each in shelf.items], "next": shelf.next}


@bp.route("", methods=["POST"])
@operation("round.keep", keyed=True)
@bp.arguments(RoundBody)
@bp.response(201, RoundView)
def open_round(desk: Desk[None], body: dict[str, Any]) -> Any:
    """开设批次 / Offer a programme to the members below a unit."""
    wanted = [(line["unit_code"], line["places"]) for line in body.pop("quotas")]
    public_source = body.pop("public_source")
    opened = rounds.open_round(desk.session, desk.actor, **body)
    if wanted:
        opened = set_quotas(desk.session, desk.actor, opened, wanted, public_source)
    return shown(opened), 201, created(f"/rounds/{opened.id}", opened)


@bp.route("/<uuid:round_id>", methods=["GET"])
@operation("round.read", load=rounds.find_round)
@bp.response(200, RoundView)
def get_round(desk: Desk[Round]) -> Any:
    """批次详情 / One round."""
    return shown(desk.thing)


@bp.route("/<uuid:round_id>/sweep", methods=["POST"])
@operation("round.keep", load=rounds.find_round, keyed=True)
@bp.arguments(Body)
@bp.response(202, JobView)
def start_sweep(desk: Desk[Round], _body: dict[str, Any]) -> Any:
    """全员筛查 / Decide every member; again only what changed."""
    job = sweeps.start_sweep(desk.session, desk.actor, desk.thing)
    return shown_job(desk, job), 202, {"Location": f"/api/v1/jobs/{job.id}"}


@bp.route("/<uuid:round_id>/candidates", methods=["GET"])
@operation("round.read", load=rounds.find_round)
@bp.arguments(CandidateQuery, location="query")
@bp.response(200, CandidatePage)
def list_candidates(desk: Desk[Round], query: dict[str, Any]) -> Any:
    """筛查结果 / Who is eligible, who would be with one more paper, who is not and why."""
    part = window(query)
    query["unit_code"] = query.pop("unit")
    rows = sweeps.list_candidates(desk.session, desk.actor, desk.thing, after=part.after, limit=part.limit, **query)
    shelf = page(rows, part.limit, key=lambda row: row[0].membership_id)
    return {"items": [_line(desk.thing, *row) for row in shelf.items], "next": shelf.next}


@bp.route("/<uuid:round_id>/candidates/<uuid:member_id>", methods=["GET"])
@operation("round.read", load=rounds.find_round)
@bp.response(200, CandidateView)
def explain_candidate(desk: Desk[Round], member_id: UUID) -> Any:
    """一人的完整说明 / One member's line with its full explanation."""
    line, member, unit, judgement = sweeps.explain_candidate(desk.session, desk.actor, desk.thing, member_id)
    return {
        **_line(desk.thing, line, member, unit),
        "assessment": to_json(judgement.assessment, reader_language()),
    }
