"""Plans of mutual aid: `/mutual-aid/plans`, each term with its source, clause and confidence."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from api.arguments import Blueprint
from api.fields import Body, Day, Flag, Items, Part, Text
from api.guard import Desk, operation
from api.language import reader_language
from api.paging import PageQuery, page_of, page_of_all
from benefits.casework.cover import plan as plans
from benefits.casework.cover.plan import Plan, PlanTerm
from benefits.catalogue import programme
from benefits.core.code_table import code_table

bp = Blueprint(
    "mutual_aid_plan", __name__, url_prefix="/mutual-aid/plans", description="互助保障计划 / Mutual-aid plans"
)


class ItemView(Body):
    """One of several things that a term names."""

    code = Text(required=True)
    label = Text(required=True)


class TermView(Body):
    """A term of a plan; `example` marks a figure that the union has still to settle."""

    term = Text(required=True)
    label = Text(required=True)
    value = Text(required=True, most=2000)
    items = Items(Part(ItemView), required=True)
    since = Day(required=True)
    source = Text(required=True)
    clause = Text(required=True)
    confidence = Text(required=True, choices=("H", "M", "L"))
    example = Flag(required=True)


class PlanView(Body):
    """A plan as it stands on a day."""

    plan = Text(required=True)
    title = Text(required=True)
    edition = Text(required=True)
    on = Day(required=True)
    terms = Items(Part(TermView), required=True)


class PlansQuery(PageQuery):
    """On which day; today without it."""

    on = Day(load_default=None)


class PlanQuery(Body):
    """On which day; today without it."""

    on = Day(load_default=None)


PlanPage = page_of(PlanView)


def _term(term: PlanTerm) -> dict[str, Any]:
    language, figure = reader_language(), term.figure
    words = code_table(term.words) if term.words else None
    titles = programme(plans.PROGRAMME).all_facts["plan"].choices
    codes = term.value if isinstance(term.value, list) else []
    return {
        "term": term.code,
        "label": plans.TERMS.label(term.code, language),
        "value": ", ".join(codes) if codes else term.value,
        "items": [
            {"code": code, "label": words.label(code, language) if words else titles[code][language]} for code in codes
        ],
        "since": figure.start,
        "source": figure.source,
        "clause": figure.clause,
        "confidence": figure.confidence,
        "example": figure.example,
    }


def _shown(plan: Plan, on: Any) -> dict[str, Any]:
    terms = [_term(each) for each in plan.terms]
    return {
        "plan": plan.code,
        "title": plan.title[reader_language()],
        "edition": plan.edition,
        "on": on,
        "terms": terms,
    }


@bp.route("", methods=["GET"])
@operation()
@bp.arguments(PlansQuery, location="query")
@bp.response(200, PlanPage)
def list_plans(desk: Desk[None], query: dict[str, Any]) -> Any:
    """互助保障计划 / The plans as they stand on a day, each term with its source."""
    on = query.pop("on") or desk.actor.today
    numbered = enumerate(plans.plans_on(desk.session, on))
    part = page_of_all(numbered, query, key=lambda pair: UUID(int=pair[0]))
    return {"items": [_shown(each, on) for _, each in part.items], "next": part.next}


@bp.route("/<plan>", methods=["GET"])
@operation()
@bp.arguments(PlanQuery, location="query")
@bp.response(200, PlanView)
def get_plan(desk: Desk[None], query: dict[str, Any], plan: str) -> Any:
    """一个计划 / One plan as it stands on a day."""
    on = query["on"] or desk.actor.today
    return _shown(plans.plan_on(desk.session, plan, on), on)
