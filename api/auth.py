"""Sign-in: tokens for a user name and password, renewed once each, ended; and what the signed-in account is."""

from __future__ import annotations

from datetime import timedelta
from ipaddress import IPv6Address, ip_address
from typing import Any
from uuid import UUID

from flask import current_app, g, request
from flask.blueprints import BlueprintSetupState
from flask_jwt_extended import create_access_token, create_refresh_token, decode_token
from sqlalchemy.orm import Session

from api import clock, fields
from api.arguments import Blueprint
from api.guard import Desk, open_session, operation
from api.problems import refusal_response
from benefits.access import sign_ins
from benefits.access.accounts import unit_path
from benefits.access.sign_ins import Opened
from benefits.access.throttle import Attempt
from benefits.core.errors import NotSignedIn, SignInFailed, invalid
from benefits.core.permissions import PERMISSIONS
from models.account import Account

bp = Blueprint("sign-in", __name__, description="登录与令牌 / Signing in, and who one is")


@bp.record_once
def _strict_tokens(state: BlueprintSetupState) -> None:
    """Only an access token opens a route; every other is the one 401 problem, not the token library's own answers."""
    tokens = state.app.extensions["flask-jwt-extended"]
    tokens.token_verification_loader(lambda _header, claims: claims["type"] == "access")
    for loader in (
        tokens.unauthorized_loader,
        tokens.invalid_token_loader,
        tokens.expired_token_loader,
        tokens.token_verification_failed_loader,
    ):
        loader(lambda *_told: refusal_response(NotSignedIn()))


class Password(fields.Text):
    """A password as it was typed: no blank is cut off, nothing is shown again."""

    def __init__(self, **kwargs: Any) -> None:
        """Any length that can be a password's; what a new one must be is said where it is set."""
        super().__init__(least=1, most=1024, load_only=True, metadata={"format": "password"}, **kwargs)

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        super()._deserialize(value, *args, **kwargs)
        return value


class SignInBody(fields.Body):
    """A user name and its password."""

    username = fields.Text(least=1, most=200, required=True)
    password = Password(required=True)


class RefreshBody(fields.Body):
    """The refresh token, unless it comes as the bearer token."""

    refresh_token = fields.Text(least=1, most=4096, load_default=None)


class PasswordBody(fields.Body):
    """The account's password and the one to come: 8–128 characters, not an obvious one."""

    current = Password(required=True)
    new = Password(required=True)


class TokensView(fields.Body):
    """A pair of tokens: one for requests, for `expires_in` seconds; one to get the next pair, once."""

    access_token = fields.Text(required=True)
    refresh_token = fields.Text(required=True)
    token_type = fields.Text(required=True)
    expires_in = fields.Whole(required=True)


class HeldView(fields.Body):
    """A grant in force: a role over a unit's subtree, and what it permits; a lent one says by whom, up to how much."""

    role = fields.Text(required=True)
    unit_code = fields.Text(required=True)
    permissions = fields.Items(fields.Text(), required=True)
    on_behalf_of = fields.Text(required=True, allow_none=True)
    amount_limit = fields.Money(required=True, allow_none=True)


class MeView(fields.Body):
    """The signed-in account."""

    id = fields.Id(required=True)
    username = fields.Text(required=True)
    name = fields.Text(required=True)
    unit_code = fields.Text(required=True)
    grants = fields.Items(fields.Part(HeldView), required=True)


@bp.route("/auth/tokens", methods=["POST"])
@operation(public=True)
@bp.arguments(SignInBody)
@bp.response(200, TokensView)
def sign_in(body: dict[str, Any]) -> dict[str, Any]:
    """Sign in.

    Unknown user, wrong password and disabled account answer alike (401 `sign_in_failed`). Ten failures at an account
    or a hundred from a network within 15 minutes answer 429 `too_many` with `Retry-After`.
    """
    session = open_session()
    opened = sign_ins.sign_in(session, _attempt(body["username"]), body["password"], hours=_hours())
    return _tokens(_kept(session, opened, SignInFailed()))


