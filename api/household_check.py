"""`/households/{id}/checks`: 经济状况核对 by the civil-affairs centre, with the family's signatures."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from api.arguments import Blueprint
from api.fields import Body, Day, Id, Items, Part, Text
from api.guard import Desk, operation
from api.paging import PageQuery, page_of, page_of_all
from benefits.casework.household.economic_check import answer_check, checks_of, send_check
from benefits.casework.household.file import find_household, lock_household
from benefits.casework.household.sealed import read_sealed
from models.household import Household
from models.household_life import CheckAuthorisation, EconomicCheck
from models.vocabulary import CheckResult

bp = Blueprint("household_check", __name__, url_prefix="/households", description="经济状况核对 / Checks of means")

RESULTS = tuple(CheckResult)


class AuthorisationBody(Body):
    """授权委托书 of one person of the household (`id` of the seat)."""

    household_member_id = Id(required=True)
    signed_on = Day(required=True)


class CheckBody(Body):
    """What was sent to the centre; every grown-up of the household has signed."""

    reference = Text(required=True, least=1, most=100)
    sent_on = Day(required=True)
    authorisations = Items(Part(AuthorisationBody), required=True, least=1, most=30)


class AnswerBody(Body):
    """What the centre said, or `not_answered`."""

    answered_on = Day(required=True)
    result = Text(required=True, choices=RESULTS)
    note = Text(load_default=None, allow_none=True, most=2000)


class CheckView(Body):
    """A check; `note` is null for those who neither file nor decide, and in answers to acts."""

    id = Id(required=True)
    reference = Text(required=True)
    sent_on = Day(required=True)
    authorisations = Items(Part(AuthorisationBody), required=True)
    result = Text(required=True, allow_none=True, choices=RESULTS)
    answered_on = Day(required=True, allow_none=True)
    note = Text(required=True, allow_none=True)


_SHOWN = ("id", "reference", "sent_on", "result", "answered_on")


def _shown(check: EconomicCheck, signed: list[CheckAuthorisation], note: str | None = None) -> dict[str, Any]:
    return {**{name: getattr(check, name) for name in _SHOWN}, "authorisations": signed, "note": note}


def _of(desk: Desk[Household], check: EconomicCheck) -> dict[str, Any]:
    return _shown(*next(pair for pair in checks_of(desk.session, desk.thing) if pair[0].id == check.id))


@bp.route("/<uuid:household_id>/checks", methods=["GET"])
@operation("household.read", load=find_household)
@bp.arguments(PageQuery, location="query")
@bp.response(200, page_of(CheckView))
def list_checks(desk: Desk[Household], query: dict[str, Any]) -> Any:
    """核对记录 / The checks of a household's means."""
    part = page_of_all(checks_of(desk.session, desk.thing), query, key=lambda pair: pair[0].id)
    sealed = {check.id: check.note_cipher for check, _ in part.items}
    notes = read_sealed(desk.session, desk.actor, desk.thing, "note", sealed)
    return {"items": [_shown(*pair, notes.get(pair[0].id)) for pair in part.items], "next": part.next}


@bp.route("/<uuid:household_id>/checks", methods=["POST"])
@operation("household.keep", load=lock_household, keyed=True, conditional=True)
@bp.arguments(CheckBody)
@bp.response(201, CheckView)
def add_check(desk: Desk[Household], body: dict[str, Any]) -> Any:
    """发起核对 / Keep that the centre was asked; the ETag is the file's new one."""
    body["authorisations"] = [(each["household_member_id"], each["signed_on"]) for each in body["authorisations"]]
    check = send_check(desk.session, desk.actor, desk.thing, **body)
    return _of(desk, check), 201, {"Location": f"/api/v1/households/{desk.thing.id}/checks"}


@bp.route("/<uuid:household_id>/checks/<uuid:check_id>/answer", methods=["POST"])
@operation("household.keep", load=lock_household, keyed=True, conditional=True)
@bp.arguments(AnswerBody)
@bp.response(200, CheckView)
def answer(desk: Desk[Household], body: dict[str, Any], check_id: UUID) -> Any:
    """登记核对结果 / Keep the centre's answer."""
    return _of(desk, answer_check(desk.session, desk.actor, desk.thing, check_id, **body))
