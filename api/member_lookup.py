"""Who looked at a member's secrets: `/members/{id}/lookups`."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from api.arguments import Blueprint
from api.fields import Body, Instant, Items, Text, Whole
from api.guard import Desk, operation
from api.language import reader_language
from api.paging import PageQuery, page_of, page_of_all
from benefits.casework.lookup import lookups_of
from benefits.papers.labels import labels
from benefits.registry.members import find_member
from models.membership import Membership

bp = Blueprint("member_lookup", __name__, url_prefix="/members", description="查阅记录 / Who looked at a member's data")

_OLDEST = 2**63


class LookupView(Body):
    """One look; `n` is its entry of the record. Without a name where nobody signed in (the system)."""

    n = Whole(required=True, most=_OLDEST)
    at = Instant(required=True)
    name = Text(required=True, allow_none=True)
    unit = Text(required=True, allow_none=True)
    roles = Items(Text(), required=True)
    what = Text(required=True)
    label = Text(required=True)
    seen = Items(Text(), required=True, data_key="fields")
    purpose = Text(required=True, allow_none=True)


@bp.route("/<uuid:member_id>/lookups", methods=["GET"])
@operation("member.read", load=find_member)
@bp.arguments(PageQuery, location="query")
@bp.response(200, page_of(LookupView))
def list_lookups(desk: Desk[Membership], query: dict[str, Any]) -> Any:
    """谁查阅过本人信息 / Who looked at what is kept of the member, when and what for, the newest first."""
    words = labels(reader_language())
    looks = lookups_of(desk.session, desk.thing)
    shelf = page_of_all(looks, query, key=lambda each: UUID(int=_OLDEST - each.n))
    names = ("n", "at", "name", "unit", "roles", "what", "purpose")
    return {
        "items": [
            {
                **{name: getattr(each, name) for name in names},
                "label": words.word("lookup", each.what),
                "seen": each.fields,
            }
            for each in shelf.items
        ],
        "next": shelf.next,
    }
