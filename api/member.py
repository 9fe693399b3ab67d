"""Members: `/members`, one membership each; what is secret is masked, and unmasked only for a recorded purpose."""

from __future__ import annotations

from typing import Any

from api import fields
from api.arguments import Blueprint
from api.guard import Desk, created, operation
from api.honour import HonourView
from api.paging import PageQuery, page, page_of, window
from benefits.core.code_table import code_table
from benefits.core.identity import mask_account
from benefits.registry import member_list, members
from benefits.registry.disclosure import DISCLOSABLE, disclose, masked_id_number
from benefits.registry.members import disclosable_member, find_member, kept_member
from models.membership import Membership
from models.vocabulary import MembershipState, Sex

bp = Blueprint("member", __name__, url_prefix="/members", description="会员 / Members")


def _codes(table: str) -> tuple[str, ...]:
    return tuple(code_table(table).labels)


class MemberQuery(PageQuery):
    """Filters: a part of the name or the beginning of its pinyin; a unit with all below it; so many months unpaid."""

    name = fields.Text(least=1, load_default=None)
    staff_number = fields.Text(least=1, load_default=None)
    unit_code = fields.Text(least=1, load_default=None)
    state = fields.Text(choices=tuple(MembershipState), load_default=None)
    dues_behind_months = fields.QueryWhole(least=1, most=600, load_default=None)


class AccountBody(fields.Body):
    """Where the member is paid; the number is 13 to 19 digits with a Luhn check."""

    holder = fields.Text(required=True, least=1, most=60)
    account_number = fields.Text(required=True, least=13, most=30)
    bank = fields.Text(required=True, least=1, most=100)


class MemberPatch(fields.Body):
    """What may change; absent fields stay, null clears."""

    name = fields.Text(least=1, most=60)
    state = fields.Text(choices=tuple(MembershipState))
    employment_type = fields.Text(choices=_codes("employment_type"))
    staff_number = fields.Text(least=1, most=60, allow_none=True)
    ethnicity = fields.Text(choices=_codes("ethnicity"), allow_none=True, metadata={"description": "GB/T 3304"})
    education = fields.Text(choices=_codes("education"), allow_none=True, metadata={"description": "GB/T 4658"})
    political_status = fields.Text(
        choices=_codes("political_status"), allow_none=True, metadata={"description": "GB/T 4762"}
    )
    department = fields.Text(least=1, most=100, allow_none=True)
    post = fields.Text(least=1, most=100, allow_none=True)
    frontline = fields.Flag(allow_none=True)
    outdoor = fields.Flag(allow_none=True)
    work_started_on = fields.Day(allow_none=True)
    joined_on = fields.Day(allow_none=True)
    dues_paid_through = fields.Day(allow_none=True)
    phone = fields.Text(least=1, most=20, allow_none=True)
    account = fields.Part(AccountBody, allow_none=True)


class MemberBody(MemberPatch):
    """A person to register in a unit; birth date and sex are read from the identity number."""

    unit_code = fields.Text(required=True, least=1, most=60)
    id_number = fields.Text(required=True, least=1, most=60)
    name = fields.Text(required=True, least=1, most=60)
    state = fields.Text(choices=tuple(MembershipState), load_default=MembershipState.ACTIVE)
    employment_type = fields.Text(required=True, choices=_codes("employment_type"))


class AccountView(fields.Body):
    """An account by its last four digits."""

    holder = fields.Text(required=True, allow_none=True)
    account_number = fields.Text(required=True, metadata={"description": "masked"})
    bank = fields.Text(required=True, allow_none=True)


class MemberView(fields.Body):
    """A member of a unit; identity, phone and account numbers are masked."""

    id = fields.Id(required=True, metadata={"description": "the membership's; `member_id` elsewhere"})
    unit_code = fields.Text(required=True)
    name = fields.Text(required=True)
    id_number = fields.Text(required=True, allow_none=True, metadata={"description": "masked"})
    sex = fields.Text(required=True, choices=tuple(Sex))
    birth_date = fields.Day(required=True)
    state = fields.Text(required=True, choices=tuple(MembershipState))
    membership_active = fields.Flag(required=True)
    in_service = fields.Flag(required=True)
    employment_type = fields.Text(required=True)
    staff_number = fields.Text(required=True, allow_none=True)
    ethnicity = fields.Text(required=True, allow_none=True)
    education = fields.Text(required=True, allow_none=True)
    political_status = fields.Text(required=True, allow_none=True)
    department = fields.Text(required=True, allow_none=True)
    post = fields.Text(required=True, allow_none=True)
    frontline = fields.Flag(required=True, allow_none=True)
    outdoor = fields.Flag(required=True, allow_none=True)
    work_started_on = fields.Day(required=True, allow_none=True)
    joined_on = fields.Day(required=True, allow_none=True)
    dues_paid_through = fields.Day(required=True, allow_none=True)
    phone = fields.Text(required=True, allow_none=True, metadata={"description": "masked"})
    account = fields.Part(AccountView, required=True, allow_none=True)
    honours = fields.Items(fields.Part(HonourView), required=True)
    created_at = fields.Instant(required=True)


