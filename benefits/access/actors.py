"""From an account to an actor: its grants in force at an instant, what is lent to it, and the scope they open."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Text, cast, func, null, select, union_all
from sqlalchemy.orm import Session

from benefits.access import sign_ins
from benefits.core.actor import UNION_ZONE, Actor, Held, Lent
from benefits.core.errors import NotSignedIn
from models.account import Account, Grant
from models.database import Scope, set_scope
from models.delegation import Delegation
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
    """The account's own grants and those lent to it, in one question."""
    own = select(
        # `unit_path` answers whatever the scope, which these very grants are about to open.
        Grant.role,
        Grant.unit_id,
        func.unit_path(Grant.unit_id).label("path"),
        *(null().label(name) for name in ("id", "account_id", "person_id", "name", "limit", "relatives")),
    ).where(
        Grant.account_id == account_id,
        Grant.revoked_at.is_(None),
        Grant.valid_from <= today,
        (Grant.valid_until.is_(None)) | (Grant.valid_until >= today),
    )
    giver = Delegation.from_person_id
    lent = select(
        Delegation.role,
        Delegation.unit_id,
        func.unit_path(Delegation.unit_id),
        Delegation.id,
        Delegation.from_account_id,
        giver,
        Delegation.from_name,
        Delegation.amount_limit,
        cast(func.household_people(func.array_append(func.relatives_of(giver), giver)), ARRAY(Text)),
    ).where(
        Delegation.to_account_id == account_id,
        Delegation.valid_until >= today,
        func.delegation_stands(Delegation.id, today),
    )
    return tuple(_held(row) for row in session.execute(union_all(own, lent)))


def _held(row: Any) -> Held:
    if row.id is None:
        return Held(row.role, row.path, row.unit_id)
    close = frozenset(map(UUID, row.relatives)) - {row.person_id}
    return Held(
        row.role, row.path, row.unit_id, Lent(row.id, row.account_id, row.person_id, row.name, row.limit, close)
    )
