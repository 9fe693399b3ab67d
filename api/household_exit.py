"""`/households/{id}/exits`: closing a file, step by step, each by the person whose duty it is."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from api.arguments import Blueprint
from api.decision import NoteBody, ReasonBody
from api.fields import Body, Day, Flag, Id, Instant, Items, Money, Part, Text, Whole
from api.guard import Desk, created, operation
from api.notice import ObjectionBody, ObjectionView, ResolutionBody
from api.paging import PageQuery, page_of, page_of_all
from benefits.casework.household import exit_objection, leaving
from benefits.casework.household.exit_steps import steps_of
from benefits.casework.household.file import find_household, lock_household
from benefits.casework.household.sealed import read_sealed
from models.household import Household
from models.household_exit import HouseholdExit
from models.vocabulary import ExitReason, ExitState

bp = Blueprint("household_exit", __name__, url_prefix="/households", description="退出 / Exits of files")

REASONS = tuple(ExitReason)


class ExitBody(Body):
    """Why the file is to be closed; every reason but 脱困 (`out_of_hardship`) needs evidence."""

    reason = Text(required=True, choices=REASONS)
    evidence = Text(load_default=None, allow_none=True, most=2000)


class MinutesBody(Body):
    """The reference of the minutes of the unit's meeting."""

    minutes = Text(required=True, least=1, most=200)


class NotificationBody(Body):
    """When the worker got the written notice."""

    notified_on = Day(required=True)


class MonthView(Body):
    """One month by which the exit was judged; null where nothing is known."""

    month = Day(required=True)
    per_head = Money(required=True, allow_none=True)
    line = Money(required=True, allow_none=True)
    gap = Money(required=True, allow_none=True)
    above = Flag(required=True, allow_none=True)


class StepView(Body):
    """One step: who and when."""

    act = Text(required=True)
    from_state = Text(required=True, allow_none=True)
    to_state = Text(required=True)
    account_id = Id(required=True)
    note = Text(required=True, allow_none=True)
    taken_at = Instant(required=True)


class ExitSummary(Body):
    """An exit in a list."""

    id = Id(required=True)
    state = Text(required=True, choices=tuple(ExitState))
    reason = Text(required=True, choices=REASONS)
    minutes = Text(required=True, allow_none=True)
    name = Text(required=True, allow_none=True, metadata={"description": "as the public notice shows it"})
    posted_on = Day(required=True, allow_none=True)
    working_days = Whole(required=True, allow_none=True)
    complete_on = Day(required=True, allow_none=True)
    notified_on = Day(required=True, allow_none=True)


class ExitView(ExitSummary):
    """An exit with the months that it rests on, its steps and the objections to it."""

    months = Items(Part(MonthView), required=True)
    evidence = Text(required=True, allow_none=True)
    steps = Items(Part(StepView), required=True)
    objections = Items(Part(ObjectionView), required=True)


_OWN = ("id", "state", "reason", "minutes", "posted_on", "working_days", "complete_on", "notified_on")


def _summary(of: HouseholdExit) -> dict[str, Any]:
    return {**{name: getattr(of, name) for name in _OWN}, "name": of.shown_name}


def _shown(desk: Desk[Any], of: HouseholdExit, evidence: str | None = None) -> dict[str, Any]:
    """An exit as its page shows it; answers to acts are kept for retries and carry no evidence."""
    return {
        **_summary(of),
        "months": [_month(each) for each in of.months],
        "evidence": evidence,
        "steps": steps_of(desk.session, of),
        "objections": exit_objection.exit_objections_of(desk.session, of),
    }


def _month(kept: dict[str, Any]) -> dict[str, Any]:
    amounts = {name: kept[name] and Decimal(kept[name]) for name in ("per_head", "line", "gap")}
    return {"month": date.fromisoformat(kept["month"]), **amounts, "above": kept["above"]}


@bp.route("/<uuid:household_id>/exits", methods=["GET"])
@operation("household.read", load=find_household)
@bp.arguments(PageQuery, location="query")
@bp.response(200, page_of(ExitSummary))
def list_exits(desk: Desk[Household], query: dict[str, Any]) -> Any:
    """退出记录 / The exits of a file, done and undone."""
    part = page_of_all(leaving.exits_of(desk.session, desk.thing), query)
    return {"items": [_summary(each) for each in part.items], "next": part.next}


