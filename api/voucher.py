"""Vouchers: `/ledger/vouchers`, each with its lines and its annex; `/ledger/receipts` makes those of money received."""

from __future__ import annotations

from typing import Any

from flask import Response

from api.arguments import Blueprint
from api.download import FILE, download
from api.fields import Body, Day, Flag, Id, Instant, Items, Money, Part, QueryWhole, Text, Whole
from api.guard import Desk, operation
from api.language import reader_language
from api.paging import PageQuery, page, page_of, window
from benefits.core.retention import keep_until
from benefits.money.fund import kept_fund
from benefits.money.ledger import destruction, reading
from benefits.money.ledger.booking import book_receipt
from benefits.money.ledger.chart import chart_named
from benefits.money.ledger.voucher_paper import print_voucher
from models.ledger import Voucher, VoucherKind, VoucherLine

bp = Blueprint("voucher", __name__, url_prefix="/ledger", description="凭证 / Vouchers")


class LineView(Body):
    """One line of a voucher; `verified` once the accountant has confirmed that the key goes to this account."""

    key = Text(required=True)
    account = Text(required=True)
    title = Text(required=True)
    verified = Flag(required=True)
    debit = Money(required=True, signed=True)
    credit = Money(required=True, signed=True)


class VoucherSummary(Body):
    """A voucher in a list; red ones have a negative total."""

    id = Id(required=True)
    unit_code = Text(required=True)
    year = Whole(required=True)
    number = Whole(required=True)
    posted_on = Day(required=True)
    chart = Text(required=True)
    kind = Text(required=True, choices=tuple(VoucherKind))
    reference = Text(required=True)
    memo = Text(required=True, allow_none=True)
    total = Money(required=True, signed=True)
    fund_id = Id(required=True, allow_none=True)
    reverses_id = Id(required=True, allow_none=True)


class VoucherView(VoucherSummary):
    """A voucher with its lines; it may not be destroyed before `keep_until` (令第79号, 30 years)."""

    lines = Items(Part(LineView), required=True)
    posted_at = Instant(required=True)
    keep_until = Day(required=True, allow_none=True)


class VoucherQuery(PageQuery):
    """Filters of the list."""

    unit_code = Text(load_default=None, most=64)
    year = QueryWhole(least=2000, most=2100, load_default=None)
    kind = Text(load_default=None, choices=tuple(VoucherKind))
    fund_id = Id(load_default=None)


class AnnexLine(Body):
    """A payment that a voucher sums up; the payee is masked."""

    disbursement_id = Id(required=True)
    application_id = Id(required=True)
    case_number = Whole(required=True)
    account_last4 = Text(required=True)
    amount = Money(required=True)


class DestructionBody(Body):
    """Why a voucher should be destroyed."""

    reason = Text(required=True, least=1, most=500)


class ReceiptBody(Body):
    """Money that the bank received for a fund."""

    fund_id = Id(required=True)
    amount = Money(required=True)
    received_on = Day(required=True)
    payer = Text(required=True, least=1, most=200)
    bank_serial = Text(required=True, least=1, most=64)


VoucherPage = page_of(VoucherSummary)
AnnexPage = page_of(AnnexLine)


def summary(voucher: Voucher) -> dict[str, Any]:
    """A voucher as lists show it."""
    same = (
        "id",
        "year",
        "number",
        "posted_on",
        "chart",
        "kind",
        "reference",
        "memo",
        "total",
        "fund_id",
        "reverses_id",
    )
    return {"unit_code": voucher.unit.code, **{name: getattr(voucher, name) for name in same}}


def _line(voucher: Voucher, line: VoucherLine) -> dict[str, Any]:
    chart = chart_named(voucher.chart)
    posting = chart.posting(line.key, voucher.unit.union_kind)
    return {
        "key": line.key,
        "account": line.account,
        "title": chart.accounts[line.account].labels[reader_language()],
        "verified": posting is None or posting.verified,
        "debit": line.debit,
        "credit": line.credit,
    }


