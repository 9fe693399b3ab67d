"""`/households/{id}/reviews`: the yearly review, judged by the rules and confirmed by another person."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from api.arguments import Blueprint
from api.fields import Body, Day, Id, Json, Part, Text
from api.guard import Desk, operation
from api.language import reader_language
from api.paging import PageQuery, page_of, page_of_all
from api.programme import AssessmentView
from benefits.casework.household.file import find_household, lock_household
from benefits.casework.household.review import confirm_review, explained, file_review, reviews_of
from benefits.rules.answer import to_json
from models.household import Household
from models.household_life import HouseholdReview
from models.vocabulary import ReviewResult

bp = Blueprint("household_review", __name__, url_prefix="/households", description="年度复核 / Yearly reviews")


class ReviewBody(Body):
    """The day, and the household's facts as they are now: those of hardship that make class and exclusions."""

    reviewed_on = Day(required=True)
    facts = Json(required=True)


class ReviewView(Body):
    """A review; it counts, and a changed class takes effect, once it is confirmed."""

    id = Id(required=True)
    reviewed_on = Day(required=True)
    class_before = Text(required=True, allow_none=True)
    class_found = Text(required=True)
    result = Text(required=True, choices=tuple(ReviewResult))
    policy_id = Id(required=True)
    filed_by = Id(required=True)
    confirmed_by = Id(required=True, allow_none=True)
    confirmed_on = Day(required=True, allow_none=True)


class ExplainedReviewView(ReviewView):
    """The same with what the rules said; null once the file was destroyed."""

    assessment = Part(AssessmentView, required=True, allow_none=True)


_SHOWN = (
    *("id", "reviewed_on", "class_before", "class_found", "result", "policy_id"),
    *("filed_by", "confirmed_by", "confirmed_on"),
)


def _shown(review: HouseholdReview) -> dict[str, Any]:
    return {name: getattr(review, name) for name in _SHOWN}


@bp.route("/<uuid:household_id>/reviews", methods=["GET"])
@operation("household.read", load=find_household)
@bp.arguments(PageQuery, location="query")
@bp.response(200, page_of(ReviewView))
def list_reviews(desk: Desk[Household], query: dict[str, Any]) -> Any:
    """复核记录 / The reviews of a file."""
    part = page_of_all(reviews_of(desk.session, desk.thing), query)
    return {"items": [_shown(each) for each in part.items], "next": part.next}


@bp.route("/<uuid:household_id>/reviews", methods=["POST"])
@operation("household.keep", load=lock_household, keyed=True, conditional=True)
@bp.arguments(ReviewBody)
@bp.response(201, ReviewView)
def add_review(desk: Desk[Household], body: dict[str, Any]) -> Any:
    """提交复核 / File a review: the rules say what follows; the ETag is the file's new one."""
    review = file_review(desk.session, desk.actor, desk.thing, **body)
    return _shown(review), 201, {"Location": f"/api/v1/households/{desk.thing.id}/reviews/{review.id}"}


@bp.route("/<uuid:household_id>/reviews/<uuid:review_id>", methods=["GET"])
@operation("household.private", load=find_household)
@bp.response(200, ExplainedReviewView)
def get_review(desk: Desk[Household], review_id: UUID) -> Any:
    """复核详情 / One review with the complete explanation, evaluated anew from what was stored."""
    review, judgement = explained(desk.session, desk.actor, desk.thing, review_id)
    told = judgement and to_json(judgement.assessment, reader_language())
    return {**_shown(review), "assessment": told}


@bp.route("/<uuid:household_id>/reviews/<uuid:review_id>/confirm", methods=["POST"])
@operation("household.decide", load=lock_household, keyed=True, conditional=True)
@bp.arguments(Body)
@bp.response(200, ReviewView)
def confirm(desk: Desk[Household], _body: dict[str, Any], review_id: UUID) -> Any:
    """确认复核 / Confirm the last review: a changed class takes effect."""
    return _shown(confirm_review(desk.session, desk.actor, desk.thing, review_id))
