"""Accounts with their grants and declared relatives, which share the account's version; kept by admins."""

from __future__ import annotations

from typing import Any

from marshmallow import validate

from api import fields
from api.arguments import Blueprint
from api.auth import Password
from api.guard import Desk, created, etag, operation
from api.paging import Page, PageQuery, page, page_of, window
from benefits.access import accounts, grants, relatives
from benefits.access.accounts import Shown, kept_account, readable_account
from benefits.access.grants import GrantOf, kept_grant, readable_grant
from benefits.access.relatives import RelativeOf, kept_or_own, kept_relative, readable_or_own, readable_relative
from models.account import Account
from models.vocabulary import Role

bp = Blueprint("accounts", __name__, url_prefix="/accounts", description="账号、授权、亲属申报 / Accounts and grants")

_ID_NUMBER = {"description": "resident identity number; never shown again in full"}


class AccountQuery(PageQuery):
    """Filters: an exact user name; a unit with everything below it."""

    username = fields.Text(least=1, load_default=None)
    unit_code = fields.Text(least=1, load_default=None)


class AccountBody(fields.Body):
    """A new account of one person; its grants are given one by one."""

    username = fields.Text(
        required=True, validate=validate.Regexp(r"[A-Za-z0-9._-]{2,64}\Z", error="username_malformed")
    )
    password = Password(required=True)
    name = fields.Text(least=1, most=100, required=True)
    id_number = fields.Text(least=1, most=60, required=True, load_only=True, metadata=_ID_NUMBER)
    unit_code = fields.Text(least=1, most=60, required=True)


class AccountChange(fields.Body):
    """What may change; `password` is a reset by an admin and, like disabling, ends every sign-in of the account."""

    name = fields.Text(least=1, most=100, load_default=None, allow_none=False)
    enabled = fields.Flag(load_default=None, allow_none=False)
    password = Password(load_default=None, allow_none=False)


class AccountView(fields.Body):
    """An account; `id_number` is masked."""

    id = fields.Id(required=True)
    username = fields.Text(required=True)
    name = fields.Text(required=True)
    id_number = fields.Text(required=True, allow_none=True)
    unit_code = fields.Text(required=True)
    enabled = fields.Flag(required=True)
    created_at = fields.Instant(required=True)


class GrantBody(fields.Body):
    """A role over the subtree of a unit, from a day until a day, both inclusive; without the second, until revoked."""

    role = fields.Text(choices=tuple(Role), required=True)
    unit_code = fields.Text(least=1, most=60, required=True)
    valid_from = fields.Day(required=True)
    valid_until = fields.Day(load_default=None, allow_none=True)


class GrantView(fields.Body):
    """A grant, past and revoked ones too."""

    id = fields.Id(required=True, attribute="grant.id")
    role = fields.Text(required=True, attribute="grant.role")
    unit_code = fields.Text(required=True)
    valid_from = fields.Day(required=True, attribute="grant.valid_from")
    valid_until = fields.Day(required=True, allow_none=True, attribute="grant.valid_until")
    revoked_at = fields.Instant(required=True, allow_none=True, attribute="grant.revoked_at")
    created_at = fields.Instant(required=True, attribute="grant.created_at")


class RelativeBody(fields.Body):
    """A relative, and what they are to the account's person (GB/T 4761, in words)."""

    id_number = fields.Text(least=1, most=60, required=True, load_only=True, metadata=_ID_NUMBER)
    relation = fields.Text(least=1, most=40, required=True)


class RelativeView(fields.Body):
    """A declared relative; who it is stays with whoever declared it."""

    id = fields.Id(required=True)
    relation = fields.Text(required=True)
    created_at = fields.Instant(required=True)


@bp.route("", methods=["GET"])
@operation("account.read")
@bp.arguments(AccountQuery, location="query")
@bp.response(200, page_of(AccountView))
def list_accounts(desk: Desk[None], query: dict[str, Any]) -> Page[Shown]:
    """Accounts kept in the units that one may read, in order of creation."""
    part = window(query)
    found = page(
        accounts.page_of_accounts(desk.session, desk.actor, limit=part.limit, after=part.after, **query), part.limit
    )
    return Page(accounts.shown(desk.session, found.items), found.next)


@bp.route("", methods=["POST"])
@operation("account.keep", keyed=True)
@bp.arguments(AccountBody)
@bp.response(201, AccountView)
def create_account(desk: Desk[None], body: dict[str, Any]) -> tuple[Shown, int, dict[str, str]]:
    """Open an account, without grants, for the person with this identity number."""
    account = accounts.create_account(desk.session, desk.actor, **body)
    return accounts.shown(desk.session, [account])[0], 201, created(f"/accounts/{account.id}", account)


