"""追访: `/screening/follow-ups`, days and attempts for officers, examinations and closing for the medical role."""

from __future__ import annotations

from typing import Any

from flask import Response

from api.arguments import Blueprint
from api.download import FILE, download
from api.fields import Body, Day, Flag, Id, Items, Part, QueryFlag, Text, Whole
from api.guard import Desk, operation
from api.language import reader_language
from api.paging import PageQuery, page, page_of, window
from api.screening_result import CodesPart
from benefits.casework.screening import closing
from benefits.casework.screening import follow_up as follow_ups
from benefits.casework.screening.follow_up import find_follow_up, lock_follow_up
from benefits.casework.screening.paper import print_letter
from models.screening_result import ScreeningFollowUp
from models.screening_vocabulary import AttemptWay, ClosingEvidence, FollowUpEnd, FollowUpState

bp = Blueprint(
    "screening_follow_up", __name__, url_prefix="/screening/follow-ups", description="追访 / Screening follow-ups"
)


class FollowUpQuery(PageQuery):
    """Filters; `overdue` are those with a day passed, a unit means its whole subtree."""

    state = Text(load_default=None, choices=tuple(FollowUpState))
    late = QueryFlag(load_default=None, data_key="overdue")
    round_id = Id(load_default=None, data_key="round")
    unit_code = Text(load_default=None, most=64, data_key="unit")
    result_id = Id(load_default=None)


class AttemptView(Body):
    """One try to reach her."""

    id = Id(required=True)
    on = Day(required=True, attribute="tried_on")
    way = Text(required=True, choices=tuple(AttemptWay))
    reached = Flag(required=True)


class FollowUpView(Body):
    """That she needs follow-up, by when, and how it goes; which examination it is stands in the clinical store."""

    id = Id(required=True)
    result_id = Id(required=True)
    appointment_id = Id(required=True)
    member_id = Id(required=True)
    name = Text(required=True)
    unit_code = Text(required=True)
    state = Text(required=True, choices=tuple(FollowUpState))
    opened_on = Day(required=True)
    inform_by = Day(required=True)
    examine_by = Day(required=True)
    close_by = Day(required=True)
    informed_on = Day(required=True, allow_none=True)
    informed_how = Text(required=True, allow_none=True)
    examined_on = Day(required=True, allow_none=True)
    closed_on = Day(required=True, allow_none=True)
    ended = Text(required=True, allow_none=True, choices=tuple(FollowUpEnd))
    evidence = Text(required=True, allow_none=True, choices=tuple(ClosingEvidence))
    reopened = Whole(required=True)
    overdue = Flag(required=True)
    attempts = Items(Part(AttemptView), required=True)


class AttemptBody(Body):
    """When and how somebody tried, and whether it reached her; no word of why."""

    on = Day(required=True)
    way = Text(required=True, choices=tuple(AttemptWay))
    reached = Flag(required=True)


class ExamineBody(Body):
    """When she was examined again; where and what it showed need her separate consent."""

    on = Day(required=True)
    institution = Text(load_default=None, allow_none=True, least=1, most=100)
    codes = Part(CodesPart, load_default=None, allow_none=True)


class CloseBody(Body):
    """How it ended and what bears it out; a finding needs her separate consent."""

    outcome = Text(required=True, choices=tuple(closing.OUTCOMES))
    evidence = Text(required=True, choices=tuple(ClosingEvidence))
    on = Day(required=True)
    finding = Text(load_default=None, allow_none=True, least=1, most=500)


class LetterQuery(Body):
    """The telephone of the contact; a line to be filled in without it."""

    phone = Text(load_default=None, most=40)


_OWN = (
    *("id", "result_id", "state", "opened_on", "inform_by", "examine_by", "close_by", "informed_on", "informed_how"),
    *("examined_on", "closed_on", "ended", "evidence", "reopened", "attempts"),
)


