"""From an account to an actor: its grants in force at an instant, and the scope they open."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ARRAY, Text, cast, func, select
from sqlalchemy.orm import Session

from benefits.access import sign_ins
from benefits.core.actor import UNION_ZONE, Actor, Held
from benefits.core.errors import NotSignedIn
from models.account import Account, Grant
from models.database import Scope, set_scope
from models.vocabulary import Role


def load_actor(session: Session, account_id: UUID, at: datetime, request_id: str) -> Actor:
    """The account as it stands now, with the session's scope opened to its grants.

    Raises:
        NotSignedIn: the account does not exist or is disabled.
    """
    set_scope(session, Scope(account_id=account_id, request_id=request_id))
    account = session.get(Account, account_id, populate_existing=True)
    if account is None or not account.enabled:
        raise NotSignedIn
    return _actor(session, account, at, request_id)


def actor_of_sign_in(session: Session, account_id: UUID, sign_in_id: UUID, at: datetime, request_id: str) -> Actor:
    """The actor behind an access token, if its sign-in has not ended.

    Raises:
        NotSignedIn: the sign-in ended, or the account is gone or disabled.
    """
    set_scope(session, Scope(account_id=account_id, request_id=request_id))
    found = sign_ins.live(session, account_id, sign_in_id, at)
    if found is None:
        raise NotSignedIn
    return _actor(session, found[1], at, request_id)


def _actor(session: Session, account: Account, at: datetime, request_id: str) -> Actor:
    grants = _grants_in_force(session, account.id, at.astimezone(UNION_ZONE).date())
    paths = tuple(sorted({grant.path for grant in grants}))
    medical = tuple(sorted({grant.path for grant in grants if grant.role == Role.SCREENING_MEDICAL}))
    set_scope(session, Scope(account_id=account.id, request_id=request_id, paths=paths, medical=medical))
    # Both ways, and from whichever account of a person: who declared whom keeps each away from the other's case. Who
    # sits in one hardship file with them is known to be close to them without any declaration.
    close = func.array_append(func.relatives_of(account.person_id), account.person_id)
    relatives = session.scalars(select(cast(func.household_people(close), ARRAY(Text)))).one()
    return Actor(
        account_id=account.id,
        person_id=account.person_id,
        name=account.name,
        unit_id=account.unit_id,
        grants=grants,
        request_id=request_id,
        at=at,
        relatives=frozenset(map(UUID, relatives)) - {account.person_id},
    )


def _grants_in_force(session: Session, account_id: UUID, today: date) -> tuple[Held, ...]:
    held = session.execute(
        # `unit_path` answers whatever the scope, which these very grants are about to open.
        select(Grant.role, Grant.unit_id, func.unit_path(Grant.unit_id).label("path")).where(
            Grant.account_id == account_id,
            Grant.revoked_at.is_(None),
            Grant.valid_from <= today,
            (Grant.valid_until.is_(None)) | (Grant.valid_until >= today),
        )
    )
    return tuple(Held(row.role, row.path, row.unit_id) for row in held)
