"""Receivables: `/receivables`, what members owe, its receipts, and the decision to write it off."""

from __future__ import annotations

from typing import Any

from api.arguments import Blueprint
from api.fields import Body, Day, Id, Instant, Items, Money, Part, Text
from api.guard import Desk, operation
from api.paging import PageQuery, page, page_of, window
from benefits.money import receivable as receivables
from models.receivable import Receivable
from models.receivable_vocabulary import ReceivableOrigin, ReceivableState

bp = Blueprint("receivable", __name__, url_prefix="/receivables", description="应收款 / Receivables")


class ReceiptBody(Body):
    """Money that came in, with the bank's serial of it."""

    amount = Money(required=True)
    received_on = Day(required=True)
    bank_serial = Text(required=True, least=1, most=64)


class ReceiptView(ReceiptBody):
    """One receipt."""

    id = Id(required=True)
    entered_by = Id(required=True)
    entered_at = Instant(required=True)


class ReceivableSummary(Body):
    """A receivable in a list."""

    id = Id(required=True)
    application_id = Id(required=True)
    origin = Text(required=True, choices=tuple(ReceivableOrigin))
    state = Text(required=True, choices=tuple(ReceivableState))
    amount = Money(required=True)
    received = Money(required=True)
    raised_by = Id(required=True)
    created_at = Instant(required=True)


class ReceivableView(ReceivableSummary):
    """A receivable with its receipts, and who wrote it off and why."""

    written_off_by = Id(required=True, allow_none=True)
    written_off_at = Instant(required=True, allow_none=True)
    reason = Text(required=True, allow_none=True)
    receipts = Items(Part(ReceiptView), required=True)


class ReceivableQuery(PageQuery):
    """Filters of the list."""

    state = Text(load_default=None, choices=tuple(ReceivableState))
    unit_code = Text(load_default=None, most=64)
    member_id = Id(load_default=None)
    application_id = Id(load_default=None)


class ReasonBody(Body):
    """Why."""

    reason = Text(required=True, least=1, most=1000)


ReceivablePage = page_of(ReceivableSummary)
_SHOWN = (
    *("id", "application_id", "origin", "state", "amount", "received", "raised_by", "created_at"),
    *("written_off_by", "written_off_at", "reason"),
)


def shown(desk: Desk[Any], owed: Receivable) -> dict[str, Any]:
    """A receivable as its page shows it."""
    desk.session.flush()
    receipts = receivables.receipts_of(desk.session, owed.id)
    return {**{name: getattr(owed, name) for name in _SHOWN}, "receipts": receipts}


@bp.route("", methods=["GET"])
@operation("receivable.read")
@bp.arguments(ReceivableQuery, location="query")
@bp.response(200, ReceivablePage)
def list_receivables(desk: Desk[None], query: dict[str, Any]) -> Any:
    """应收款列表 / What your units' members owe."""
    part = window(query)
    rows = receivables.list_receivables(desk.session, desk.actor, after=part.after, limit=part.limit, **query)
    shelf = page(rows, part.limit)
    return {"items": shelf.items, "next": shelf.next}


@bp.route("/<uuid:receivable_id>", methods=["GET"])
@operation("receivable.read", load=receivables.find_receivable)
@bp.response(200, ReceivableView)
def get_receivable(desk: Desk[Receivable]) -> Any:
    """应收款详情 / One receivable with its receipts."""
    return shown(desk, desk.thing)


@bp.route("/<uuid:receivable_id>/receipts", methods=["POST"])
@operation("receivable.receive", load=receivables.lock_receivable, keyed=True, conditional=True, moves_money=True)
@bp.arguments(ReceiptBody)
@bp.response(200, ReceivableView)
def receive(desk: Desk[Receivable], body: dict[str, Any]) -> Any:
    """登记收回 / Enter money that came in for it; a bank serial counts once."""
    return shown(desk, receivables.receive(desk.session, desk.actor, desk.thing, **body))


@bp.route("/<uuid:receivable_id>/write-off", methods=["POST"])
@operation("receivable.write_off", load=receivables.lock_receivable, keyed=True, conditional=True, moves_money=True)
@bp.arguments(ReasonBody)
@bp.response(200, ReceivableView)
def write_off(desk: Desk[Receivable], body: dict[str, Any]) -> Any:
    """核销 / Give up what is still owed: another person's decision, with its reason."""
    return shown(desk, receivables.write_off(desk.session, desk.actor, desk.thing, body["reason"]))
