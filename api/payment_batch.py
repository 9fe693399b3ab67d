"""Payment batches: `/payment-batches`, their acts and the file for the bank."""

from __future__ import annotations

from typing import Any

from flask import Response

from api.arguments import Blueprint
from api.download import FILE, download
from api.fields import Body, Day, Id, Instant, Items, Money, Text, Whole
from api.guard import Desk, created, operation
from api.paging import PageQuery, page, page_of, window
from api.standstill import require_money_may_move
from benefits.casework.prepayment.release import approve_checked, release_checked
from benefits.money import batch as batches
from benefits.money.bank_resolution import list_contradictions
from benefits.money.batch_paper import batch_file
from benefits.papers.bank_formats import FROZEN, bank_formats
from benefits.record.reader import PERMISSION as RECORD
from models.money import BankResult, Disbursement, PaymentBatch
from models.settling_vocabulary import Resolution
from models.vocabulary import BankOutcome, BatchState, DisbursementState

bp = Blueprint("payment_batch", __name__, url_prefix="/payment-batches", description="付款批次 / Payment batches")


class BatchBody(Body):
    """Reserved payments of one fund, in the order of the file."""

    fund_id = Id(required=True)
    disbursement_ids = Items(Id(), required=True, least=1, most=batches.MOST_PAYMENTS)


class BatchView(Body):
    """A batch with the control totals of its frozen file."""

    id = Id(required=True)
    number = Text(required=True)
    state = Text(required=True, choices=tuple(BatchState))
    fund_id = Id(required=True)
    payments = Whole(required=True)
    total = Money(required=True)
    file_sha256 = Text(required=True)
    prepared_by = Id(required=True)
    approved_by = Id(required=True, allow_none=True)
    released_by = Id(required=True, allow_none=True)
    approved_under = Id(required=True, allow_none=True, metadata={"description": "the delegation, where for another"})
    released_under = Id(required=True, allow_none=True)
    created_at = Instant(required=True)
    approved_at = Instant(required=True, allow_none=True)
    released_at = Instant(required=True, allow_none=True)


class BatchQuery(PageQuery):
    """Filters of the list."""

    fund_id = Id(load_default=None)
    state = Text(load_default=None, choices=tuple(BatchState))


class ApprovalBody(Body):
    """The digest of the check that was looked at; without it, the check as it is now."""

    checks = Text(load_default=None, least=64, most=64)


class FileQuery(Body):
    """The form of the file."""

    format = Text(load_default=FROZEN, choices=tuple(bank_formats()))


class ContradictionView(Body):
    """An answer of the bank that was kept as evidence: what it said, how the payment stands, how it was settled."""

    id = Id(required=True)
    disbursement_id = Id(required=True)
    serial = Whole(required=True)
    state = Text(required=True, choices=tuple(DisbursementState))
    outcome = Text(required=True, choices=tuple(BankOutcome))
    reason = Text(required=True, allow_none=True)
    bank_serial = Text(required=True, allow_none=True)
    answered_on = Day(required=True)
    given_at = Instant(required=True)
    settled_as = Text(required=True, allow_none=True, choices=tuple(Resolution))
    settled_note = Text(required=True, allow_none=True)
    settled_by = Id(required=True, allow_none=True)
    settled_at = Instant(required=True, allow_none=True)


BatchPage = page_of(BatchView)
ContradictionPage = page_of(ContradictionView)
_SHOWN = (
    *("id", "number", "state", "fund_id", "payments", "total", "prepared_by", "approved_by", "released_by"),
    *("approved_under", "released_under", "created_at", "approved_at", "released_at"),
)


def shown(batch: PaymentBatch) -> dict[str, Any]:
    """A batch as its page shows it."""
    return {**{name: getattr(batch, name) for name in _SHOWN}, "file_sha256": batch.file_digest.hex()}


@bp.route("", methods=["GET"])
@operation("payment.read")
@bp.arguments(BatchQuery, location="query")
@bp.response(200, BatchPage)
def list_batches(desk: Desk[None], query: dict[str, Any]) -> Any:
    """批次列表 / The batches of your units' funds."""
    part = window(query)
    rows = batches.list_batches(desk.session, desk.actor, after=part.after, limit=part.limit, **query)
    shelf = page(rows, part.limit)
    return {"items": [shown(each) for each in shelf.items], "next": shelf.next}


