"""Covers of mutual aid: `/mutual-aid/covers`, who takes part for which term, and who joined or left within it."""

from __future__ import annotations

from typing import Any

from api.arguments import Blueprint
from api.fields import Body, Day, Flag, Id, Instant, Money, Text, Whole
from api.guard import Desk, operation
from api.paging import PageQuery, page, page_of, window
from benefits.casework.cover import cover as covers
from benefits.casework.cover.cover import CoverFilter
from benefits.casework.cover.plan import FIGURES
from models.cover import Cover
from models.cover_vocabulary import CoverEnd, CoverState, LeaveReason

bp = Blueprint("cover", __name__, url_prefix="/mutual-aid", description="互助保障 / Covers of mutual aid")

PLANS = tuple(FIGURES)
PAYERS = ("member", "unit", "upper", "gift")


class CoverView(Body):
    """A cover; its premium by payer. A term that is over shows as `ended`, `expired`. The beneficiary is not shown."""

    id = Id(required=True)
    application_id = Id(required=True)
    member_id = Id(required=True)
    member_name = Text(required=True)
    unit_code = Text(required=True)
    plan = Text(required=True, choices=PLANS)
    top_up = Flag(required=True)
    term_start_on = Day(required=True)
    term_end_on = Day(required=True)
    effective_on = Day(required=True)
    first_enrolment = Flag(required=True)
    previous_end_on = Day(required=True, allow_none=True)
    shares = Whole(required=True)
    premium = Money(required=True)
    member_part = Money(required=True)
    unit_part = Money(required=True)
    upper_part = Money(required=True)
    gift_part = Money(required=True)
    has_beneficiary = Flag(required=True)
    state = Text(required=True, choices=tuple(CoverState))
    ended_on = Day(required=True, allow_none=True)
    ended_reason = Text(required=True, allow_none=True, choices=(*CoverEnd, covers.EXPIRED))
    left_on = Day(required=True, allow_none=True)
    left_reason = Text(required=True, allow_none=True, choices=tuple(LeaveReason))
    premium_payment_id = Id(required=True, allow_none=True)
    created_at = Instant(required=True)


class CoverQuery(PageQuery):
    """Filters of the list; `payer`: who bears a part of the premium."""

    unit = Text(load_default=None, most=64)
    plan = Text(load_default=None, choices=PLANS)
    term_start_on = Day(load_default=None)
    state = Text(load_default=None, choices=tuple(CoverState))
    payer = Text(load_default=None, choices=PAYERS)
    member_id = Id(load_default=None)


class ChangeQuery(PageQuery):
    """Filters of the list."""

    unit = Text(load_default=None, most=64)
    plan = Text(load_default=None, choices=PLANS)
    term_start_on = Day(load_default=None)


class LeaveBody(Body):
    """From which day the member is no longer in the plan's group, and why."""

    on = Day(required=True)
    reason = Text(required=True, choices=tuple(LeaveReason))


CoverPage = page_of(CoverView)
_SHOWN = (
    *("id", "application_id", "plan", "top_up", "term_start_on", "term_end_on", "effective_on", "first_enrolment"),
    *("previous_end_on", "shares", "premium", "member_part", "unit_part", "upper_part", "gift_part", "left_on"),
    *("left_reason", "premium_payment_id", "created_at"),
)


def shown_cover(desk: Desk[Any], cover: Cover) -> dict[str, Any]:
    """A cover as its page shows it today."""
    state, reason, last = covers.standing(cover, desk.actor.today)
    return {
        **{name: getattr(cover, name) for name in _SHOWN},
        "member_id": cover.membership_id,
        "member_name": cover.membership.name,
        "unit_code": cover.unit.code,
        "has_beneficiary": cover.beneficiary_cipher is not None,
        "state": state,
        "ended_reason": reason,
        "ended_on": last,
    }


def _page_of(desk: Desk[None], query: dict[str, Any], rows: Any) -> Any:
    part = window(query)
    query["unit_code"] = query.pop("unit")
    found = rows(desk.session, desk.actor, CoverFilter(**query), after=part.after, limit=part.limit)
    shelf = page(found, part.limit)
    return {"items": [shown_cover(desk, each) for each in shelf.items], "next": shelf.next}


@bp.route("/covers", methods=["GET"])
@operation("cover.read")
@bp.arguments(CoverQuery, location="query")
@bp.response(200, CoverPage)
def list_covers(desk: Desk[None], query: dict[str, Any]) -> Any:
    """保障列表 / The covers of your units."""
    return _page_of(desk, query, covers.list_covers)


@bp.route("/changes", methods=["GET"])
@operation("cover.read")
@bp.arguments(ChangeQuery, location="query")
@bp.response(200, CoverPage)
def list_changes(desk: Desk[None], query: dict[str, Any]) -> Any:
    """期内变动：中途参保、退休、调动等 / Who joined or left within the term."""
    return _page_of(desk, query, covers.changes)


@bp.route("/covers/<uuid:cover_id>", methods=["GET"])
@operation("cover.read", load=covers.find_cover)
@bp.response(200, CoverView)
def get_cover(desk: Desk[Cover]) -> Any:
    """保障详情 / One cover."""
    return shown_cover(desk, desk.thing)


@bp.route("/covers/<uuid:cover_id>/leave", methods=["POST"])
@operation("cover.keep", load=covers.lock_cover, keyed=True, conditional=True)
@bp.arguments(LeaveBody)
@bp.response(200, CoverView)
def leave(desk: Desk[Cover], body: dict[str, Any]) -> Any:
    """期内离开（退休、调动、去世、离职） / A member leaves mid-term; nothing is paid back."""
    return shown_cover(desk, covers.leave(desk.session, desk.actor, desk.thing, **body))
