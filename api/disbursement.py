"""Payments: `/disbursements`, the corrected account of a returned one, and what the bank left open."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import Response

from api.arguments import Blueprint
from api.download import FILE, download
from api.fields import Body, Day, Id, Instant, Money, Part, Text, Whole
from api.guard import Desk, created, operation
from api.language import reader_language
from api.paging import PageQuery, page, page_of, page_of_all, window
from api.payee import PayeeBody, PayeeView, shown_payee
from benefits.casework import undoing
from benefits.core.code_table import code_table
from benefits.money import disbursement as payments
from benefits.money.bank_resolution import resolve
from benefits.money.payee import read_payee
from benefits.money.slip import print_slip
from models.money import Disbursement
from models.settling_vocabulary import Resolution, ReversalKind
from models.vocabulary import DisbursementState

bp = Blueprint("disbursement", __name__, url_prefix="/disbursements", description="付款 / Payments")


class DisbursementView(Body):
    """A payment; the payee is masked. `replaces_id` names the returned payment that it repeats."""

    id = Id(required=True)
    state = Text(required=True, choices=tuple(DisbursementState))
    amount = Money(required=True)
    application_id = Id(required=True)
    fund_id = Id(required=True)
    instalment = Whole(required=True)
    payee = Part(PayeeView, required=True)
    batch_id = Id(required=True, allow_none=True)
    serial = Whole(required=True, allow_none=True)
    replaces_id = Id(required=True, allow_none=True)
    bank_serial = Text(required=True, allow_none=True)
    bank_reason = Text(required=True, allow_none=True)
    bank_reason_code = Text(
        required=True, allow_none=True, metadata={"description": "of the table bank_reason; null: the bank's own words"}
    )
    bank_reason_label = Text(required=True, allow_none=True)
    settled_on = Day(required=True, allow_none=True)
    reversed_amount = Money(required=True)
    created_at = Instant(required=True)


class DisbursementQuery(PageQuery):
    """Filters of the list."""

    application_id = Id(load_default=None)
    fund_id = Id(load_default=None)
    batch_id = Id(load_default=None)
    programme = Text(load_default=None, most=64)
    below = Text(load_default=None, most=64, metadata={"description": "a unit's code: with its whole subtree"})
    from_on = Day(load_default=None, data_key="from", metadata={"description": "settled; inclusive"})
    until_on = Day(load_default=None, data_key="until", metadata={"description": "inclusive"})
    amount_from = Money(load_default=None)
    amount_until = Money(load_default=None)
    state = Text(load_default=None, choices=tuple(DisbursementState))


class ResolutionBody(Body):
    """What the bank's statement shows of a payment left unknown or contradicted; `upheld`: it is as booked."""

    outcome = Text(required=True, choices=tuple(Resolution))
    reason = Text(required=True, least=1, most=500)
    bank_serial = Text(load_default=None, allow_none=True, most=64)
    on = Day(required=True)


class ReversalBody(Body):
    """Why paid money is taken back, by which decision; without `amount` all that is left.

    With `bank_took_back`, and only then, the serial and day of what came back; otherwise the member owes it.
    """

    kind = Text(required=True, choices=tuple(ReversalKind))
    amount = Money(load_default=None, allow_none=True)
    reason = Text(required=True, least=1, most=1000)
    minutes = Text(required=True, least=1, most=200)
    bank_serial = Text(load_default=None, allow_none=True, least=1, most=64)
    received_on = Day(load_default=None, allow_none=True)


class ReversalView(ReversalBody):
    """One reversal: what it left to be recovered, the voucher that had booked the payment, and the red one."""

    id = Id(required=True)
    receivable_id = Id(required=True, allow_none=True)
    original_id = Id(required=True, allow_none=True)
    voucher_id = Id(required=True)
    reversed_by = Id(required=True)
    reversed_at = Instant(required=True)


class ReasonBody(Body):
    """Why."""

    reason = Text(required=True, least=1, most=1000)


DisbursementPage = page_of(DisbursementView)
_REASONS = code_table("bank_reason")
lock_with_fund = partial(payments.lock_disbursement, with_fund=True)


def shown(payment: Disbursement) -> dict[str, Any]:
    """A payment as its page shows it."""
    names = ("id", "state", "amount", "application_id", "fund_id", "instalment", "batch_id", "serial", "replaces_id")
    more = ("bank_serial", "bank_reason", "settled_on", "reversed_amount", "created_at")
    own = {name: getattr(payment, name) for name in (*names, *more)}
    return {**own, **shown_reason(payment.bank_reason), "payee": shown_payee(payment)}


def shown_reason(said: str | None) -> dict[str, str | None]:
    """A bank's reason as its code of the table and in the reader's words; the bank's own where the table has none."""
    code = _REASONS.read(said) if said else None
    return {"bank_reason_code": code, "bank_reason_label": _REASONS.label(code, reader_language()) if code else said}