@bp.route("", methods=["POST"])
@operation("payment.batch", keyed=True, moves_money=True)
@bp.arguments(BatchBody)
@bp.response(201, BatchView)
def prepare_batch(desk: Desk[None], body: dict[str, Any]) -> Any:
    """制单 / Build a batch: the file is frozen, the money committed."""
    batch = batches.prepare_batch(desk.session, desk.actor, **body)
    return shown(batch), 201, created(f"/payment-batches/{batch.id}", batch)


@bp.route("/<uuid:batch_id>", methods=["GET"])
@operation("payment.read", load=batches.find_batch)
@bp.response(200, BatchView)
def get_batch(desk: Desk[PaymentBatch]) -> Any:
    """批次详情 / One batch."""
    return shown(desk.thing)


def _act(name: str, permission: str, body: type[Body] = Body) -> Any:
    def wrap(view: Any) -> Any:
        inner = bp.arguments(body)(bp.response(200, BatchView)(view))
        guarded = operation(permission, load=batches.lock_batch, keyed=True, conditional=True, moves_money=True)(inner)
        return bp.route(f"/<uuid:batch_id>/{name}", methods=["POST"])(guarded)

    return wrap


@_act("approve", "payment.batch", ApprovalBody)
def approve(desk: Desk[PaymentBatch], body: dict[str, Any]) -> Any:
    """付款审批 / Finance approves the batch, having seen what its check flags."""
    return shown(approve_checked(desk.session, desk.actor, desk.thing, seen=body["checks"]))


@_act("release", "payment.release")
def release(desk: Desk[PaymentBatch], _body: dict[str, Any]) -> Any:
    """放款 / The cashier releases the batch to the bank."""
    return shown(release_checked(desk.session, desk.actor, desk.thing))


@_act("cancel", "payment.batch")
def cancel(desk: Desk[PaymentBatch], _body: dict[str, Any]) -> Any:
    """撤销批次 / Take the batch apart before its release."""
    return shown(batches.cancel_batch(desk.session, desk.actor, desk.thing))


@bp.route("/<uuid:batch_id>/contradictions", methods=["GET"])
@operation("payment.read", load=batches.find_batch)
@bp.arguments(PageQuery, location="query")
@bp.response(200, ContradictionPage)
def contradictions(desk: Desk[PaymentBatch], query: dict[str, Any]) -> Any:
    """与账面不符的银行结果 / Answers of the bank that were not booked, settled or open."""
    part = window(query)
    found = list_contradictions(desk.session, desk.thing, after=part.after, limit=part.limit)
    shelf = page(found, part.limit, key=lambda row: row.BankResult.id)
    return {"items": [_contradiction(*row) for row in shelf.items], "next": shelf.next}


def _contradiction(said: BankResult, payment: Disbursement) -> dict[str, Any]:
    names = ("id", "outcome", "reason", "bank_serial", "answered_on", "given_at")
    settled = ("settled_as", "settled_note", "settled_by", "settled_at")
    about = {"disbursement_id": payment.id, "serial": payment.serial, "state": payment.state}
    return {**{name: getattr(said, name) for name in (*names, *settled)}, **about}


@bp.route("/<uuid:batch_id>/file", methods=["GET"])
@operation("payment.file", load=batches.find_batch)
@bp.arguments(FileQuery, location="query")
@bp.response(200, FILE, content_type="text/csv")
def get_file(desk: Desk[PaymentBatch], query: dict[str, Any]) -> Response:
    """银行批量付款文件 / The frozen file, or its payments in another form; each download is recorded.

    `X-File-SHA256` is the digest of what is sent; of the frozen form it is the batch's `file_sha256`. While the record
    is found to be an older one nobody but an auditor gets it: what it pays may have been paid since.
    """
    if not desk.actor.may(RECORD, desk.thing.fund.unit.path):
        require_money_may_move(desk.session)
    file = batch_file(desk.session, desk.actor, desk.thing, query["format"])
    answer = download(file.content, file.form.media_type, f"payments-{desk.thing.number}.{file.form.ending}")
    answer.headers["X-File-SHA256"] = file.sha256
    return answer
