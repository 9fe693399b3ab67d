"""`/households/{id}/visits`: 入户调查, half-yearly visits, follow-up after an exit."""

from __future__ import annotations

from typing import Any

from api.arguments import Blueprint
from api.fields import Body, Day, Flag, Id, Items, Text
from api.guard import Desk, operation
from api.paging import PageQuery, page_of, page_of_all
from benefits.casework.household.file import find_household, lock_household
from benefits.casework.household.sealed import read_sealed
from benefits.casework.household.visit import record_visit, visits_of
from models.household import Household
from models.household_life import HouseholdVisit
from models.vocabulary import VisitPurpose

bp = Blueprint("household_visit", __name__, url_prefix="/households", description="入户走访 / Visits to households")

PURPOSES = tuple(VisitPurpose)


class VisitBody(Body):
    """A visit: by whom (the edition says how many at least), what was found, whether the worker signed in person."""

    purpose = Text(required=True, choices=PURPOSES)
    visited_on = Day(required=True)
    visitors = Items(Text(least=1, most=60), required=True, least=1, most=10)
    found = Text(required=True, least=1, most=4000)
    signed_in_person = Flag(required=True)


class VisitView(Body):
    """A visit; `found` is null for those who neither file nor decide, in answers to acts, and once it was destroyed."""

    id = Id(required=True)
    purpose = Text(required=True, choices=PURPOSES)
    visited_on = Day(required=True)
    visitors = Items(Text(), required=True)
    found = Text(required=True, allow_none=True)
    signed_in_person = Flag(required=True)


_SHOWN = ("id", "purpose", "visited_on", "visitors", "signed_in_person")


def _shown(visit: HouseholdVisit, found: str | None = None) -> dict[str, Any]:
    return {**{name: getattr(visit, name) for name in _SHOWN}, "found": found}


@bp.route("/<uuid:household_id>/visits", methods=["GET"])
@operation("household.read", load=find_household)
@bp.arguments(PageQuery, location="query")
@bp.response(200, page_of(VisitView))
def list_visits(desk: Desk[Household], query: dict[str, Any]) -> Any:
    """走访记录 / The visits to a household; reading what was found is recorded."""
    part = page_of_all(visits_of(desk.session, desk.thing), query)
    sealed = {each.id: each.found_cipher for each in part.items}
    found = read_sealed(desk.session, desk.actor, desk.thing, "found", sealed)
    return {"items": [_shown(each, found.get(each.id)) for each in part.items], "next": part.next}


@bp.route("/<uuid:household_id>/visits", methods=["POST"])
@operation("household.keep", load=lock_household, keyed=True, conditional=True)
@bp.arguments(VisitBody)
@bp.response(201, VisitView)
def add_visit(desk: Desk[Household], body: dict[str, Any]) -> Any:
    """登记走访 / Keep a visit; the ETag is the file's new one."""
    visit = record_visit(desk.session, desk.actor, desk.thing, **body)
    return _shown(visit), 201, {"Location": f"/api/v1/households/{desk.thing.id}/visits"}
