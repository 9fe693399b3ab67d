"""`/payment-tasks`: what came back or was left open, whose turn it is, and how many there are of each."""

from __future__ import annotations

from typing import Any

from api.arguments import Blueprint
from api.disbursement import shown_reason
from api.fields import Body, Day, Id, Items, Money, Part, Text, Whole
from api.guard import Desk, operation
from api.language import messages, reader_language
from api.paging import PageQuery, page, page_of, window
from benefits.money.work_list import KINDS, count_payment_tasks, list_payment_tasks

bp = Blueprint("payment_task", __name__, url_prefix="/payment-tasks", description="付款待办 / Payments to see to")


class PaymentTaskView(Body):
    """One payment to see to: an account to give (officer) or approve (reviewer), an outcome to settle (finance)."""

    kind = Text(required=True, choices=KINDS)
    title = Text(required=True)
    disbursement_id = Id(required=True)
    application_id = Id(required=True)
    number = Whole(required=True)
    unit_code = Text(required=True)
    amount = Money(required=True)
    bank_reason_code = Text(required=True, allow_none=True)
    bank_reason_label = Text(required=True, allow_none=True)
    since = Day(required=True, allow_none=True)


class UnitQuery(Body):
    """Of one unit alone."""

    unit = Text(load_default=None, most=64)


class PaymentTaskQuery(PageQuery, UnitQuery):
    """Filters of the list."""

    kind = Text(load_default=None, choices=KINDS)


class CountView(Body):
    """How many of one kind."""

    kind = Text(required=True, choices=KINDS)
    title = Text(required=True)
    count = Whole(required=True)


class CountsView(Body):
    """Every kind, those of which there are none too."""

    items = Items(Part(CountView), required=True)


@bp.route("", methods=["GET"])
@operation("payment.read")
@bp.arguments(PaymentTaskQuery, location="query")
@bp.response(200, page_of(PaymentTaskView))
def payment_tasks(desk: Desk[None], query: dict[str, Any]) -> Any:
    """付款待办 / Returned payments that want an account or its approval, outcomes to settle; the oldest first."""
    part = window(query)
    query["unit_code"] = query.pop("unit")
    shelf = page(list_payment_tasks(desk.session, desk.actor, after=part.after, limit=part.limit, **query), part.limit)
    titles = messages(reader_language())["task"]
    items = [{**vars(each), **shown_reason(each.bank_reason), "title": titles[each.kind]} for each in shelf.items]
    return {"items": items, "next": shelf.next}


@bp.route("/counts", methods=["GET"])
@operation("payment.read")
@bp.arguments(UnitQuery, location="query")
@bp.response(200, CountsView)
def counts(desk: Desk[None], query: dict[str, Any]) -> Any:
    """付款待办件数 / How many payments wait, by kind."""
    titles = messages(reader_language())["task"]
    found = count_payment_tasks(desk.session, desk.actor, unit_code=query["unit"])
    return {"items": [{"kind": kind, "title": titles[kind], "count": found[kind]} for kind in KINDS]}
