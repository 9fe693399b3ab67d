"""Sign-ins: opened with a password, renewed with a refresh secret that works once, ended.

A sign-in stands only while its account's password does: `refresh_hash` holds the digest of the secret that works now,
and after it a stamp of the account's `sign_ins_valid_from` when it was opened. A change of the password, or disabling
the account, thus ends every sign-in of it at once, whoever does it and whatever the clock says.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from hmac import compare_digest
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from benefits.access import throttle
from benefits.access.passwords import NOBODYS, hash_password, hashed_otherwise, password_fits, require_sound
from benefits.access.throttle import Attempt
from benefits.core.actor import Actor
from benefits.core.errors import NotSignedIn
from benefits.record.writer import write_entry
from models.account import Account, SignIn
from models.columns import new_id
from models.database import Scope, set_scope

_DIGEST = 32


@dataclass(frozen=True)
class Opened:
    """What the tokens of a sign-in are made of; `secret` renews it once, until `expires_at`."""

    account_id: UUID
    sign_in_id: UUID
    secret: str
    expires_at: datetime


def sign_in(session: Session, attempt: Attempt, password: str, *, hours: int) -> Opened | None:
    """Open a sign-in for so many hours, or None: unknown user, wrong password or disabled account, which look alike.

    With None the failure has been counted and recorded; the caller commits it and then refuses.

    Raises:
        TooMany: nothing was tried.
    """
    set_scope(session, Scope(request_id=attempt.request_id))
    throttle.require_room(session, attempt)
    account_id = session.scalar(select(func.account_by_username(attempt.username)))
    set_scope(session, Scope(account_id=account_id, request_id=attempt.request_id))
    account = _locked(session, account_id)
    fits = password_fits(account.password_hash if account else NOBODYS, password)
    if account is None or not fits or not account.enabled:
        # Nobody is signed in: the entry names the account as its object, not as the one who acted.
        set_scope(session, Scope(request_id=attempt.request_id))
        throttle.count(session, attempt)
        _record(session, "sign_in_failed", "password", account, attempt)
        return None
    throttle.forget(session, attempt)
    if hashed_otherwise(account.password_hash):
        account.password_hash = hash_password(password)
    _record(session, "sign_in", "password", account, attempt)
    return _open(session, account, attempt.at, hours)


def renew(
    session: Session, account_id: UUID, sign_in_id: UUID, secret: str, *, at: datetime, request_id: str
) -> Opened | None:
    """Give the sign-in a new secret for this one, or None: the secret was used before.

    A secret that comes twice was copied: with None the sign-in has been ended, and the caller commits that and refuses.
    Two tabs that renew together end it too, and the person signs in again.

    Raises:
        NotSignedIn: the sign-in is over, or its account is gone or disabled.
    """
    set_scope(session, Scope(account_id=account_id, request_id=request_id))
    found = live(session, account_id, sign_in_id, at, lock=True)
    if found is None:
        raise NotSignedIn
    row, account = found
    if not compare_digest(row.refresh_hash[:_DIGEST], _digest(secret)):
        row.ended_at = at
        session.flush()
        _record(session, "sign_out", "secret_reused", account)
        return None
    fresh = secrets.token_urlsafe(32)
    row.refresh_hash = _digest(fresh) + _stamp(account)
    session.flush()
    return Opened(account_id, sign_in_id, fresh, row.expires_at)


def sign_out(session: Session, actor: Actor, sign_in_id: UUID) -> None:
    """End one of the actor's sign-ins."""
    row = session.get_one(SignIn, sign_in_id)
    row.ended_at = actor.at
    session.flush()
    write_entry(session, kind="sign_out", action="asked", table="sign_in", row=sign_in_id, unit_id=actor.unit_id)


def change_password(
    session: Session, actor: Actor, attempt: Attempt, current: str, new: str, *, hours: int
) -> Opened | None:
    """Change the actor's own password and open a new sign-in, all earlier ones being over; None: `current` is wrong.

    With None the failure has been counted; the caller commits it and then refuses. `attempt` may leave its name empty.

    Raises:
        TooMany: nothing was tried. Invalid: the new password is too short, too long or too common.
    """
    username = session.get_one(Account, actor.account_id).username
    attempt = replace(attempt, username=username)
    throttle.require_room(session, attempt)
    account = _locked(session, actor.account_id)
    if account is None or not password_fits(account.password_hash, current):
        throttle.count(session, attempt)
        return None
    set_password(account, new, actor.at, "/new")
    session.flush()
    throttle.forget(session, attempt)
    _record(session, "sign_in", "password_changed", account, attempt)
    return _open(session, account, actor.at, hours)


def set_password(account: Account, password: str, at: datetime, pointer: str) -> None:
    """Give a locked account a new password, which ends its sign-ins; raises Invalid at `pointer`."""
    require_sound(password, account.username, pointer)
    account.password_hash = hash_password(password)
    account.sign_ins_valid_from = at


def live(
    session: Session, account_id: UUID, sign_in_id: UUID, at: datetime, *, lock: bool = False
) -> tuple[SignIn, Account] | None:
    """A sign-in that stands at this instant, with its account, in the account's own scope; None where it does not."""
    query = (
        select(SignIn, Account)
        .join(Account, Account.id == SignIn.account_id)
        .where(
            SignIn.id == sign_in_id,
            SignIn.account_id == account_id,
            SignIn.ended_at.is_(None),
            SignIn.expires_at > at,
            Account.enabled,
        )
        .execution_options(populate_existing=True)
    )
    found = session.execute(query.with_for_update(of=SignIn) if lock else query).one_or_none()
    if found is None or found[0].refresh_hash[_DIGEST:] != _stamp(found[1]):
        return None
    return found[0], found[1]


def _open(session: Session, account: Account, at: datetime, hours: int) -> Opened:
    opened = Opened(account.id, new_id(), secrets.token_urlsafe(32), at + timedelta(hours=hours))
    session.add(
        SignIn(
            id=opened.sign_in_id,
            account_id=account.id,
            refresh_hash=_digest(opened.secret) + _stamp(account),
            expires_at=opened.expires_at,
        )
    )
    session.flush()
    return opened


def _locked(session: Session, account_id: UUID | None) -> Account | None:
    """The account, held until the transaction ends: no password changes while one is being checked."""
    query = select(Account).where(Account.id == account_id).with_for_update()
    return session.scalar(query.execution_options(populate_existing=True))


def _digest(secret: str) -> bytes:
    return sha256(secret.encode()).digest()


def _stamp(account: Account) -> bytes:
    return sha256(str(account.sign_ins_valid_from.timestamp()).encode()).digest()[:8]


def _record(session: Session, kind: str, action: str, account: Account | None, attempt: Attempt | None = None) -> None:
    write_entry(
        session,
        kind=kind,
        action=action,
        table="account",
        row=account.id if account else None,
        unit_id=account.unit_id if account else None,
        data={"network": throttle.network_mark(session, attempt)} if attempt else {},
    )
