"""The goods account: `/goods/account` as JSON, XLSX and PDF of the same lines."""

from __future__ import annotations

from typing import Any

from flask import Response

from api.arguments import Blueprint
from api.download import FILE, XLSX, download
from api.fields import Body, Day, Flag, Id, Items, Money, Part, Text, Whole
from api.guard import Desk, operation
from api.language import reader_language
from benefits.money.goods import account as accounts

bp = Blueprint("goods_account", __name__, url_prefix="/goods", description="物资进销存 / The goods account")


class AccountQuery(Body):
    """Which unit (with those below), and which days, both inclusive; this year until today without them."""

    unit = Text(load_default=None, most=64)
    since = Day(load_default=None)
    until = Day(load_default=None)


class AccountLineView(Body):
    """A lot over the period: opening + received + counted = issued − returned + sent_back + written_off + closing."""

    lot_id = Id(required=True)
    unit_code = Text(required=True)
    name = Text(required=True)
    specification = Text(required=True, allow_none=True)
    batch_number = Text(required=True, allow_none=True)
    expires_on = Day(required=True, allow_none=True)
    measure = Text(required=True)
    unit_price = Money(required=True)
    opening = Whole(required=True)
    received = Whole(required=True)
    issued = Whole(required=True)
    returned = Whole(required=True)
    sent_back = Whole(required=True)
    written_off = Whole(required=True)
    counted = Whole(required=True)
    closing = Whole(required=True)
    amount = Money(required=True)
    reconciled = Flag(required=True)


class AccountView(Body):
    """The account of the lots in sight, whole."""

    since = Day(required=True)
    until = Day(required=True)
    reconciled = Flag(required=True)
    amount = Money(required=True)
    lines = Items(Part(AccountLineView), required=True)


def _account(desk: Desk[None], query: dict[str, Any]) -> accounts.Account:
    return accounts.account(
        desk.session, desk.actor, unit_code=query["unit"], since=query["since"], until=query["until"]
    )


@bp.route("/account", methods=["GET"])
@operation("goods.read")
@bp.arguments(AccountQuery, location="query")
@bp.response(200, AccountView)
def get_account(desk: Desk[None], query: dict[str, Any]) -> Any:
    """物资进销存 / The goods account: what came in, went out and is left, to the unit."""
    return _account(desk, query)


@bp.route("/account.xlsx", methods=["GET"])
@operation("goods.read")
@bp.arguments(AccountQuery, location="query")
@bp.response(200, FILE, content_type=XLSX)
def account_workbook(desk: Desk[None], query: dict[str, Any]) -> Response:
    """物资进销存表（XLSX） / The account as a workbook."""
    with accounts.account_workbook(_account(desk, query), reader_language()) as content:
        return download(content.read(), XLSX, "goods-account.xlsx")


@bp.route("/account.pdf", methods=["GET"])
@operation("goods.read")
@bp.arguments(AccountQuery, location="query")
@bp.response(200, FILE, content_type="application/pdf")
def account_sheet(desk: Desk[None], query: dict[str, Any]) -> Response:
    """物资进销存表（PDF） / The account on paper, to be signed."""
    content = accounts.account_sheet(desk.session, desk.actor, _account(desk, query), reader_language())
    return download(content, "application/pdf", "goods-account.pdf")
