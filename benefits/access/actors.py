"""From an account to an actor: its grants in force at an instant, and the scope they open."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from benefits.core.actor import UNION_ZONE, Actor, Held
from benefits.core.errors import NotSignedIn
from models.account import Account, Grant, Relative, SignIn
from models.database import Scope, set_scope


def load_actor(session: Session, account_id: UUID, at: datetime, request_id: str) -> Actor:
    """The account as it stands now, with the session's scope opened to its grants.

    Raises:
        NotSignedIn: the account does not exist or is disabled.
    """
    set_scope(session, Scope(account_id=account_id, request_id=request_id))
    account = session.get(Account, account_id, populate_existing=True)
    if account is None or not account.enabled:
        raise NotSignedIn
    today = at.astimezone(UNION_ZONE).date()
    held = session.execute(
        # `unit_path` answers whatever the scope, which these very grants are about to open.
        select(Grant.role, Grant.unit_id, func.unit_path(Grant.unit_id).label("path")).where(
            Grant.account_id == account_id,
            Grant.revoked_at.is_(None),
            Grant.valid_from <= today,
            (Grant.valid_until.is_(None)) | (Grant.valid_until >= today),
        )
    ).all()
    relatives = session.scalars(select(Relative.person_id).where(Relative.account_id == account_id))
    actor = Actor(
        account_id=account_id,
        person_id=account.person_id,
        name=account.name,
        unit_id=account.unit_id,
        grants=tuple(Held(row.role, row.path, row.unit_id) for row in held),
        request_id=request_id,
        at=at,
        relatives=frozenset(relatives),
    )
    set_scope(session, Scope(account_id=account_id, request_id=request_id, paths=actor.paths()))
    return actor


def actor_of_sign_in(session: Session, account_id: UUID, sign_in_id: UUID, at: datetime, request_id: str) -> Actor:
    """The actor behind an access token, if its sign-in has not ended.

    Raises:
        NotSignedIn: the sign-in ended, or the account is gone or disabled.
    """
    set_scope(session, Scope(account_id=account_id, request_id=request_id))
    live = session.scalar(
        select(SignIn.id).where(
            SignIn.id == sign_in_id,
            SignIn.account_id == account_id,
            SignIn.ended_at.is_(None),
            SignIn.expires_at > at,
        )
    )
    if live is None:
        raise NotSignedIn
    return load_actor(session, account_id, at, request_id)
