"""Keeping a file: the paper copy in step, its move to another unit, a hold, and its destruction after ten years."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from api.arguments import Blueprint
from api.decision import ReasonBody
from api.fields import Body, Day, Id, Instant, Text
from api.guard import Desk, operation
from api.household import HouseholdView, shown
from api.paging import PageQuery, page_of, page_of_all
from benefits.casework.household import retention
from benefits.casework.household.file import find_household, lock_household
from benefits.casework.household.paper_copy import paper_due_on, paper_tasks_of, tick_off
from benefits.casework.household.transfer import transfer_household, transfers_of
from models.household import Household
from models.household_exit import HouseholdDestruction
from models.household_life import PaperTask

bp = Blueprint("household_keeping", __name__, url_prefix="/households", description="档案保管 / Keeping of files")


class DoneBody(Body):
    """The day on which the paper file was brought in step."""

    done_on = Day(required=True)


class PaperTaskView(Body):
    """The first change that the paper file lacked, and by when it was to follow; null where no calendar says."""

    id = Id(required=True)
    changed = Text(required=True)
    changed_on = Day(required=True)
    due_on = Day(required=True, allow_none=True)
    done_on = Day(required=True, allow_none=True)


class TransferBody(Body):
    """The head's membership in the new unit, and why the file goes there."""

    member_id = Id(required=True)
    reason = Text(required=True, least=1, most=200)


class TransferView(Body):
    """A move of the file."""

    id = Id(required=True)
    from_unit_id = Id(required=True)
    to_unit_id = Id(required=True)
    reason = Text(required=True)
    moved_on = Day(required=True)
    opening_case = Id(required=True, allow_none=True)


class HoldBody(Body):
    """Why the file may not be destroyed; null lifts the hold."""

    reason = Text(required=True, allow_none=True, least=1, most=200)


class DestructionView(Body):
    """A destruction, proposed by one and approved by another."""

    reason = Text(required=True)
    proposed_by = Id(required=True)
    proposed_at = Instant(required=True)
    approved_by = Id(required=True, allow_none=True)
    approved_at = Instant(required=True, allow_none=True)


def _task(desk: Desk[Any], task: PaperTask) -> dict[str, Any]:
    names = ("id", "changed", "changed_on", "done_on")
    return {
        **{name: getattr(task, name) for name in names},
        "due_on": paper_due_on(desk.session, task.changed_on),
    }


@bp.route("/<uuid:household_id>/paper-tasks", methods=["GET"])
@operation("household.read", load=find_household)
@bp.arguments(PageQuery, location="query")
@bp.response(200, page_of(PaperTaskView))
def list_paper_tasks(desk: Desk[Household], query: dict[str, Any]) -> Any:
    """纸质档案待办 / When the paper file fell behind, and when it followed."""
    part = page_of_all(paper_tasks_of(desk.session, desk.thing), query)
    return {"items": [_task(desk, each) for each in part.items], "next": part.next}


@bp.route("/<uuid:household_id>/paper-done", methods=["POST"])
@operation("household.keep", load=lock_household, keyed=True, conditional=True)
@bp.arguments(DoneBody)
@bp.response(200, PaperTaskView)
def paper_done(desk: Desk[Household], body: dict[str, Any]) -> Any:
    """纸质档案已同步 / Tick off: the paper file has everything that was changed up to now."""
    return _task(desk, tick_off(desk.session, desk.actor, desk.thing, body["done_on"]))


@bp.route("/<uuid:household_id>/transfer", methods=["POST"])
@operation("household.keep", load=lock_household, keyed=True, conditional=True)
@bp.arguments(TransferBody)
@bp.response(200, HouseholdView)
def transfer(desk: Desk[Household], body: dict[str, Any]) -> Any:
    """件随人走 / Move the file to the unit of the head's new membership; by an officer above both units."""
    return shown(desk, transfer_household(desk.session, desk.actor, desk.thing, **body))


@bp.route("/<uuid:household_id>/transfers", methods=["GET"])
@operation("household.read")
@bp.arguments(PageQuery, location="query")
@bp.response(200, page_of(TransferView))
def list_transfers(desk: Desk[None], query: dict[str, Any], household_id: UUID) -> Any:
    """转移记录 / The moves of a file; the unit that it left sees its own line here, and nothing else of the file."""
    part = page_of_all(transfers_of(desk.session, desk.actor, household_id), query)
    return {"items": part.items, "next": part.next}


@bp.route("/<uuid:household_id>/hold", methods=["POST"])
@operation("household.decide", load=lock_household, keyed=True, conditional=True)
@bp.arguments(HoldBody)
@bp.response(200, HouseholdView)
def hold(desk: Desk[Household], body: dict[str, Any]) -> Any:
    """暂缓销毁 / Keep a file whatever its age, or lift that."""
    return shown(desk, retention.hold(desk.session, desk.actor, desk.thing, body["reason"]))


@bp.route("/<uuid:household_id>/destruction", methods=["GET"])
@operation("household.read", load=find_household)
@bp.response(200, DestructionView)
def get_destruction(desk: Desk[Household]) -> Any:
    """销毁情况 / The destruction of a file, proposed or done."""
    return retention.find_destruction(desk.session, desk.thing)


@bp.route("/<uuid:household_id>/destruction", methods=["POST"])
@operation("household.keep", load=lock_household, keyed=True, conditional=True)
@bp.arguments(ReasonBody)
@bp.response(201, DestructionView)
def propose_destruction(desk: Desk[Household], body: dict[str, Any]) -> Any:
    """提出销毁 / Propose to destroy the details of a file ten years after its exit."""
    made = retention.propose_destruction(desk.session, desk.actor, desk.thing, body["reason"])
    return made, 201, {"Location": f"/api/v1/households/{desk.thing.id}/destruction"}


@bp.route("/<uuid:household_id>/destruction/approve", methods=["POST"])
@operation("household.decide", load=lock_household, keyed=True, conditional=True)
@bp.arguments(Body)
@bp.response(200, DestructionView)
def approve_destruction(desk: Desk[Household], _body: dict[str, Any]) -> Any:
    """批准销毁 / Another person approves: the file's key is gone, no detail can be read again."""
    made: HouseholdDestruction = retention.approve_destruction(desk.session, desk.actor, desk.thing)
    return made