@bp.route("/<uuid:account_id>", methods=["GET"])
@operation("account.read", load=readable_account)
@bp.response(200, AccountView)
def read_account(desk: Desk[Account]) -> Shown:
    """One account."""
    return accounts.shown(desk.session, [desk.thing])[0]


@bp.route("/<uuid:account_id>", methods=["PATCH"])
@operation("account.keep", load=kept_account, conditional=True)
@bp.arguments(AccountChange)
@bp.response(200, AccountView)
def change_account(desk: Desk[Account], body: dict[str, Any]) -> Shown:
    """Rename, enable, disable, or reset the password (not one's own: that is `POST /me/password`)."""
    accounts.change_account(desk.session, desk.actor, desk.thing, **body)
    return accounts.shown(desk.session, [desk.thing])[0]


@bp.route("/<uuid:account_id>/grants", methods=["GET"])
@operation("account.read", load=readable_account)
@bp.arguments(PageQuery, location="query")
@bp.response(200, page_of(GrantView))
def list_grants(desk: Desk[Account], query: dict[str, Any]) -> Page[GrantOf]:
    """The account's grants in units that one may read, past and revoked ones too, in order of creation."""
    part = window(query)
    rows = grants.page_of_grants(desk.session, desk.actor, desk.thing, limit=part.limit, after=part.after)
    return page(rows, part.limit, key=lambda held: held.grant.id)


@bp.route("/<uuid:account_id>/grants", methods=["POST"])
@operation("account.keep", load=kept_account, keyed=True)
@bp.arguments(GrantBody)
@bp.response(201, GrantView)
def give_grant(desk: Desk[Account], body: dict[str, Any]) -> tuple[GrantOf, int, dict[str, str]]:
    """Grant a role in a unit that one keeps; never to oneself. The ETag is the account's."""
    held = grants.give(desk.session, desk.actor, desk.thing, **body)
    return held, 201, created(f"/accounts/{desk.thing.id}/grants/{held.grant.id}", desk.thing)


@bp.route("/<uuid:account_id>/grants/<uuid:grant_id>", methods=["GET"])
@operation("account.read", load=readable_grant)
@bp.response(200, GrantView)
def read_grant(desk: Desk[GrantOf]) -> tuple[GrantOf, int, dict[str, str]]:
    """One grant. The ETag is the account's."""
    return desk.thing, 200, {"ETag": etag(desk.thing.account)}


@bp.route("/<uuid:account_id>/grants/<uuid:grant_id>", methods=["DELETE"])
@operation("account.keep", load=kept_grant, conditional=True)
@bp.response(204)
def revoke_grant(desk: Desk[GrantOf]) -> None:
    """Revoke a grant at once; it stays in the list. If-Match is the account's ETag."""
    grants.revoke(desk.session, desk.actor, desk.thing)


@bp.route("/<uuid:account_id>/relatives", methods=["GET"])
@operation(load=readable_or_own)
@bp.arguments(PageQuery, location="query")
@bp.response(200, page_of(RelativeView))
def list_relatives(desk: Desk[Account], query: dict[str, Any]) -> Page[Any]:
    """What is declared on one's own account or on one that one may read."""
    part = window(query)
    return page(relatives.page_of_relatives(desk.session, desk.thing, limit=part.limit, after=part.after), part.limit)


@bp.route("/<uuid:account_id>/relatives", methods=["POST"])
@operation(load=kept_or_own, keyed=True)
@bp.arguments(RelativeBody)
@bp.response(201, RelativeView)
def declare_relative(desk: Desk[Account], body: dict[str, Any]) -> tuple[Any, int, dict[str, str]]:
    """Declare a relative of one's own, or on an account that one keeps. The ETag is the account's."""
    declared = relatives.declare(desk.session, desk.actor, desk.thing, **body)
    path = f"/accounts/{desk.thing.id}/relatives/{declared.relative.id}"
    return declared.relative, 201, created(path, desk.thing)


@bp.route("/<uuid:account_id>/relatives/<uuid:relative_id>", methods=["GET"])
@operation(load=readable_relative)
@bp.response(200, RelativeView)
def read_relative(desk: Desk[RelativeOf]) -> tuple[Any, int, dict[str, str]]:
    """One declaration. The ETag is the account's."""
    return desk.thing.relative, 200, {"ETag": etag(desk.thing.account)}


@bp.route("/<uuid:account_id>/relatives/<uuid:relative_id>", methods=["DELETE"])
@operation("account.keep", load=kept_relative, conditional=True)
@bp.response(204)
def take_back_relative(desk: Desk[RelativeOf]) -> None:
    """Take back a declaration; not one's own. If-Match is the account's ETag."""
    relatives.take_back(desk.session, desk.actor, desk.thing)
