"""花名册: `/rosters`, drawn up, frozen, approved and closed; their lines are in `api.roster_line`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from api.arguments import Blueprint
from api.fields import Body, Day, Id, Instant, Items, Json, Money, Part, Text, Whole
from api.guard import Desk, created, operation
from api.paging import PageQuery, page, page_of, window
from benefits.casework.roster import approval, closing, cut_off, drawing, shelf
from benefits.money.goods.stock import drawn_by
from models.roster import Roster
from models.roster_vocabulary import RosterLineState, RosterState

bp = Blueprint("roster", __name__, url_prefix="/rosters", description="花名册 / Rosters")


class RosterItemBody(Body):
    """Goods: what, how many a line, yuan each."""

    name = Text(required=True, least=1, most=100)
    specification = Text(load_default="", most=100)
    quantity = Whole(load_default=1, least=1, most=10_000)
    unit_price = Money(required=True)


class RosterBody(Body):
    """A roster; of a round it takes programme, day and facts. `fill` says who is on it from the start."""

    unit_code = Text(required=True, least=1, most=64)
    title = Text(required=True, least=1, most=100)
    cut_off_on = Day(required=True)
    programme = Text(load_default=None, allow_none=True, most=64)
    event_on = Day(load_default=None, allow_none=True)
    facts = Json(load_default=dict)
    amount = Money(load_default=None, allow_none=True)
    item = Part(RosterItemBody, load_default=None, allow_none=True)
    round_id = Id(load_default=None, allow_none=True)
    fill = Text(load_default="nothing", choices=("nothing", "candidates", "members"))


class RosterPatch(Body):
    """What may change while it is drawn up; absent fields stay."""

    title = Text(least=1, most=100)
    cut_off_on = Day()


class RosterApprovalBody(Body):
    """From which fund, and the minutes where the total is decided collectively."""

    fund_id = Id(required=True)
    note = Text(load_default=None, allow_none=True, most=1000)
    minutes = Text(load_default=None, allow_none=True, least=1, most=200)


class RosterReasonBody(Body):
    """Why."""

    reason = Text(required=True, least=1, most=1000)


class RosterLotView(Body):
    """What is drawn of a lot and not put back."""

    lot_id = Id(required=True)
    quantity = Whole(required=True)


class RosterSummary(Body):
    """A roster in a list."""

    id = Id(required=True)
    number = Text(required=True)
    unit_code = Text(required=True)
    programme = Text(required=True)
    title = Text(required=True)
    event_on = Day(required=True)
    cut_off_on = Day(required=True)
    round_id = Id(required=True, allow_none=True)
    state = Text(required=True, choices=tuple(RosterState))
    created_at = Instant(required=True)


class RosterTotalView(Body):
    """The lines of one state."""

    lines = Whole(required=True)
    quantity = Whole(required=True)
    amount = Money(required=True)


class RosterTotalsView(Body):
    """By state of the line."""

    listed = Part(RosterTotalView, required=True)
    left_out = Part(RosterTotalView, required=True)
    issued = Part(RosterTotalView, required=True)
    unclaimed = Part(RosterTotalView, required=True)


class RosterView(RosterSummary):
    """A roster with what holds for all lines, its totals, and who passed each gate; `ended`: returned or cancelled."""

    facts = Json(required=True)
    amount = Money(required=True, allow_none=True)
    item = Part(RosterItemBody, required=True, allow_none=True)
    fund_id = Id(required=True, allow_none=True)
    skipped = Whole(required=True)
    totals = Part(RosterTotalsView, required=True)
    drawn = Items(Part(RosterLotView), required=True)
    drawn_up_by = Id(required=True)
    frozen_by = Id(required=True, allow_none=True)
    frozen_at = Instant(required=True, allow_none=True)
    approved_by = Id(required=True, allow_none=True)
    approved_at = Instant(required=True, allow_none=True)
    closed_by = Id(required=True, allow_none=True)
    closed_at = Instant(required=True, allow_none=True)
    ended_by = Id(required=True, allow_none=True)
    ended_at = Instant(required=True, allow_none=True)
    ended_reason = Text(required=True, allow_none=True)


class RosterQuery(PageQuery):
    """Filters of the list."""

    programme = Text(load_default=None, most=64)
    state = Text(load_default=None, choices=tuple(RosterState))
    unit_code = Text(load_default=None, most=64)
    round_id = Id(load_default=None)


RosterPage = page_of(RosterSummary)
_SUMMARY = ("id", "number", "programme", "title", "event_on", "cut_off_on", "round_id", "state", "created_at")
_GATES = tuple(f"{gate}_{part}" for gate in ("frozen", "approved", "closed", "ended") for part in ("by", "at"))
_SHOWN = (*_SUMMARY, "facts", "amount", "fund_id", "skipped", "drawn_up_by", *_GATES, "ended_reason")


def _summary(roster: Roster) -> dict[str, Any]:
    return {**{name: getattr(roster, name) for name in _SUMMARY}, "unit_code": roster.unit.code}


def shown(desk: Desk[Any], roster: Roster) -> dict[str, Any]:
    """A roster as its page shows it."""
    desk.session.flush()
    found = shelf.totals(desk.session, roster)
    return {
        **{name: getattr(roster, name) for name in _SHOWN},
        "unit_code": roster.unit.code,
        "item": _item(roster),
        "totals": {str(state): found[state] for state in RosterLineState},
        "drawn": [{"lot_id": lot, "quantity": left} for lot, left in drawn_by(desk.session, roster.id).items()],
    }


def _item(roster: Roster) -> dict[str, Any] | None:
    if roster.item_name is None:
        return None
    parts = {"name": "name", "specification": "specification", "quantity": "quantity", "unit_price": "price"}
    return {shown_as: getattr(roster, f"item_{part}") for shown_as, part in parts.items()}


@bp.route("", methods=["GET"])
@operation("case.read")
@bp.arguments(RosterQuery, location="query")
@bp.response(200, RosterPage)
def list_rosters(desk: Desk[None], query: dict[str, Any]) -> Any:
    """花名册列表 / The rosters of your units."""
    part = window(query)
    rows = shelf.list_rosters(desk.session, desk.actor, after=part.after, limit=part.limit, **query)
    found = page(rows, part.limit)
    return {"items": [_summary(each) for each in found.items], "next": found.next}


@bp.route("", methods=["POST"])
@operation("case.file", keyed=True)
@bp.arguments(RosterBody)
@bp.response(201, RosterView)
def draw_up(desk: Desk[None], body: dict[str, Any]) -> Any:
    """编制花名册 / Draw a roster up: empty, of a round's candidates, or of all active members, in one act."""
    item = body.pop("item")
    fill = body.pop("fill")
    plan = drawing.Plan(**body, item=drawing.Item(**item) if item else None)
    roster = drawing.draw_up(desk.session, desk.actor, plan, fill)
    return shown(desk, roster), 201, created(f"/rosters/{roster.id}", roster)


