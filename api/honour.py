"""The honours of a member: added, corrected, checked, and how they stand from a day on; they share its version."""

from __future__ import annotations

from typing import Any

from api import fields
from api.arguments import Blueprint
from api.guard import Desk, created, etag, operation
from api.paging import PageQuery, page_of, page_of_all
from benefits.registry import honour_state, honours
from benefits.registry.honours import HonourOf, find_honour, kept_honour, lock_honour
from benefits.registry.members import find_member, kept_member
from models.membership import Honour, Membership
from models.vocabulary import HonourLevel, HonourState

bp = Blueprint("honour", __name__, url_prefix="/members", description="荣誉 / Honours of members")


class HonourBody(fields.Body):
    """An honour; only model-worker titles carry `national` or `provincial`."""

    title = fields.Text(required=True, least=1, most=100)
    level = fields.Text(required=True, choices=tuple(HonourLevel))
    awarded_by = fields.Text(least=1, most=100, load_default=None, allow_none=True)
    awarded_on = fields.Day(load_default=None, allow_none=True)
    certificate_number = fields.Text(least=1, most=100, load_default=None, allow_none=True)
    term = fields.Text(least=1, most=60, load_default=None, allow_none=True, metadata={"description": "届次"})
    treatment_document = fields.Text(least=1, most=200, load_default=None, allow_none=True)


class HonourPatch(fields.Body):
    """What may be corrected (its certificate is then to be checked again); `revoked_on` null takes one back."""

    awarded_by = fields.Text(least=1, most=100, allow_none=True)
    certificate_number = fields.Text(least=1, most=100, allow_none=True)
    term = fields.Text(least=1, most=60, allow_none=True)
    treatment_document = fields.Text(least=1, most=200, allow_none=True)
    revoked_on = fields.Day(allow_none=True)


class StateBody(fields.Body):
    """How the honour stands from a day on; of two words on one day the later one holds."""

    state = fields.Text(required=True, choices=tuple(HonourState))
    since_on = fields.Day(required=True)
    reason = fields.Text(least=1, most=500, load_default=None, allow_none=True)


class CheckBody(fields.Body):
    """On which day the original certificate was seen; today without."""

    checked_on = fields.Day(load_default=None, allow_none=True)


class StateView(fields.Body):
    """One word on how an honour stands."""

    state = fields.Text(required=True, choices=tuple(HonourState))
    since_on = fields.Day(required=True)
    reason = fields.Text(required=True, allow_none=True)
    entered_by = fields.Id(required=True, allow_none=True)
    created_at = fields.Instant(required=True)


class HonourView(fields.Body):
    """An honour with every word on how it stands; only on days on which it is `valid` does it count."""

    id = fields.Id(required=True)
    title = fields.Text(required=True)
    level = fields.Text(required=True, choices=tuple(HonourLevel))
    awarded_by = fields.Text(required=True, allow_none=True)
    awarded_on = fields.Day(required=True, allow_none=True)
    certificate_number = fields.Text(required=True, allow_none=True)
    term = fields.Text(required=True, allow_none=True)
    treatment_document = fields.Text(required=True, allow_none=True)
    revoked_on = fields.Day(required=True, allow_none=True)
    states = fields.Items(fields.Part(StateView), required=True)
    entered_by = fields.Id(required=True, allow_none=True)
    checked_by = fields.Id(required=True, allow_none=True)
    checked_on = fields.Day(required=True, allow_none=True)


def _answer(held: HonourOf) -> tuple[Honour, int, dict[str, str]]:
    return held.honour, 200, {"ETag": etag(held.member)}


@bp.route("/<uuid:member_id>/honours", methods=["GET"])
@operation("member.read", load=find_member)
@bp.arguments(PageQuery, location="query")
@bp.response(200, page_of(HonourView))
def list_honours(desk: Desk[Membership], query: dict[str, Any]) -> Any:
    """荣誉列表 / The honours of a member in the order they were added, revoked ones too. The ETag is the member's."""
    return page_of_all(sorted(desk.thing.honours, key=lambda honour: honour.id), query)


@bp.route("/<uuid:member_id>/honours", methods=["POST"])
@operation("member.register", load=kept_member, keyed=True)
@bp.arguments(HonourBody)
@bp.response(201, HonourView)
def add_honour(desk: Desk[Membership], body: dict[str, Any]) -> Any:
    """登记荣誉 / Add an honour. The ETag is the member's."""
    held = honours.add_honour(desk.session, desk.actor, desk.thing, **body)
    return held.honour, 201, created(f"/members/{desk.thing.id}/honours/{held.honour.id}", desk.thing)


@bp.route("/<uuid:member_id>/honours/<uuid:honour_id>", methods=["GET"])
@operation("member.read", load=find_honour)
@bp.response(200, HonourView)
def get_honour(desk: Desk[HonourOf]) -> Any:
    """一项荣誉 / One honour. The ETag is the member's."""
    return _answer(desk.thing)


@bp.route("/<uuid:member_id>/honours/<uuid:honour_id>", methods=["PATCH"])
@operation("member.register", load=kept_honour, conditional=True)
@bp.arguments(HonourPatch)
@bp.response(200, HonourView)
def change_honour(desk: Desk[HonourOf], body: dict[str, Any]) -> Any:
    """更正或撤销荣誉 / Correct an honour, or revoke it from a day on. If-Match and ETag are the member's."""
    held = desk.thing
    if "revoked_on" in body:
        held = honour_state.revoke_honour(desk.session, desk.actor, held, revoked_on=body.pop("revoked_on"))
    if body:
        held = honours.change_honour(desk.session, desk.actor, held, body)
    return _answer(held)


@bp.route("/<uuid:member_id>/honours/<uuid:honour_id>/state", methods=["POST"])
@operation("member.register", load=kept_honour, keyed=True, conditional=True)
@bp.arguments(StateBody)
@bp.response(200, HonourView)
def note_state(desk: Desk[HonourOf], body: dict[str, Any]) -> Any:
    """登记荣誉状态 / Note how an honour stands from a day on. If-Match and ETag are the member's."""
    return _answer(honour_state.note_state(desk.session, desk.actor, desk.thing, **body))


@bp.route("/<uuid:member_id>/honours/<uuid:honour_id>/check", methods=["POST"])
@operation("honour.check", load=lock_honour, keyed=True, conditional=True)
@bp.arguments(CheckBody)
@bp.response(200, HonourView)
def check_honour(desk: Desk[HonourOf], body: dict[str, Any]) -> Any:
    """核验证书原件 / Another person has seen the original certificate. If-Match and ETag are the member's."""
    return _answer(honours.check_honour(desk.session, desk.actor, desk.thing, **body))
