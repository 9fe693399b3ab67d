"""`/households/{id}/incomes`: income month by month against the line of the month, and the cause of the hardship."""

from __future__ import annotations

from typing import Any

from api.arguments import Blueprint
from api.fields import Body, Day, Flag, Id, Money, Text, Whole
from api.guard import Desk, operation
from api.paging import PageQuery, page_of, page_of_all
from benefits.casework.household.cause import mark_cause
from benefits.casework.household.figures import usual_division
from benefits.casework.household.file import find_household, lock_household
from benefits.casework.household.income import Month, incomes_of, record_income
from models.household import Household

bp = Blueprint("household_income", __name__, url_prefix="/households", description="家庭月收入 / Incomes by month")


class IncomeBody(Body):
    """A month's income of the whole household; a correction names the row that holds the month."""

    month = Day(required=True)
    income = Money(required=True)
    persons = Whole(required=True, least=1, most=99)
    division = Text(load_default=usual_division(), least=1, most=12)
    evidence = Text(load_default=None, allow_none=True, most=200)
    replaces_id = Id(load_default=None, allow_none=True)


class IncomeView(Body):
    """A month as it is judged: per head against the line; `gap` is how much more per person would be above it."""

    id = Id(required=True)
    month = Day(required=True)
    income = Money(required=True)
    persons = Whole(required=True)
    division = Text(required=True)
    evidence = Text(required=True, allow_none=True)
    replaces_id = Id(required=True, allow_none=True)
    per_head = Money(required=True)
    line = Money(required=True, allow_none=True)
    above = Flag(required=True, allow_none=True)
    gap = Money(required=True, allow_none=True)


class CauseBody(Body):
    """Since when the cause is removed; null: it is there again."""

    removed_on = Day(required=True, allow_none=True)


class CauseView(Body):
    """Since when the cause of the hardship is removed."""

    removed_on = Day(required=True, allow_none=True)


_ROW = ("id", "month", "income", "persons", "division", "evidence", "replaces_id")


def _shown(each: Month) -> dict[str, Any]:
    judged = {name: getattr(each, name) for name in ("per_head", "line", "above", "gap")}
    return {**{name: getattr(each.row, name) for name in _ROW}, **judged}


@bp.route("/<uuid:household_id>/incomes", methods=["GET"])
@operation("household.read", load=find_household)
@bp.arguments(PageQuery, location="query")
@bp.response(200, page_of(IncomeView))
def list_incomes(desk: Desk[Household], query: dict[str, Any]) -> Any:
    """月收入记录 / Every row, corrected ones too, in order of recording."""
    part = page_of_all(incomes_of(desk.session, desk.thing), query, key=lambda each: each.row.id)
    return {"items": [_shown(each) for each in part.items], "next": part.next}


@bp.route("/<uuid:household_id>/incomes", methods=["POST"])
@operation("household.keep", load=lock_household, keyed=True, conditional=True)
@bp.arguments(IncomeBody)
@bp.response(201, IncomeView)
def add_income(desk: Desk[Household], body: dict[str, Any]) -> Any:
    """登记月收入 / Keep a month's income; the ETag is the file's new one."""
    row = record_income(desk.session, desk.actor, desk.thing, **body)
    held = next(each for each in incomes_of(desk.session, desk.thing) if each.row and each.row.id == row.id)
    return _shown(held), 201, {"Location": f"/api/v1/households/{desk.thing.id}/incomes"}


@bp.route("/<uuid:household_id>/cause", methods=["POST"])
@operation("household.keep", load=lock_household, keyed=True, conditional=True)
@bp.arguments(CauseBody)
@bp.response(200, CauseView)
def mark(desk: Desk[Household], body: dict[str, Any]) -> Any:
    """致困原因是否消除 / Mark the cause of the hardship removed, or there again."""
    return {"removed_on": mark_cause(desk.session, desk.actor, desk.thing, body["removed_on"]).cause_removed_on}