def shown(desk: Desk[Any], voucher: Voucher) -> dict[str, Any]:
    """A voucher as its page shows it."""
    return {
        **summary(voucher),
        "lines": [_line(voucher, line) for line in reading.lines_of(desk.session, voucher.id)],
        "posted_at": voucher.posted_at,
        "keep_until": keep_until("voucher", voucher.posted_on),
    }


@bp.route("/vouchers", methods=["GET"])
@operation("ledger.read")
@bp.arguments(VoucherQuery, location="query")
@bp.response(200, VoucherPage)
def list_vouchers(desk: Desk[None], query: dict[str, Any]) -> Any:
    """凭证列表 / Vouchers in order of posting."""
    part = window(query)
    rows = reading.list_vouchers(desk.session, desk.actor, after=part.after, limit=part.limit, **query)
    shelf = page(rows, part.limit)
    return {"items": [summary(each) for each in shelf.items], "next": shelf.next}


@bp.route("/vouchers/<uuid:voucher_id>", methods=["GET"])
@operation("ledger.read", load=reading.find_voucher)
@bp.response(200, VoucherView)
def get_voucher(desk: Desk[Voucher]) -> Any:
    """凭证详情 / One voucher."""
    return shown(desk, desk.thing)


@bp.route("/vouchers/<uuid:voucher_id>/form.pdf", methods=["GET"])
@operation("ledger.read", load=reading.find_voucher)
@bp.response(200, FILE, content_type="application/pdf")
def print_form(desk: Desk[Voucher]) -> Response:
    """记账凭证（打印） / The voucher as paper, with the payments behind it."""
    content = print_voucher(desk.session, desk.actor, desk.thing, reader_language())
    return download(content, "application/pdf", f"voucher-{desk.thing.year}-{desk.thing.number:06d}.pdf")


@bp.route("/vouchers/<uuid:voucher_id>/destruction", methods=["POST"])
@operation("ledger.keep", load=reading.find_voucher, keyed=True)
@bp.arguments(DestructionBody)
@bp.response(200, VoucherView)
def ask_destruction(desk: Desk[Voucher], body: dict[str, Any]) -> Any:
    """申请销毁 / Ask that a voucher be destroyed; refused while it must be kept."""
    return shown(desk, destruction.ask_destruction(desk.session, desk.actor, desk.thing, body["reason"]))


@bp.route("/vouchers/<uuid:voucher_id>/annex", methods=["GET"])
@operation("ledger.read", load=reading.find_voucher)
@bp.arguments(PageQuery, location="query")
@bp.response(200, AnnexPage)
def list_annex(desk: Desk[Voucher], query: dict[str, Any]) -> Any:
    """凭证附件清单 / The payments that a voucher sums up."""
    part = window(query)
    rows = reading.annex_of(desk.session, desk.thing.id, after=part.after, limit=part.limit)
    shelf = page(rows, part.limit, key=lambda row: row[0].id)
    items = [
        {
            "disbursement_id": payment.id,
            "application_id": payment.application_id,
            "case_number": number,
            "account_last4": payment.payee_last4,
            "amount": payment.amount,
        }
        for payment, number in shelf.items
    ]
    return {"items": items, "next": shelf.next}


@bp.route("/receipts", methods=["POST"])
@operation("ledger.keep", keyed=True, moves_money=True)
@bp.arguments(ReceiptBody)
@bp.response(201, VoucherView)
def book_money_in(desk: Desk[None], body: dict[str, Any]) -> Any:
    """收款入账 / Book money that came in for a fund."""
    fund = kept_fund(desk.session, desk.actor, body.pop("fund_id"))
    voucher = book_receipt(desk.session, desk.actor, fund, **body)
    voucher = reading.find_voucher(desk.session, desk.actor, voucher.id)
    return shown(desk, voucher), 201, {"Location": f"/api/v1/ledger/vouchers/{voucher.id}"}
