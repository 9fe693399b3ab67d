"""Programmes: what they ask, and the answer to “would this be granted, and why?”."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select

from api.arguments import Blueprint
from api.fields import Body, Day, Id, Items, Json, Part, Text
from api.guard import Desk, operation
from api.language import reader_language
from api.paging import PageQuery, page_of, page_of_all
from benefits import catalogue
from benefits.access.reach import within
from benefits.casework.assessment import assess_freely
from benefits.core.errors import invalid
from benefits.rules.answer import to_json
from benefits.rules.declaration import Programme, facts_schema
from models.membership import Membership
from models.unit import Unit

bp = Blueprint("programme", __name__, url_prefix="/programmes", description="项目 / Programmes")


class ProgrammeSummary(Body):
    """A programme."""

    code = Text(required=True)
    title = Text(required=True)
    shape = Text(required=True)


class ProgrammeView(ProgrammeSummary):
    """A programme and the facts it asks, as JSON Schema with labels."""

    facts = Json(required=True)


class AssessmentBody(Body):
    """A question: on which day, of which member (optional), with which facts."""

    on = Day(required=True)
    member_id = Id(load_default=None)
    facts = Json(load_default=dict)


class FindingView(Body):
    """One criterion: the member's value, what is required, the gap, the day from which it would be met, the clause."""

    code = Text(required=True)
    outcome = Text(required=True, choices=("met", "unmet", "unknown", "not_applicable"))
    fact = Text(allow_none=True)
    value = Text(allow_none=True)
    required = Text(allow_none=True)
    gap = Text(allow_none=True)
    met_from = Text(allow_none=True)
    clause = Text(required=True)
    message = Text(required=True)
    evidence = Items(Json())


class AssessmentView(Body):
    """The complete answer."""

    programme = Text(required=True)
    on = Text(required=True)
    policy = Json(required=True, allow_none=True)
    outcome = Text(required=True, choices=("eligible", "ineligible", "undetermined"))
    findings = Items(Part(FindingView), required=True)
    derived = Json(required=True)
    entitlement = Json(required=True, allow_none=True)
    given = Items(Text(), metadata={"description": "the facts that were given; they stand before register and record"})
    from_file = Items(Text(), metadata={"description": "the facts that the member's hardship file supplied"})


def find_programme(_session: object, _actor: object, code: str) -> Programme:
    """The programme of that code; raises NotFound."""
    return catalogue.programme(code)


def _summary(programme: Programme) -> dict[str, Any]:
    return {"code": programme.code, "title": programme.titles[reader_language()], "shape": programme.shape}


@bp.route("", methods=["GET"])
@operation()
@bp.arguments(PageQuery, location="query")
@bp.response(200, page_of(ProgrammeSummary))
def list_programmes(_desk: Desk[None], query: dict[str, Any]) -> Any:
    """项目列表 / All programmes."""
    numbered = enumerate(catalogue.programmes().values())
    part = page_of_all(numbered, query, key=lambda pair: UUID(int=pair[0]))
    return {"items": [_summary(each) for _, each in part.items], "next": part.next}


@bp.route("/<code>", methods=["GET"])
@operation(load=find_programme)
@bp.response(200, ProgrammeView)
def get_programme(desk: Desk[Programme]) -> Any:
    """项目及所需事实 / A programme and the facts it asks."""
    return {**_summary(desk.thing), "facts": facts_schema(desk.thing, reader_language())}


@bp.route("/<code>/assessments", methods=["POST"])
@operation(load=find_programme)
@bp.arguments(AssessmentBody)
@bp.response(200, AssessmentView)
def assess(desk: Desk[Programme], body: dict[str, Any]) -> Any:
    """资格试算：逐条说明理由 / Would this be granted, and why? Nothing is stored."""
    member = None
    if body["member_id"] is not None:
        member = desk.session.scalar(
            select(Membership)
            .join(Unit, Unit.id == Membership.unit_id)
            .where(Membership.id == body["member_id"], within(desk.actor, "member.read"))
        )
        if member is None:
            raise invalid("/member_id", "member_unknown")
    judgement = assess_freely(desk.session, desk.thing.code, body["on"], body["facts"], member, with_file=True)
    answer = to_json(judgement.assessment, reader_language())
    return {**answer, "given": sorted(body["facts"]), "from_file": list(judgement.from_file)}