@bp.route("/<uuid:household_id>/exits", methods=["POST"])
@operation("household.keep", load=lock_household, keyed=True, conditional=True)
@bp.arguments(ExitBody)
@bp.response(201, ExitView)
def propose(desk: Desk[Household], body: dict[str, Any]) -> Any:
    """提出退出 / Propose to close a file; If-Match is the file's version, the answer's ETag the exit's."""
    made = leaving.propose_exit(desk.session, desk.actor, desk.thing, **body)
    return _shown(desk, made), 201, created(f"/households/{desk.thing.id}/exits/{made.id}", made)


@bp.route("/<uuid:household_id>/exits/<uuid:exit_id>", methods=["GET"])
@operation("household.read", load=leaving.find_exit)
@bp.response(200, ExitView)
def get_exit(desk: Desk[HouseholdExit]) -> Any:
    """退出详情 / One exit: month by month, step by step; reading the evidence is recorded."""
    sealed = {desk.thing.id: desk.thing.evidence_cipher}
    told = read_sealed(desk.session, desk.actor, desk.thing.household, "evidence", sealed)
    return _shown(desk, desk.thing, told.get(desk.thing.id))


def _act(name: str, permission: str, schema: type[Body]) -> Any:
    def wrap(view: Any) -> Any:
        inner = bp.arguments(schema)(bp.response(200, ExitView)(view))
        guarded = operation(permission, load=leaving.lock_exit, keyed=True, conditional=True)(inner)
        return bp.route(f"/<uuid:household_id>/exits/<uuid:exit_id>/{name}", methods=["POST"])(guarded)

    return wrap


@_act("decide", "household.decide", MinutesBody)
def decide(desk: Desk[HouseholdExit], body: dict[str, Any]) -> Any:
    """单位集体研究 / The unit's decision; the public notice runs from today."""
    return _shown(desk, leaving.decide_exit(desk.session, desk.actor, desk.thing, body["minutes"]))


@_act("approve", "household.decide", NoteBody)
def approve(desk: Desk[HouseholdExit], body: dict[str, Any]) -> Any:
    """上级批准 / The union above approves, by a third person, once the notice is complete."""
    return _shown(desk, leaving.approve_exit(desk.session, desk.actor, desk.thing, body["note"]))


@_act("notify", "household.keep", NotificationBody)
def notify(desk: Desk[HouseholdExit], body: dict[str, Any]) -> Any:
    """书面告知 / The worker has been told: the file is closed from that day."""
    return _shown(desk, leaving.notify_worker(desk.session, desk.actor, desk.thing, body["notified_on"]))


@_act("refuse", "household.decide", ReasonBody)
def refuse(desk: Desk[HouseholdExit], body: dict[str, Any]) -> Any:
    """不予退出 / The file stays open."""
    return _shown(desk, leaving.refuse_exit(desk.session, desk.actor, desk.thing, body["reason"]))


@_act("withdraw", "household.keep", ReasonBody)
def withdraw(desk: Desk[HouseholdExit], body: dict[str, Any]) -> Any:
    """撤回提议 / The proposal is taken back; the file stays open."""
    return _shown(desk, leaving.withdraw_exit(desk.session, desk.actor, desk.thing, body["reason"]))


@bp.route("/<uuid:household_id>/exits/<uuid:exit_id>/objections", methods=["POST"])
@operation("household.keep", load=leaving.lock_exit, keyed=True, conditional=True)
@bp.arguments(ObjectionBody)
@bp.response(201, ExitView)
def object_to(desk: Desk[HouseholdExit], body: dict[str, Any]) -> Any:
    """登记异议 / Take down an objection to the notice: it holds the exit."""
    exit_objection.object_to_exit(desk.session, desk.actor, desk.thing, body["reason"])
    place = f"/households/{desk.thing.household_id}/exits/{desk.thing.id}"
    return _shown(desk, desk.thing), 201, created(place, desk.thing)


@_act("objections/<uuid:objection_id>/resolve", "household.decide", ResolutionBody)
def resolve(desk: Desk[HouseholdExit], body: dict[str, Any], objection_id: UUID) -> Any:
    """处理异议 / Answer an objection; a founded one is followed by a refusal."""
    exit_objection.resolve_exit_objection(desk.session, desk.actor, desk.thing, objection_id, body["resolution"])
    return _shown(desk, desk.thing)
