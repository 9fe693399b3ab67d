"""Erasures: former members whose data are to go, what still must be kept of them, and the second person's approval."""

from __future__ import annotations

from typing import Any

from api.arguments import Blueprint
from api.fields import Body, Day, Id, Instant, Items, Part, Text, Whole
from api.guard import Desk, created, operation
from api.paging import PageQuery, page, page_of, window
from benefits.casework import erasure as erasures
from benefits.casework.erasure import find_erasure, lock_erasure
from benefits.registry.members import kept_member
from models.erasure import Erasure, ErasureOrigin, ErasureState
from models.membership import Membership

bp = Blueprint("erasure", __name__, description="删除个人信息 / Erasure of former members")


class ErasureBody(Body):
    """Who wants it: the member, or the union whose purpose is achieved."""

    origin = Text(required=True, choices=tuple(ErasureOrigin))


class DutyView(Body):
    """Why data must be kept, and until when; null: for as long as the thing stands, or where it is not told."""

    kind = Text(
        required=True,
        metadata={
            "description": "membership, account, open_case, file, open_payment, voucher, receivable, household_file, "
            "audit_finding, audit_sample, evidence_package; elsewhere: another union must keep something, which and "
            "how long is not told"
        },
    )
    things = Whole(required=True)
    until = Day(required=True, allow_none=True)


class ErasureView(Body):
    """A request, the duties that still stand against it, and its end."""

    id = Id(required=True)
    member_id = Id(required=True)
    unit_code = Text(required=True)
    state = Text(required=True, choices=tuple(ErasureState))
    origin = Text(required=True, choices=tuple(ErasureOrigin))
    duties = Items(Part(DutyView), required=True)
    requested_by = Id(required=True)
    requested_at = Instant(required=True)
    ended_by = Id(required=True, allow_none=True)
    ended_at = Instant(required=True, allow_none=True)


class ErasureQuery(PageQuery):
    """Filters of the list."""

    state = Text(load_default=None, choices=tuple(ErasureState))
    member_id = Id(load_default=None)


def _shown(desk: Desk[Any], erasure: Erasure) -> dict[str, Any]:
    names = ("id", "state", "origin", "requested_by", "requested_at", "ended_by", "ended_at")
    return {
        **{name: getattr(erasure, name) for name in names},
        "member_id": erasure.membership_id,
        "unit_code": erasure.unit.code,
        "duties": erasures.duties_of(desk.session, desk.actor, erasure),
    }


@bp.route("/members/<uuid:member_id>/erasures", methods=["POST"])
@operation("erasure.request", load=kept_member, keyed=True)
@bp.arguments(ErasureBody)
@bp.response(201, ErasureView)
def request_erasure(desk: Desk[Membership], body: dict[str, Any]) -> Any:
    """申请删除 / Ask that a former member be erased; from now on nothing of them is shown unmasked."""
    made = erasures.request_erasure(desk.session, desk.actor, desk.thing, ErasureOrigin(body["origin"]))
    return _shown(desk, made), 201, created(f"/erasures/{made.id}", made)


@bp.route("/erasures", methods=["GET"])
@operation("erasure.read")
@bp.arguments(ErasureQuery, location="query")
@bp.response(200, page_of(ErasureView))
def list_erasures(desk: Desk[None], query: dict[str, Any]) -> Any:
    """删除申请 / The requests of your units, in order of asking."""
    part = window(query)
    rows = erasures.list_erasures(desk.session, desk.actor, after=part.after, limit=part.limit, **query)
    found = page(rows, part.limit)
    return {"items": [_shown(desk, each) for each in found.items], "next": found.next}


@bp.route("/erasures/<uuid:erasure_id>", methods=["GET"])
@operation("erasure.read", load=find_erasure)
@bp.response(200, ErasureView)
def get_erasure(desk: Desk[Erasure]) -> Any:
    """一项删除申请 / One request, with the duties to keep that still stand against it."""
    return _shown(desk, desk.thing)


@bp.route("/erasures/<uuid:erasure_id>/approve", methods=["POST"])
@operation("erasure.decide", load=lock_erasure, keyed=True, conditional=True)
@bp.arguments(Body)
@bp.response(200, ErasureView)
def approve_erasure(desk: Desk[Erasure], _body: dict[str, Any]) -> Any:
    """批准删除 / Another person approves: key, salt and names are destroyed; amounts and the record stay."""
    return _shown(desk, erasures.approve_erasure(desk.session, desk.actor, desk.thing))


@bp.route("/erasures/<uuid:erasure_id>/withdraw", methods=["POST"])
@operation("erasure.request", load=lock_erasure, keyed=True, conditional=True)
@bp.arguments(Body)
@bp.response(200, ErasureView)
def withdraw_erasure(desk: Desk[Erasure], _body: dict[str, Any]) -> Any:
    """撤回申请 / Take the request back."""
    return _shown(desk, erasures.withdraw_erasure(desk.session, desk.actor, desk.thing))
