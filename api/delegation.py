"""授权委托: `/delegations`, given by whoever holds the duty, seen by both, admins and auditors, revoked at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from api.arguments import Blueprint
from api.fields import Body, Day, Id, Instant, Money, QueryFlag, Text
from api.guard import Desk, created, operation
from api.paging import PageQuery, page, page_of, window
from benefits.access import delegations
from benefits.access.delegations import Lending, find_delegation, lock_delegation
from models.delegation import Delegation
from models.delegation_vocabulary import DelegatedRole, DelegationState

bp = Blueprint("delegation", __name__, url_prefix="/delegations", description="授权委托 / Delegations")


class DelegationBody(Body):
    """A duty of one's own, lent from a day until a day, both inclusive, for acts of up to `amount_limit` yuan each."""

    role = Text(required=True, choices=tuple(DelegatedRole))
    unit_code = Text(required=True, least=1, most=60)
    to_username = Text(required=True, least=1, most=64)
    valid_from = Day(required=True)
    valid_until = Day(required=True)
    amount_limit = Money(required=True)
    reason = Text(required=True, least=1, most=1000)
    document = Text(load_default=None, allow_none=True, least=1, most=100)


class DelegationView(Body):
    """A delegation; `state` is as of today."""

    id = Id(required=True)
    role = Text(required=True, choices=tuple(DelegatedRole))
    unit_code = Text(required=True)
    from_account_id = Id(required=True)
    from_name = Text(required=True)
    to_account_id = Id(required=True)
    to_name = Text(required=True)
    valid_from = Day(required=True)
    valid_until = Day(required=True)
    amount_limit = Money(required=True)
    reason = Text(required=True)
    document = Text(required=True, allow_none=True)
    state = Text(required=True, choices=tuple(DelegationState))
    revoked_at = Instant(required=True, allow_none=True)
    revoked_by = Id(required=True, allow_none=True)
    created_at = Instant(required=True)


class DelegationQuery(PageQuery):
    """Filters: whether it may be used today; a unit."""

    in_force = QueryFlag(load_default=None)
    unit_code = Text(load_default=None, least=1, most=60)


_SHOWN = (
    *("id", "role", "from_account_id", "from_name", "to_account_id", "to_name", "valid_from", "valid_until"),
    *("amount_limit", "reason", "document", "revoked_at", "revoked_by", "created_at"),
)


def _shown(desk: Desk[Any], rows: Sequence[Delegation]) -> list[dict[str, Any]]:
    states = delegations.state_of(desk.session, desk.actor, rows)
    return [
        {**{name: getattr(row, name) for name in _SHOWN}, "unit_code": row.unit.code, "state": states[row.id]}
        for row in rows
    ]


@bp.route("", methods=["GET"])
@operation()
@bp.arguments(DelegationQuery, location="query")
@bp.response(200, page_of(DelegationView))
def list_delegations(desk: Desk[None], query: dict[str, Any]) -> Any:
    """授权委托列表 / What one gave or got; admins and auditors see those of their units."""
    part = window(query)
    rows = delegations.list_delegations(desk.session, desk.actor, after=part.after, limit=part.limit, **query)
    shelf = page(rows, part.limit)
    return {"items": _shown(desk, shelf.items), "next": shelf.next}


@bp.route("", methods=["POST"])
@operation("delegation.give", keyed=True)
@bp.arguments(DelegationBody)
@bp.response(201, DelegationView)
def give(desk: Desk[None], body: dict[str, Any]) -> Any:
    """授权他人代行职责 / Lend one's own duty to a colleague, or to somebody of the unit lent or below it."""
    delegation = delegations.give(desk.session, desk.actor, Lending(**body))
    return _shown(desk, [delegation])[0], 201, created(f"/delegations/{delegation.id}", delegation)


@bp.route("/<uuid:delegation_id>", methods=["GET"])
@operation(load=find_delegation)
@bp.response(200, DelegationView)
def get_delegation(desk: Desk[Delegation]) -> Any:
    """授权委托详情 / One delegation."""
    return _shown(desk, [desk.thing])[0]


@bp.route("/<uuid:delegation_id>/revoke", methods=["POST"])
@operation(load=lock_delegation, keyed=True, conditional=True)
@bp.arguments(Body)
@bp.response(200, DelegationView)
def revoke(desk: Desk[Delegation], _body: dict[str, Any]) -> Any:
    """撤销授权 / End it at once: by whoever gave it, or an admin of its unit."""
    return _shown(desk, [delegations.revoke(desk.session, desk.actor, desk.thing)])[0]