@bp.route("/<uuid:roster_id>", methods=["GET"])
@operation("case.read", load=shelf.find_roster)
@bp.response(200, RosterView)
def get_roster(desk: Desk[Roster]) -> Any:
    """花名册详情 / One roster."""
    return shown(desk, desk.thing)


@bp.route("/<uuid:roster_id>", methods=["PATCH"])
@operation("case.file", load=shelf.lock_roster, conditional=True)
@bp.arguments(RosterPatch)
@bp.response(200, RosterView)
def change_roster(desk: Desk[Roster], body: dict[str, Any]) -> Any:
    """修改标题或截止日 / Change title or cut-off day while it is drawn up."""
    return shown(desk, drawing.change_roster(desk.session, desk.actor, desk.thing, body))


def roster_act(
    of: Blueprint, name: str, permission: str, schema: type[Body], *, moves_money: bool = False
) -> Callable[[Any], Any]:
    """The route of one act: locked, keyed, with If-Match, answering with the roster."""

    def wrap(view: Any) -> Any:
        inner = of.arguments(schema)(of.response(200, RosterView)(view))
        load = shelf.lock_roster
        guarded = operation(permission, load=load, keyed=True, conditional=True, moves_money=moves_money)(inner)
        return of.route(f"/<uuid:roster_id>/{name}", methods=["POST"])(guarded)

    return wrap


@roster_act(bp, "freeze", "case.file", Body)
def freeze(desk: Desk[Roster], _body: dict[str, Any]) -> Any:
    """截止冻结 / The cut-off: every line is assessed and handed in, or left out with its reasons."""
    return shown(desk, cut_off.freeze(desk.session, desk.actor, desk.thing))


@roster_act(bp, "approve", "case.decide", RosterApprovalBody, moves_money=True)
def approve(desk: Desk[Roster], body: dict[str, Any]) -> Any:
    """批准 / Approve: fund and entitlements are reserved; whose room was taken meanwhile is left out."""
    return shown(desk, approval.approve(desk.session, desk.actor, desk.thing, **body))


@roster_act(bp, "return", "case.decide", RosterReasonBody, moves_money=True)
def give_back(desk: Desk[Roster], body: dict[str, Any]) -> Any:
    """退回 / Return to the officer while nothing is handed out or in a batch."""
    return shown(desk, approval.give_back(desk.session, desk.actor, desk.thing, body["reason"]))


@roster_act(bp, "cancel", "case.file", RosterReasonBody)
def cancel(desk: Desk[Roster], body: dict[str, Any]) -> Any:
    """作废 / Give it up before it is approved."""
    return shown(desk, approval.cancel(desk.session, desk.actor, desk.thing, body["reason"]))


@roster_act(bp, "close", "fund.keep", Body, moves_money=True)
def close(desk: Desk[Roster], _body: dict[str, Any]) -> Any:
    """结账 / Finance books what was signed for and releases what was not fetched."""
    return shown(desk, closing.close(desk.session, desk.actor, desk.thing))