@bp.route("/auth/tokens/refresh", methods=["POST"])
@operation(public=True)
@bp.arguments(RefreshBody)
@bp.response(200, TokensView)
def refresh(body: dict[str, Any]) -> dict[str, Any]:
    """Exchange a refresh token for a new pair; it comes as the bearer token or as `refresh_token` in the body.

    Each works once. One that comes a second time ends its whole sign-in, since it must have been copied: a client with
    two tabs lets one of them refresh.
    """
    session = open_session()
    claims = decode_token(body["refresh_token"] or _bearer())
    try:
        account_id, sign_in_id, secret = UUID(claims["sub"]), UUID(claims["sid"]), str(claims["secret"])
    except (KeyError, ValueError, TypeError, AttributeError):
        raise NotSignedIn from None
    if claims["type"] != "refresh":
        raise NotSignedIn
    opened = sign_ins.renew(session, account_id, sign_in_id, secret, at=clock.now(), request_id=g.request_id)
    return _tokens(_kept(session, opened, NotSignedIn()))


@bp.route("/auth/tokens", methods=["DELETE"])
@operation()
@bp.response(204)
def sign_out(desk: Desk[None]) -> None:
    """End this sign-in: its access and refresh tokens work no more."""
    sign_ins.sign_out(desk.session, desk.actor, g.sign_in_id)


@bp.route("/me", methods=["GET"])
@operation()
@bp.response(200, MeView)
def me(desk: Desk[None]) -> dict[str, Any]:
    """The signed-in account with its grants in force."""
    account = desk.session.get_one(Account, desk.actor.account_id)
    return {
        "id": account.id,
        "username": account.username,
        "name": account.name,
        "unit_code": _code(unit_path(desk.session, account.unit_id)),
        "grants": [
            {
                "role": held.role,
                "unit_code": _code(held.path),
                "permissions": sorted(name for name in PERMISSIONS if held.carries(name)),
                "on_behalf_of": held.lent.name if held.lent else None,
                "amount_limit": held.lent.limit if held.lent else None,
            }
            for held in desk.actor.grants
        ],
    }


@bp.route("/me/password", methods=["POST"])
@operation()
@bp.arguments(PasswordBody)
@bp.response(200, TokensView)
def change_password(desk: Desk[None], body: dict[str, Any]) -> dict[str, Any]:
    """Change one's own password. Every sign-in of the account ends, this one too; the answer opens a new one."""
    opened = sign_ins.change_password(
        desk.session, desk.actor, _attempt(""), body["current"], body["new"], hours=_hours()
    )
    return _tokens(_kept(desk.session, opened, invalid("/current", "password_wrong")))


def _kept(session: Session, opened: Opened | None, refusal: Exception) -> Opened:
    """What was opened; without it, commit what the refused try has written, and refuse."""
    if opened is None:
        session.commit()
        raise refusal
    return opened


def _tokens(opened: Opened) -> dict[str, Any]:
    minutes = timedelta(minutes=current_app.config["SETTINGS"].access_token_minutes)
    subject, sign_in_id = str(opened.account_id), str(opened.sign_in_id)
    left = opened.expires_at - clock.now()
    return {
        "access_token": create_access_token(subject, expires_delta=minutes, additional_claims={"sid": sign_in_id}),
        "refresh_token": create_refresh_token(
            subject, expires_delta=left, additional_claims={"sid": sign_in_id, "secret": opened.secret}
        ),
        "token_type": "Bearer",
        "expires_in": int(minutes.total_seconds()),
    }


def _bearer() -> str:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer":
        raise NotSignedIn
    return token.strip()


def _attempt(username: str) -> Attempt:
    limited = current_app.config["SETTINGS"].rate_limits
    return Attempt(username, _network(request.remote_addr or ""), clock.now(), g.request_id, limited)


def _network(address: str) -> str:
    """Whom one counts together: an IPv4 address, or the /64 that one IPv6 customer has."""
    try:
        ip = ip_address(address)
    except ValueError:
        return address
    if isinstance(ip, IPv6Address):
        return str(ip.ipv4_mapped or ip.exploded[:19])
    return str(ip)


def _hours() -> int:
    hours: int = current_app.config["SETTINGS"].refresh_token_hours
    return hours


def _code(path: str) -> str:
    return path.rstrip("/").rpartition("/")[2]
