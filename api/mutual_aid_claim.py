"""Claims and gifts of mutual aid: what waits for a decision, which papers are wanted, and gifts filed in one go."""

from __future__ import annotations

from typing import Any

from api.application import ApplicationSummary, summary
from api.arguments import Blueprint
from api.cover import CoverView, shown_cover
from api.fields import Body, Day, Flag, Id, Items, Part, Text
from api.guard import Desk, operation
from api.language import reader_language
from api.paging import PageQuery, page, page_of, window
from benefits.casework.application import find_application
from benefits.casework.cover import claim as claims
from benefits.casework.cover import gift as gifts
from benefits.casework.cover.evidence import PAPERS, Evidence
from models.application import Application
from models.cover import Claim

bp = Blueprint("mutual_aid_claim", __name__, url_prefix="/mutual-aid", description="理赔与赠送 / Claims and gifts")


class PaperView(Body):
    """A paper that the claim wants, and whether one of its documents is titled so; a missing one refuses nothing."""

    paper = Text(required=True)
    label = Text(required=True)
    clause = Text(required=True)
    handed_in = Flag(required=True)


class DueView(ApplicationSummary):
    """A claim that waits: handed in when, to be decided by when, and the papers that are missing."""

    plan = Text(required=True)
    handed_in_on = Day(required=True)
    decide_by = Day(required=True, allow_none=True)
    overdue = Flag(required=True)
    missing = Items(Part(PaperView), required=True)


class ClaimView(Body):
    """A claim beside its case: the cover that bears it (null: one on paper, or none), its days and its papers."""

    application_id = Id(required=True)
    state = Text(required=True)
    plan = Text(required=True)
    cover = Part(CoverView, required=True, allow_none=True)
    filing_deadline = Day(required=True, allow_none=True)
    report_by = Day(required=True, allow_none=True)
    papers_by = Day(required=True, allow_none=True)
    handed_in_on = Day(required=True, allow_none=True)
    decide_by = Day(required=True, allow_none=True)
    evidence = Items(Part(PaperView), required=True)


class DueQuery(PageQuery):
    """Filters: one unit, and what is to be decided by a day."""

    unit = Text(load_default=None, most=64)
    until = Day(load_default=None)


class GiftsBody(Body):
    """A swept round of mutual aid with `act = gift`."""

    round_id = Id(required=True)


class SkippedView(Body):
    """A member without a gift, and why."""

    member_id = Id(required=True)
    name = Text(required=True)
    unit_code = Text(required=True)
    reasons = Items(Text(), required=True)


class GiftsView(Body):
    """The cases handed in now, and the members left out."""

    filed = Items(Part(ApplicationSummary), required=True)
    skipped = Items(Part(SkippedView), required=True)


DuePage = page_of(DueView)


def _paper(each: Evidence) -> dict[str, Any]:
    return {
        "paper": each.paper,
        "label": PAPERS.label(each.paper, reader_language()),
        "clause": each.clause,
        "handed_in": each.handed_in,
    }


def _due(desk: Desk[None], claim: Claim, case: Application, papers: list[Evidence]) -> dict[str, Any]:
    last = claims.decide_by(desk.session, claim)
    return {
        **summary(case),
        "plan": claim.plan,
        "handed_in_on": claim.handed_in_on,
        "decide_by": last,
        "overdue": last is not None and last < desk.actor.today,
        "missing": [_paper(each) for each in papers if not each.handed_in],
    }


@bp.route("/claims/due", methods=["GET"])
@operation("case.read")
@bp.arguments(DueQuery, location="query")
@bp.response(200, DuePage)
def list_due(desk: Desk[None], query: dict[str, Any]) -> Any:
    """待审定的理赔 / Claims to be decided within thirty working days of being handed in."""
    part = window(query)
    query["unit_code"] = query.pop("unit")
    rows = claims.list_due(desk.session, desk.actor, after=part.after, limit=part.limit, **query)
    shelf = page(rows, part.limit, key=lambda row: row[0].id)
    papers = claims.papers_of(desk.session, [case for _, case in shelf.items])
    return {"items": [_due(desk, *row, papers.get(row[1].id, [])) for row in shelf.items], "next": shelf.next}


@bp.route("/claims/<uuid:application_id>", methods=["GET"])
@operation("case.read", load=find_application)
@bp.response(200, ClaimView)
def get_claim(desk: Desk[Application]) -> Any:
    """一件理赔的保障、期限与材料 / A claim's cover, days and papers."""
    found = claims.look_at(desk.session, desk.actor, desk.thing)
    return {
        "application_id": desk.thing.id,
        "state": desk.thing.state,
        "plan": found.plan,
        "cover": shown_cover(desk, found.cover) if found.cover else None,
        "filing_deadline": found.filing_deadline,
        "report_by": found.report_by,
        "papers_by": found.papers_by,
        "handed_in_on": found.claim.handed_in_on if found.claim else None,
        "decide_by": found.decide_by,
        "evidence": [_paper(each) for each in found.papers],
    }


@bp.route("/gifts", methods=["POST"])
@operation("case.file", keyed=True)
@bp.arguments(GiftsBody)
@bp.response(200, GiftsView)
def file_gifts(desk: Desk[None], body: dict[str, Any]) -> Any:
    """为劳模集中赠送 / File a gift for each eligible member of a round; those already enrolled are left out."""
    found = gifts.file_gifts(desk.session, desk.actor, **body)
    return {"filed": [summary(each) for each in found.filed], "skipped": found.skipped}
