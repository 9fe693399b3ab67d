"""Premiums and participation: `/mutual-aid/premium-payments`, a unit's one transfer; `/mutual-aid/participation`."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from flask import Response

from api.arguments import Blueprint
from api.cover import PLANS
from api.download import FILE, download
from api.fields import Body, Day, Flag, Id, Instant, Money, Text, Whole
from api.guard import Desk, operation
from api.language import reader_language
from api.paging import PageQuery, page, page_of, window
from benefits.casework.cover import premium as premiums
from benefits.casework.cover.participation import Participation, participation
from benefits.casework.cover.register import print_register
from models.cover import PremiumPayment

bp = Blueprint(
    "premium_payment", __name__, url_prefix="/mutual-aid", description="互助费与参保率 / Premiums and participation"
)


class PremiumBody(Body):
    """A unit's transfer for all covers of a plan and term that wait; the members' part goes to `pool_fund_id`."""

    unit_code = Text(required=True, least=1, most=64)
    plan = Text(required=True, choices=PLANS)
    term_start_on = Day(required=True)
    payer = Text(required=True, choices=("unit", "individual"))
    amount = Money(required=True)
    paid_on = Day(required=True)
    bank_serial = Text(required=True, least=1, most=64)
    pool_fund_id = Id(load_default=None, allow_none=True)


class PremiumView(Body):
    """A confirmed transfer: what of it members paid is held for the plan, and what the unit paid."""

    id = Id(required=True)
    unit_code = Text(required=True)
    plan = Text(required=True, choices=PLANS)
    term_start_on = Day(required=True)
    covers = Whole(required=True)
    amount = Money(required=True)
    members_part = Money(required=True)
    unit_part = Money(required=True)
    pool_fund_id = Id(required=True, allow_none=True)
    paid_on = Day(required=True)
    bank_serial = Text(required=True)
    confirmed_by = Id(required=True)
    confirmed_at = Instant(required=True)


class PremiumQuery(PageQuery):
    """Filters of the list."""

    unit = Text(load_default=None, most=64)
    plan = Text(load_default=None, choices=PLANS)


class ParticipationView(Body):
    """A unit's workers in service (women only for the women's plan), those covered, and the ratio the plan wants."""

    unit_code = Text(required=True)
    unit_name = Text(required=True)
    group = Whole(required=True)
    covered = Whole(required=True)
    ratio = Text(required=True, allow_none=True)
    wanted = Text(required=True, allow_none=True)
    met = Flag(required=True, allow_none=True)
    example = Flag(required=True)


class ParticipationQuery(PageQuery):
    """Which plan and term; `unit` means its whole subtree."""

    unit = Text(required=True, most=64)
    plan = Text(required=True, choices=PLANS)
    term_start_on = Day(required=True)


class RegisterQuery(Body):
    """Which unit, plan and term."""

    unit = Text(required=True, most=64)
    plan = Text(required=True, choices=PLANS)
    term_start_on = Day(required=True)


PremiumPage, ParticipationPage = page_of(PremiumView), page_of(ParticipationView)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_SHOWN = (
    *("id", "plan", "term_start_on", "covers", "amount", "members_part", "unit_part", "pool_fund_id", "paid_on"),
    *("bank_serial", "confirmed_by", "confirmed_at"),
)


def _shown(payment: PremiumPayment) -> dict[str, Any]:
    return {**{name: getattr(payment, name) for name in _SHOWN}, "unit_code": payment.unit.code}


def show_ratio(ratio: Fraction | None) -> str | None:
    """A ratio with four decimals."""
    if ratio is None:
        return None
    exact = Decimal(ratio.numerator) / Decimal(ratio.denominator)
    return str(exact.quantize(Decimal("0.0001"), ROUND_HALF_UP))


def _line(of: Participation) -> dict[str, Any]:
    return {
        "unit_code": of.unit.code,
        "unit_name": of.unit.name,
        "group": of.group,
        "covered": of.covered,
        "ratio": show_ratio(of.ratio),
        "wanted": show_ratio(of.wanted),
        "met": of.met,
        "example": of.example,
    }


@bp.route("/premium-payments", methods=["GET"])
@operation("cover.read")
@bp.arguments(PremiumQuery, location="query")
@bp.response(200, PremiumPage)
def list_premiums(desk: Desk[None], query: dict[str, Any]) -> Any:
    """已确认的互助费 / The transfers that finance confirmed."""
    part = window(query)
    query["unit_code"] = query.pop("unit")
    rows = premiums.list_premiums(desk.session, desk.actor, after=part.after, limit=part.limit, **query)
    shelf = page(rows, part.limit)
    return {"items": [_shown(each) for each in shelf.items], "next": shelf.next}


@bp.route("/premium-payments", methods=["POST"])
@operation("premium.confirm", keyed=True, moves_money=True)
@bp.arguments(PremiumBody)
@bp.response(201, PremiumView)
def confirm_premium(desk: Desk[None], body: dict[str, Any]) -> Any:
    """确认单位统一缴纳的互助费 / Confirm a unit's transfer; the covers that waited are in force."""
    payment = premiums.confirm_premium(desk.session, desk.actor, **body)
    # Nothing about it ever changes: its version is the first.
    headers = {"Location": f"/api/v1/mutual-aid/premium-payments/{payment.id}", "ETag": '"1"'}
    return _shown(payment), 201, headers


@bp.route("/premium-payments/<uuid:premium_id>", methods=["GET"])
@operation("cover.read", load=premiums.find_premium)
@bp.response(200, PremiumView)
def get_premium(desk: Desk[PremiumPayment]) -> Any:
    """一笔互助费 / One transfer."""
    return _shown(desk.thing), 200, {"ETag": '"1"'}


@bp.route("/participation", methods=["GET"])
@operation("cover.read")
@bp.arguments(ParticipationQuery, location="query")
@bp.response(200, ParticipationPage)
def get_participation(desk: Desk[None], query: dict[str, Any]) -> Any:
    """参保率 / How many of each unit's workers take part, beside what the plan wants."""
    part = window(query)
    query["unit_code"] = query.pop("unit")
    rows = participation(desk.session, desk.actor, after=part.after, limit=part.limit, **query)
    shelf = page(rows, part.limit, key=lambda line: line.unit.id)
    return {"items": [_line(each) for each in shelf.items], "next": shelf.next}


def _register(desk: Desk[None], query: dict[str, Any], form: str, media_type: str) -> Response:
    query["unit_code"] = query.pop("unit")
    content = print_register(desk.session, desk.actor, form=form, language=reader_language(), **query)
    return download(content, media_type, f"covers-{query['plan']}-{query['term_start_on']}.{form}")


@bp.route("/register.pdf", methods=["GET"])
@operation("cover.read")
@bp.arguments(RegisterQuery, location="query")
@bp.response(200, FILE, content_type="application/pdf")
def get_register(desk: Desk[None], query: dict[str, Any]) -> Response:
    """参保登记表（PDF） / The register of a unit's participants."""
    return _register(desk, query, "pdf", "application/pdf")


@bp.route("/register.xlsx", methods=["GET"])
@operation("cover.read")
@bp.arguments(RegisterQuery, location="query")
@bp.response(200, FILE, content_type=XLSX)
def get_register_workbook(desk: Desk[None], query: dict[str, Any]) -> Response:
    """参保登记表（XLSX） / The same as a workbook."""
    return _register(desk, query, "xlsx", XLSX)
