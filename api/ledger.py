"""The books as a whole: the trial balance, the export for another program, closed months."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Response

from api.arguments import Blueprint
from api.download import FILE, download
from api.fields import Body, Day, Instant, Items, Money, Part, QueryFlag, QueryWhole, Text, Whole
from api.guard import Desk, operation
from api.language import reader_language
from benefits.core.errors import invalid
from benefits.core.money import NOTHING
from benefits.money.ledger import month as months
from benefits.money.ledger import reading
from benefits.money.ledger.beancount import Books, beancount
from models.ledger import ClosedMonth

bp = Blueprint("ledger", __name__, url_prefix="/ledger", description="账簿 / Books")


class BalanceQuery(Body):
    """Whose books, as of the end of which day."""

    unit = Text(required=True, least=1, most=64)
    on = Day(required=True)
    before_closing = QueryFlag(load_default=False, metadata={"description": "leave out the year's closing entries"})


class BalanceLine(Body):
    """One account; a negative opening or closing stands in credit."""

    chart = Text(required=True)
    account = Text(required=True)
    title = Text(required=True)
    kind = Text(required=True)
    opening = Money(required=True, signed=True)
    debit = Money(required=True, signed=True)
    credit = Money(required=True, signed=True)
    closing = Money(required=True, signed=True)


class BalanceView(Body):
    """The trial balance: the sums of debits and credits are equal, and all closings together are nothing."""

    unit_code = Text(required=True)
    on = Day(required=True)
    lines = Items(Part(BalanceLine), required=True, most=10_000)
    debit = Money(required=True, signed=True)
    credit = Money(required=True, signed=True)


class ExportQuery(Body):
    """Whose books, which days."""

    unit = Text(required=True, least=1, most=64)
    format = Text(load_default="beancount", choices=("beancount",))
    first = Day(required=True)
    last = Day(required=True)


class MonthBody(Body):
    """A month that is over."""

    unit_code = Text(required=True, least=1, most=64)
    year = Whole(required=True, least=2000, most=2100)
    month = Whole(required=True, least=1, most=12)


class MonthView(MonthBody):
    """A month in which nothing more is posted."""

    closed_at = Instant(required=True)


class MonthQuery(Body):
    """Whose year."""

    unit = Text(required=True, least=1, most=64)
    year = QueryWhole(required=True, least=2000, most=2100)


class MonthList(Body):
    """The closed months of a year."""

    items = Items(Part(MonthView), required=True)


@bp.route("/trial-balance", methods=["GET"])
@operation("ledger.read")
@bp.arguments(BalanceQuery, location="query")
@bp.response(200, BalanceView)
def get_trial_balance(desk: Desk[None], query: dict[str, Any]) -> Any:
    """试算平衡表 / Every account as it stands at the end of a day."""
    lines = reading.trial_balance(
        desk.session, desk.actor, query["unit"], query["on"], before_closing=query["before_closing"]
    )
    return {
        "unit_code": query["unit"],
        "on": query["on"],
        "lines": [
            {
                "chart": each.chart,
                "account": each.account.code,
                "title": each.account.labels[reader_language()],
                "kind": each.account.kind,
                "opening": each.opening,
                "debit": each.debit,
                "credit": each.credit,
                "closing": each.closing,
            }
            for each in lines
        ],
        "debit": sum((each.debit for each in lines), NOTHING),
        "credit": sum((each.credit for each in lines), NOTHING),
    }


@bp.route("/export", methods=["GET"])
@operation("ledger.read")
@bp.arguments(ExportQuery, location="query")
@bp.response(200, FILE, content_type="text/plain")
def export_books(desk: Desk[None], query: dict[str, Any]) -> Response:
    """导出账簿 / The books of a period as beancount text, to be checked by another program."""
    if query["last"] < query["first"]:
        raise invalid("/last", "days_out_of_order")
    found = reading.vouchers_between(desk.session, desk.actor, query["unit"], query["first"], query["last"])
    before, after = (
        reading.standing_before(desk.session, desk.actor, query["unit"], day)
        for day in (query["first"], query["last"] + timedelta(days=1))
    )
    text = "".join(beancount(Books(query["unit"], query["first"], query["last"], before, after, found)))
    return download(text.encode(), "text/plain; charset=utf-8", f"ledger-{query['first']}-{query['last']}.beancount")


@bp.route("/months", methods=["POST"])
@operation("ledger.keep", keyed=True, moves_money=True)
@bp.arguments(MonthBody)
@bp.response(201, MonthView)
def close_month(desk: Desk[None], body: dict[str, Any]) -> Any:
    """结账 / Close a month that is over."""
    closed = months.close_month(desk.session, desk.actor, **body)
    return _month(body["unit_code"], closed), 201, {"Location": f"/api/v1/ledger/months?unit={body['unit_code']}"}


@bp.route("/months", methods=["GET"])
@operation("ledger.read")
@bp.arguments(MonthQuery, location="query")
@bp.response(200, MonthList)
def list_months(desk: Desk[None], query: dict[str, Any]) -> Any:
    """已结账月份 / The closed months of a year."""
    rows = months.closed_months(desk.session, desk.actor, query["unit"], query["year"])
    return {"items": [_month(query["unit"], each) for each in rows]}


def _month(unit_code: str, closed: ClosedMonth) -> dict[str, Any]:
    return {"unit_code": unit_code, "year": closed.year, "month": closed.month, "closed_at": closed.closed_at}