@bp.route("", methods=["GET"])
@operation("payment.read")
@bp.arguments(DisbursementQuery, location="query")
@bp.response(200, DisbursementPage)
def list_disbursements(desk: Desk[None], query: dict[str, Any]) -> Any:
    """付款列表 / The payments of your units."""
    part = window(query)
    rows = payments.list_disbursements(desk.session, desk.actor, after=part.after, limit=part.limit, **query)
    shelf = page(rows, part.limit)
    return {"items": [shown(each) for each in shelf.items], "next": shelf.next}


@bp.route("/<uuid:disbursement_id>", methods=["GET"])
@operation("payment.read", load=payments.find_disbursement)
@bp.response(200, DisbursementView)
def get_disbursement(desk: Desk[Disbursement]) -> Any:
    """付款详情 / One payment."""
    return shown(desk.thing)


@bp.route("/<uuid:disbursement_id>/account", methods=["POST"])
@operation("case.file", load=payments.lock_disbursement, keyed=True, conditional=True)
@bp.arguments(PayeeBody)
@bp.response(200, DisbursementView)
def correct_account(desk: Desk[Disbursement], body: dict[str, Any]) -> Any:
    """更正账户 / Give another account for a returned payment; a reviewer approves it."""
    payments.correct_account(desk.session, desk.actor, desk.thing, read_payee(**body, pointer=""))
    return shown(desk.thing)


@bp.route("/<uuid:disbursement_id>/approve", methods=["POST"])
@operation("case.decide", load=payments.lock_disbursement, keyed=True, conditional=True, moves_money=True)
@bp.arguments(Body)
@bp.response(201, DisbursementView)
def approve_account(desk: Desk[Disbursement], _body: dict[str, Any]) -> Any:
    """批准更正后的账户 / Approve the corrected account: a new payment that names the returned one."""
    repayment = payments.approve_correction(desk.session, desk.actor, desk.thing)
    return shown(repayment), 201, created(f"/disbursements/{repayment.id}", repayment)


@bp.route("/<uuid:disbursement_id>/resolve", methods=["POST"])
@operation("payment.resolve", load=lock_with_fund, keyed=True, conditional=True, moves_money=True)
@bp.arguments(ResolutionBody)
@bp.response(200, DisbursementView)
def resolve_outcome(desk: Desk[Disbursement], body: dict[str, Any]) -> Any:
    """核实银行未明或矛盾的结果 / Settle what was unknown or contradicted, by one who neither approved nor released."""
    body["outcome"] = Resolution(body["outcome"])
    return shown(resolve(desk.session, desk.actor, desk.thing, **body))


@bp.route("/<uuid:disbursement_id>/reverse", methods=["POST"])
@operation("payment.reverse", load=lock_with_fund, keyed=True, conditional=True, moves_money=True)
@bp.arguments(ReversalBody)
@bp.response(200, DisbursementView)
def reverse(desk: Desk[Disbursement], body: dict[str, Any]) -> Any:
    """冲销已付款 / Take back paid money, whole or in part, by one who neither approved nor released it."""
    body["kind"] = ReversalKind(body["kind"])
    return shown(undoing.reverse(desk.session, desk.actor, desk.thing, undoing.Taken(**body)))


@bp.route("/<uuid:disbursement_id>/reversals", methods=["GET"])
@operation("payment.read", load=payments.find_disbursement)
@bp.arguments(PageQuery, location="query")
@bp.response(200, page_of(ReversalView))
def reversals(desk: Desk[Disbursement], query: dict[str, Any]) -> Any:
    """冲销记录 / What was taken back of a payment, the oldest first."""
    part = page_of_all(undoing.reversals_of(desk.session, desk.thing), query)
    return {"items": part.items, "next": part.next}


@bp.route("/<uuid:disbursement_id>/abandon", methods=["POST"])
@operation("case.decide", load=lock_with_fund, keyed=True, conditional=True, moves_money=True)
@bp.arguments(ReasonBody)
@bp.response(200, DisbursementView)
def abandon(desk: Desk[Disbursement], body: dict[str, Any]) -> Any:
    """终止发放 / Give up a returned payment that has no account to go to: its money and its award are free again."""
    return shown(undoing.abandon(desk.session, desk.actor, desk.thing, body["reason"]))


@bp.route("/<uuid:disbursement_id>/slip.pdf", methods=["GET"])
@operation("payment.read", load=payments.find_disbursement)
@bp.response(200, FILE, content_type="application/pdf")
def slip(desk: Desk[Disbursement]) -> Response:
    """付款凭单（PDF） / The payment slip."""
    content = print_slip(desk.session, desk.actor, desk.thing, reader_language())
    return download(content, "application/pdf", f"payment-{desk.thing.id}.pdf")