def _shown(desk: Desk[Any], of: ScreeningFollowUp) -> dict[str, Any]:
    appointment = of.result.appointment
    return {
        **{name: getattr(of, name) for name in _OWN},
        "appointment_id": appointment.id,
        "member_id": appointment.membership_id,
        "name": appointment.membership.name,
        "unit_code": of.unit.code,
        "overdue": follow_ups.is_overdue(of, desk.actor.today),
    }


@bp.route("", methods=["GET"])
@operation("screening.read")
@bp.arguments(FollowUpQuery, location="query")
@bp.response(200, page_of(FollowUpView))
def list_follow_ups(desk: Desk[None], query: dict[str, Any]) -> Any:
    """追访列表 / Follow-ups of your units; `overdue=true` those with a day passed."""
    part = window(query)
    rows = follow_ups.list_follow_ups(desk.session, desk.actor, after=part.after, limit=part.limit, **query)
    shelf = page(rows, part.limit)
    return {"items": [_shown(desk, each) for each in shelf.items], "next": shelf.next}


@bp.route("/<uuid:follow_up_id>", methods=["GET"])
@operation("screening.read", load=find_follow_up)
@bp.response(200, FollowUpView)
def get_follow_up(desk: Desk[ScreeningFollowUp]) -> Any:
    """追访详情 / One follow-up with its attempts."""
    return _shown(desk, desk.thing)


@bp.route("/<uuid:follow_up_id>/attempts", methods=["POST"])
@operation("screening.keep", load=lock_follow_up, keyed=True, conditional=True)
@bp.arguments(AttemptBody)
@bp.response(201, FollowUpView)
def add_attempt(desk: Desk[ScreeningFollowUp], body: dict[str, Any]) -> Any:
    """登记联系 / Take down a try to reach her; the first that does informs her."""
    follow_ups.add_attempt(desk.session, desk.actor, desk.thing, **body)
    found = find_follow_up(desk.session, desk.actor, desk.thing.id)
    return _shown(desk, found), 201, {"Location": f"/api/v1/screening/follow-ups/{found.id}"}


@bp.route("/<uuid:follow_up_id>/examine", methods=["POST"])
@operation("screening.result", load=lock_follow_up, keyed=True, conditional=True)
@bp.arguments(ExamineBody)
@bp.response(200, FollowUpView)
def examine(desk: Desk[ScreeningFollowUp], body: dict[str, Any]) -> Any:
    """登记复查 / She was examined again; a further step is followed up too."""
    closing.examine(desk.session, desk.actor, desk.thing, **body)
    return _shown(desk, desk.thing)


@bp.route("/<uuid:follow_up_id>/close", methods=["POST"])
@operation("screening.result", load=lock_follow_up, keyed=True, conditional=True)
@bp.arguments(CloseBody)
@bp.response(200, FollowUpView)
def close(desk: Desk[ScreeningFollowUp], body: dict[str, Any]) -> Any:
    """结案 / Close it with what bears the outcome out."""
    closing.close(desk.session, desk.actor, desk.thing, **body)
    return _shown(desk, desk.thing)


@bp.route("/<uuid:follow_up_id>/reopen", methods=["POST"])
@operation("screening.result", load=lock_follow_up, keyed=True, conditional=True)
@bp.arguments(Body)
@bp.response(200, FollowUpView)
def reopen(desk: Desk[ScreeningFollowUp], _body: dict[str, Any]) -> Any:
    """重新追访 / Take a closed one up again."""
    closing.reopen(desk.session, desk.actor, desk.thing)
    return _shown(desk, desk.thing)


@bp.route("/<uuid:follow_up_id>/letter.pdf", methods=["GET"])
@operation("screening.keep", load=find_follow_up)
@bp.arguments(LetterQuery, location="query")
@bp.response(200, FILE, content_type="application/pdf")
def print_notice(desk: Desk[ScreeningFollowUp], query: dict[str, Any]) -> Response:
    """通知书（PDF，不载明事由） / A notice to her that says nothing of why; its printing is recorded."""
    content = print_letter(desk.session, desk.actor, desk.thing, phone=query["phone"], language=reader_language())
    return download(content, "application/pdf", f"notice-{desk.thing.id}.pdf")
