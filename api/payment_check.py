"""The check before a payment: `/payment-batches/{id}/checks`."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from api.arguments import Blueprint
from api.fields import Body, Flag, Id, Items, Json, Money, Part, Text, Whole
from api.guard import Desk, operation
from api.language import fill, reader_language
from api.paging import PageQuery, page_of_all
from api.payee import PayeeView, shown_payee
from benefits.casework.prepayment.check import REASONS, Flagged
from benefits.casework.prepayment.release import read_check, unseen
from benefits.core.identity import mask_name
from benefits.money.batch import find_batch
from models.money import PaymentBatch

bp = Blueprint(
    "payment_check", __name__, url_prefix="/payment-batches", description="付款前检查 / Check before payment"
)


class ReasonView(Body):
    """Why a payment is flagged: the reason's words, and what it rests on, masked."""

    code = Text(required=True, choices=tuple(REASONS.labels))
    message = Text(required=True)
    rests_on = Json(required=True)
    new = Flag(required=True, metadata={"description": "not seen by the batch's approval"})


class FlaggedView(Body):
    """A flagged payment of the batch."""

    disbursement_id = Id(required=True)
    serial = Whole(required=True)
    amount = Money(required=True)
    payee = Part(PayeeView, required=True)
    reasons = Items(Part(ReasonView), required=True)


class CheckView(Body):
    """The check of a batch as the books are now, in the order of its file; `digest` names what is flagged."""

    digest = Text(required=True)
    payments = Whole(required=True)
    flagged = Whole(required=True)
    items = Items(Part(FlaggedView), required=True)
    next = Text(required=True, allow_none=True)


@bp.route("/<uuid:batch_id>/checks", methods=["GET"])
@operation("payment.file", load=find_batch)
@bp.arguments(PageQuery, location="query")
@bp.response(200, CheckView)
def get_checks(desk: Desk[PaymentBatch], query: dict[str, Any]) -> Any:
    """付款前检查 / What is odd about the payments of a batch; a flag blocks nothing by itself."""
    batch = desk.thing
    check = read_check(desk.session, desk.actor, batch)
    new = unseen(batch, check) if batch.approved_at else check.by_reason
    shelf = page_of_all(check.flagged, query, key=lambda each: UUID(int=each.payment.serial or 0))
    return {
        "digest": check.digest,
        "payments": batch.payments,
        "flagged": len(check.flagged),
        "items": [_shown(each, new) for each in shelf.items],
        "next": shelf.next,
    }


def _shown(each: Flagged, new: dict[str, list[int]]) -> dict[str, Any]:
    payment, language = each.payment, reader_language()
    return {
        "disbursement_id": payment.id,
        "serial": payment.serial,
        "amount": payment.amount,
        "payee": {**shown_payee(payment), "holder": mask_name(payment.payee_holder)},
        "reasons": [
            {
                "code": flag.code,
                "message": fill(REASONS.label(flag.code, language), dict(flag.rests_on)),
                "rests_on": dict(flag.rests_on),
                "new": payment.serial in new.get(flag.code, ()),
            }
            for flag in each.flags
        ],
    }
