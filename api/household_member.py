"""The family in a hardship file: `/households/{id}/members`."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from api.arguments import Blueprint
from api.fields import Body, Day, Items, Json, Text
from api.guard import Desk, operation
from api.household import SeatView, shown_seat
from api.paging import PageQuery, page_of, page_of_all
from benefits.casework.household import member as family
from benefits.casework.household.file import find_household, lock_household
from benefits.casework.household.reading import DISCLOSABLE, disclose_member, read_household
from benefits.core.code_table import code_table
from models.household import Household

bp = Blueprint("household_member", __name__, url_prefix="/households", description="家庭成员 / Families of files")

RELATIONS = tuple(code for code in code_table("family_relation").labels if code != "01")


class MemberPatch(Body):
    """What may change; absent fields stay, null clears."""

    relation = Text(choices=RELATIONS)
    guardian_consented_on = Day(allow_none=True)
    details = Json()


class MemberBody(MemberPatch):
    """A person of the household; a child under 14 needs the day of a guardian's consent."""

    relation = Text(required=True, choices=RELATIONS)
    details = Json(required=True)


class DisclosureBody(Body):
    """Which numbers, and what for."""

    fields_ = Items(Text(choices=DISCLOSABLE), least=1, most=2, required=True, data_key="fields", attribute="fields")
    purpose = Text(required=True, least=1, most=200)


class DisclosureView(Body):
    """The numbers that were asked, in the clear."""

    id_number = Text(allow_none=True)
    phone = Text(allow_none=True)


def _seat(desk: Desk[Household], row_id: UUID) -> dict[str, Any]:
    reading = read_household(desk.session, desk.actor, desk.thing, private=False)
    return shown_seat(next(each for each in reading.members if each.row.id == row_id))


@bp.route("/<uuid:household_id>/members", methods=["GET"])
@operation("household.read", load=find_household)
@bp.arguments(PageQuery, location="query")
@bp.response(200, page_of(SeatView))
def list_members(desk: Desk[Household], query: dict[str, Any]) -> Any:
    """家庭成员 / The persons of the household beside its head; health that is shown is recorded."""
    reading = read_household(desk.session, desk.actor, desk.thing)
    part = page_of_all(reading.members, query, key=lambda each: each.row.id)
    return {"items": [shown_seat(each) for each in part.items], "next": part.next}


@bp.route("/<uuid:household_id>/members", methods=["POST"])
@operation("household.keep", load=lock_household, keyed=True, conditional=True)
@bp.arguments(MemberBody)
@bp.response(201, SeatView)
def add_member(desk: Desk[Household], body: dict[str, Any]) -> Any:
    """登记家庭成员 / Enter a person; the ETag is the file's new one."""
    row = family.add_member(desk.session, desk.actor, desk.thing, body)
    place = f"/api/v1/households/{desk.thing.id}/members/{row.id}"
    return _seat(desk, row.id), 201, {"Location": place, "ETag": f'"{desk.thing.version}"'}


@bp.route("/<uuid:household_id>/members/<uuid:member_id>", methods=["PATCH"])
@operation("household.keep", load=lock_household, conditional=True)
@bp.arguments(MemberPatch)
@bp.response(200, SeatView)
def change_member(desk: Desk[Household], body: dict[str, Any], member_id: UUID) -> Any:
    """变更家庭成员 / Change a person; the ETag is the file's new one."""
    family.change_member(desk.session, desk.actor, desk.thing, member_id, body)
    return _seat(desk, member_id)


@bp.route("/<uuid:household_id>/members/<uuid:member_id>", methods=["DELETE"])
@operation("household.keep", load=lock_household, conditional=True)
@bp.response(204)
def take_out(desk: Desk[Household], member_id: UUID) -> Any:
    """移出家庭成员 / A person leaves the household; the row stays for the auditor."""
    family.take_out(desk.session, desk.actor, desk.thing, member_id)


@bp.route("/<uuid:household_id>/members/<uuid:member_id>/disclosures", methods=["POST"])
@operation("household.private", load=find_household)
@bp.arguments(DisclosureBody)
@bp.response(200, DisclosureView)
def disclose(desk: Desk[Household], body: dict[str, Any], member_id: UUID) -> Any:
    """查看完整号码 / Numbers in the clear; recorded with the purpose."""
    return disclose_member(desk.session, desk.actor, desk.thing, member_id, body["fields"], body["purpose"])
