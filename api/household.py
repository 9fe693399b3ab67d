"""Hardship files: `/households`, one per household; health is shown to those who file or decide, and recorded."""

from __future__ import annotations

from typing import Any

from api.arguments import Blueprint
from api.fields import Body, Day, Flag, Id, Instant, Items, Json, Part, QueryFlag, Text, Whole
from api.guard import Desk, created, operation
from api.paging import PageQuery, page, page_of, window
from benefits.casework.household import file as files
from benefits.casework.household.file import find_household, lock_household
from benefits.casework.household.reading import SeatedView, read_household
from benefits.casework.household.retention import kept_until
from benefits.core.code_table import code_table
from models.household import Household
from models.vocabulary import HouseholdState

bp = Blueprint("household", __name__, url_prefix="/households", description="困难职工档案 / Hardship files")

CAUSES = tuple(code_table("hardship_cause").labels)
CLASSES = tuple(code_table("hardship_class").labels)


class HouseholdPatch(Body):
    """What may change; absent fields stay, null clears. `details` are the fields of the form, see the guide."""

    contact = Text(least=1, most=60, allow_none=True)
    main_cause = Text(choices=CAUSES, allow_none=True)
    second_causes = Items(Text(choices=CAUSES), most=3)
    details = Json()


class HouseholdBody(HouseholdPatch):
    """A file as prepared, with the member as its head."""

    member_id = Id(required=True)


class DropBody(Body):
    """Why a draft is given up."""

    reason = Text(required=True, least=1, most=200)


class SeatView(Body):
    """A person of the household; numbers are masked, a minor's name too where private things are withheld."""

    id = Id(required=True)
    relation = Text(required=True)
    minor = Flag(required=True)
    guardian_consented_on = Day(required=True, allow_none=True)
    details = Json(required=True)


class HouseholdSummary(Body):
    """A file in a list."""

    id = Id(required=True)
    number = Whole(required=True)
    state = Text(required=True, choices=tuple(HouseholdState))
    member_id = Id(required=True)
    member_name = Text(required=True)
    unit_code = Text(required=True)
    hardship_class = Text(required=True, allow_none=True)
    main_cause = Text(required=True, allow_none=True)
    opened_on = Day(required=True, allow_none=True)
    exited_on = Day(required=True, allow_none=True)
    complete = Flag(required=True)


class HouseholdView(HouseholdSummary):
    """A file; `missing` is what the form stars and the file does not say, `withheld` what your roles do not see."""

    application_id = Id(required=True, allow_none=True)
    second_causes = Items(Text(), required=True)
    contact = Text(required=True, allow_none=True)
    details = Json(required=True)
    members = Items(Part(SeatView), required=True)
    missing = Items(Text(), required=True)
    withheld = Items(Text(), required=True)
    cause_removed_on = Day(required=True, allow_none=True)
    kept_until = Day(required=True, allow_none=True)
    held_for = Text(required=True, allow_none=True)
    destroyed_at = Instant(required=True, allow_none=True)
    drop_reason = Text(required=True, allow_none=True)


class HouseholdQuery(PageQuery):
    """Filters of the list."""

    state = Text(load_default=None, choices=tuple(HouseholdState))
    hardship_class = Text(load_default=None, choices=CLASSES)
    unit_code = Text(load_default=None, most=64)
    member_id = Id(load_default=None)
    incomplete = QueryFlag(load_default=None)


HouseholdPage = page_of(HouseholdSummary)
_OWN = ("id", "number", "state", "hardship_class", "main_cause", "opened_on", "exited_on", "complete")
_PAGE = (
    *("application_id", "second_causes", "contact", "drop_reason"),
    *("cause_removed_on", "held_for", "destroyed_at"),
)


def summary(household: Household) -> dict[str, Any]:
    """A file as lists show it."""
    return {
        **{name: getattr(household, name) for name in _OWN},
        "member_id": household.membership_id,
        "member_name": household.membership.name,
        "unit_code": household.unit.code,
    }


def shown_seat(seat: SeatedView) -> dict[str, Any]:
    """A person of the household as the reader may see them."""
    row = seat.row
    return {
        "id": row.id,
        "relation": row.relation,
        "minor": row.minor,
        "guardian_consented_on": row.consented_on,
        "details": seat.details,
    }


def shown(desk: Desk[Any], household: Household, *, private: bool = False) -> dict[str, Any]:
    """A file as its page shows it; answers to acts are kept for retries and carry nothing private."""
    desk.session.flush()
    reading = read_household(desk.session, desk.actor, household, private=private)
    return {
        **summary(household),
        **{name: getattr(household, name) for name in _PAGE},
        "kept_until": kept_until(desk.session, household, desk.actor.today),
        "details": reading.details,
        "members": [shown_seat(each) for each in reading.members],
        "missing": files.missing(desk.session, household),
        "withheld": reading.withheld,
    }


@bp.route("", methods=["GET"])
@operation("household.read")
@bp.arguments(HouseholdQuery, location="query")
@bp.response(200, HouseholdPage)
def list_households(desk: Desk[None], query: dict[str, Any]) -> Any:
    """档案列表 / The hardship files of your units."""
    part = window(query)
    rows = files.list_households(desk.session, desk.actor, after=part.after, limit=part.limit, **query)
    shelf = page(rows, part.limit)
    return {"items": [summary(each) for each in shelf.items], "next": shelf.next}


@bp.route("", methods=["POST"])
@operation("household.keep", keyed=True)
@bp.arguments(HouseholdBody)
@bp.response(201, HouseholdView)
def prepare_household(desk: Desk[None], body: dict[str, Any]) -> Any:
    """准备建档 / Prepare a file; the approval of a hardship case opens it."""
    household = files.prepare_household(desk.session, desk.actor, **body)
    return shown(desk, household), 201, created(f"/households/{household.id}", household)


@bp.route("/<uuid:household_id>", methods=["GET"])
@operation("household.read", load=find_household)
@bp.response(200, HouseholdView)
def get_household(desk: Desk[Household]) -> Any:
    """档案详情 / One file; health that is shown is recorded."""
    return shown(desk, desk.thing, private=True)


@bp.route("/<uuid:household_id>", methods=["PATCH"])
@operation("household.keep", load=lock_household, conditional=True)
@bp.arguments(HouseholdPatch)
@bp.response(200, HouseholdView)
def change_household(desk: Desk[Household], body: dict[str, Any]) -> Any:
    """变更档案 / Change a draft or active file."""
    return shown(desk, files.change_household(desk.session, desk.actor, desk.thing, body))


@bp.route("/<uuid:household_id>/drop", methods=["POST"])
@operation("household.keep", load=lock_household, keyed=True, conditional=True)
@bp.arguments(DropBody)
@bp.response(200, HouseholdView)
def drop_household(desk: Desk[Household], body: dict[str, Any]) -> Any:
    """放弃建档 / Give a draft up."""
    return shown(desk, files.drop_household(desk.session, desk.actor, desk.thing, body["reason"]))
