"""公示: `/notices`, what is shown in public, and the objections that hold a case."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from api.arguments import Blueprint
from api.fields import Body, Day, Id, Instant, Items, Money, Part, QueryFlag, Text, Whole
from api.guard import Desk, operation
from api.paging import PageQuery, page, page_of, window
from benefits.casework import notice as notices
from models.notice import Notice

bp = Blueprint("notice", __name__, url_prefix="/notices", description="公示 / Public notices")


class ObjectionBody(Body):
    """An objection as somebody raised it; do not name them here."""

    reason = Text(required=True, least=1, most=1000)


class ResolutionBody(Body):
    """How an objection was answered."""

    resolution = Text(required=True, least=1, most=1000)


class ObjectionView(Body):
    """An objection, open until resolved."""

    id = Id(required=True)
    reason = Text(required=True)
    raised_at = Instant(required=True)
    resolution = Text(required=True, allow_none=True)
    resolved_at = Instant(required=True, allow_none=True)


class NoticeSummary(Body):
    """What is shown in public: no number, no card, no illness, no child."""

    id = Id(required=True)
    application_id = Id(required=True)
    name = Text(required=True)
    kind = Text(required=True)
    amount = Money(required=True, allow_none=True)
    posted_on = Day(required=True)
    working_days = Whole(required=True)
    complete_on = Day(required=True)
    closed_at = Instant(required=True, allow_none=True)


class NoticeView(NoticeSummary):
    """A notice with its objections."""

    objections = Items(Part(ObjectionView), required=True)


class NoticeQuery(PageQuery):
    """Filters of the list."""

    running = QueryFlag(load_default=None)


NoticePage = page_of(NoticeSummary)


def _summary(notice: Notice) -> dict[str, Any]:
    names = ("id", "application_id", "posted_on", "working_days", "complete_on", "closed_at")
    return {
        **{name: getattr(notice, name) for name in names},
        "name": notice.shown_name,
        "kind": notice.shown_kind,
        "amount": notice.shown_amount,
    }


def _shown(desk: Desk[Notice]) -> dict[str, Any]:
    return {**_summary(desk.thing), "objections": notices.objections_of(desk.session, desk.thing.id)}


@bp.route("", methods=["GET"])
@operation("case.read")
@bp.arguments(NoticeQuery, location="query")
@bp.response(200, NoticePage)
def list_notices(desk: Desk[None], query: dict[str, Any]) -> Any:
    """公示列表 / The notices of your units."""
    part = window(query)
    rows = notices.list_notices(desk.session, desk.actor, after=part.after, limit=part.limit, **query)
    shelf = page(rows, part.limit)
    return {"items": [_summary(each) for each in shelf.items], "next": shelf.next}


@bp.route("/<uuid:notice_id>", methods=["GET"])
@operation("case.read", load=notices.find_notice)
@bp.response(200, NoticeView)
def get_notice(desk: Desk[Notice]) -> Any:
    """公示详情 / One notice."""
    return _shown(desk)


@bp.route("/<uuid:notice_id>/objections", methods=["POST"])
@operation("case.file", load=notices.lock_notice, keyed=True, conditional=True)
@bp.arguments(ObjectionBody)
@bp.response(201, NoticeView)
def object_to(desk: Desk[Notice], body: dict[str, Any]) -> Any:
    """登记异议 / Take down an objection: it holds the case."""
    notices.object_to(desk.session, desk.actor, desk.thing, body["reason"])
    return _shown(desk), 201, {"Location": f"/api/v1/notices/{desk.thing.id}"}


@bp.route("/<uuid:notice_id>/objections/<uuid:objection_id>/resolve", methods=["POST"])
@operation("case.decide", load=notices.lock_notice, keyed=True, conditional=True)
@bp.arguments(ResolutionBody)
@bp.response(200, NoticeView)
def resolve(desk: Desk[Notice], body: dict[str, Any], objection_id: UUID) -> Any:
    """处理异议 / Answer an objection; a founded one is followed by return or reject."""
    notices.resolve_objection(desk.session, desk.actor, desk.thing, objection_id, body["resolution"])
    return _shown(desk)