class SearchBody(fields.Body):
    """The identity number of a person; it never stands in a URL."""

    id_number = fields.Text(required=True, least=1, most=60)


class DisclosureBody(fields.Body):
    """Which secret fields, and what for; both enter the record."""

    names = fields.Items(
        fields.Text(choices=DISCLOSABLE), required=True, least=1, most=len(DISCLOSABLE), data_key="fields"
    )
    purpose = fields.Text(required=True, least=2, most=200)


class DisclosureView(fields.Body):
    """The fields that were asked for, in the clear; null where nothing is registered."""

    id_number = fields.Text(allow_none=True)
    phone = fields.Text(allow_none=True)
    account_number = fields.Text(allow_none=True)


_PLAIN = (
    *("id", "name", "state", "in_service", "employment_type", "staff_number", "ethnicity", "education", "honours"),
    *("political_status", "department", "post", "frontline", "outdoor", "work_started_on", "joined_on"),
    *("dues_paid_through", "created_at"),
)


def shown_member(desk: Desk[Any], member: Membership) -> dict[str, Any]:
    """A member as it is answered."""
    account = None
    if member.account_last4 is not None:
        account = {
            "holder": member.account_holder,
            "account_number": mask_account(member.account_last4),
            "bank": member.bank,
        }
    return {
        **{name: getattr(member, name) for name in _PLAIN},
        "unit_code": member.unit.code,
        "id_number": masked_id_number(desk.session, member),
        "sex": member.person.sex,
        "birth_date": member.person.birth_date,
        "membership_active": member.state != MembershipState.LEFT,
        "phone": member.phone_masked,
        "account": account,
    }


@bp.route("", methods=["GET"])
@operation("member.read")
@bp.arguments(MemberQuery, location="query")
@bp.response(200, page_of(MemberView))
def list_members(desk: Desk[None], query: dict[str, Any]) -> Any:
    """会员列表 / Members in the reader's units, in order of registration."""
    part = window(query)
    chosen = member_list.MemberFilter(**query)
    rows = member_list.list_members(desk.session, desk.actor, chosen, after=part.after, limit=part.limit)
    found = page(rows, part.limit)
    return {"items": [shown_member(desk, member) for member in found.items], "next": found.next}


@bp.route("", methods=["POST"])
@operation("member.register", keyed=True)
@bp.arguments(MemberBody)
@bp.response(201, MemberView)
def register_member(desk: Desk[None], body: dict[str, Any]) -> Any:
    """登记会员 / Register a member."""
    member = members.register_member(desk.session, desk.actor, **body)
    return shown_member(desk, member), 201, created(f"/members/{member.id}", member)


@bp.route("/searches", methods=["POST"])
@operation("member.read")
@bp.arguments(SearchBody)
@bp.response(200, page_of(MemberView))
def search_members(desk: Desk[None], body: dict[str, Any]) -> Any:
    """按身份证号码查找 / The memberships in sight of a person."""
    found = members.search_by_id_number(desk.session, desk.actor, body["id_number"])
    return {"items": [shown_member(desk, member) for member in found], "next": None}


@bp.route("/<uuid:member_id>", methods=["GET"])
@operation("member.read", load=find_member)
@bp.response(200, MemberView)
def get_member(desk: Desk[Membership]) -> Any:
    """一名会员 / One member."""
    return shown_member(desk, desk.thing)


@bp.route("/<uuid:member_id>", methods=["PATCH"])
@operation("member.register", load=kept_member, conditional=True)
@bp.arguments(MemberPatch)
@bp.response(200, MemberView)
def change_member(desk: Desk[Membership], body: dict[str, Any]) -> Any:
    """修改会员资料 / Change a member."""
    return shown_member(desk, members.change_member(desk.session, desk.actor, desk.thing, body))


@bp.route("/<uuid:member_id>/disclosures", methods=["POST"])
@operation("member.disclose", load=disclosable_member)
@bp.arguments(DisclosureBody)
@bp.response(200, DisclosureView)
def disclose_member(desk: Desk[Membership], body: dict[str, Any]) -> Any:
    """查看完整号码（留痕） / Secret fields in the clear; the view is recorded."""
    return disclose(desk.session, desk.actor, desk.thing, body["names"], body["purpose"])
