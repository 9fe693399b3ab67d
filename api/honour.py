"""The honours of a member: added, and revoked with a day; they share the member's version."""

from __future__ import annotations

from typing import Any

from api import fields
from api.arguments import Blueprint
from api.guard import Desk, created, etag, operation
from api.paging import PageQuery, page_of, page_of_all
from benefits.registry import honours
from benefits.registry.honours import HonourOf, find_honour, kept_honour
from benefits.registry.members import find_member, kept_member
from models.membership import Membership
from models.vocabulary import HonourLevel

bp = Blueprint("honour", __name__, url_prefix="/members", description="荣誉 / Honours of members")


class HonourBody(fields.Body):
    """An honour; only model-worker titles carry `national` or `provincial`."""

    title = fields.Text(required=True, least=1, most=100)
    level = fields.Text(required=True, choices=tuple(HonourLevel))
    awarded_by = fields.Text(least=1, most=100, load_default=None, allow_none=True)
    awarded_on = fields.Day(load_default=None, allow_none=True)


class HonourPatch(fields.Body):
    """Since when it no longer holds; null takes the revocation back."""

    revoked_on = fields.Day(required=True, allow_none=True)


class HonourView(fields.Body):
    """An honour, valid from its award until it is revoked."""

    id = fields.Id(required=True)
    title = fields.Text(required=True)
    level = fields.Text(required=True, choices=tuple(HonourLevel))
    awarded_by = fields.Text(required=True, allow_none=True)
    awarded_on = fields.Day(required=True, allow_none=True)
    revoked_on = fields.Day(required=True, allow_none=True)


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
    return desk.thing.honour, 200, {"ETag": etag(desk.thing.member)}


@bp.route("/<uuid:member_id>/honours/<uuid:honour_id>", methods=["PATCH"])
@operation("member.register", load=kept_honour, conditional=True)
@bp.arguments(HonourPatch)
@bp.response(200, HonourView)
def revoke_honour(desk: Desk[HonourOf], body: dict[str, Any]) -> Any:
    """撤销荣誉 / Revoke an honour from a day on. If-Match and ETag are the member's."""
    held = honours.revoke_honour(desk.session, desk.actor, desk.thing, **body)
    return held.honour, 200, {"ETag": etag(held.member)}
