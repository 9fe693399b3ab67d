"""From an account to an actor: its grants in force at an instant, what is lent to it, and the scope they open."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Date,
    Select,
    Text,
    Uuid,
    bindparam,
    cast,
    func,
    null,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import Session

from benefits.access import sign_ins
from benefits.core.actor import UNION_ZONE, Actor, Held, Lent
from benefits.core.errors import NotSignedIn
from models.account import Account, Grant
from models.database import Scope, set_scope
from models.delegation import Delegation
from models.vocabulary import Role


def _close_to(person: Any) -> ColumnElement[Any]:
    """A person and who is close to them.

    Both ways, and from whichever account of a person: who declared whom keeps each away from the other's case. Who sits
    in one hardship file with them is known to be close to them without any declaration.
    """
    return cast(func.household_people(func.array_append(func.relatives_of(person), person)), ARRAY(Text))


def _question() -> Select[Any]:
    """Who is close to `person`, beside each grant of `account` in force on `today`, its own or lent to it."""
    account, person, today = (
        bindparam("account", type_=Uuid),
        bindparam("person", type_=Uuid),
        bindparam("today", type_=Date),
    )
    own = select(
        # `unit_path` answers whatever the scope, which these very grants are about to open.
        Grant.role,
        Grant.unit_id,
        func.unit_path(Grant.unit_id).label("path"),
        *(null().label(name) for name in ("id", "account_id", "person_id", "name", "limit", "relatives")),
    ).where(
        Grant.account_id == account,
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
        _close_to(giver),
    ).where(
        Delegation.to_account_id == account,
        Delegation.valid_until >= today,
        func.delegation_stands(Delegation.id, today),
    )
    held, near = union_all(own, lent).subquery(), select(_close_to(person).label("close")).subquery()
    return select(near.c.close, *held.c).outerjoin_from(near, held, true())


_STANDING = _question()  # asked by every request: written once


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
    grants, relatives = _standing(session, account, at.astimezone(UNION_ZONE).date())
    paths = tuple(sorted({grant.path for grant in grants}))
    medical = tuple(sorted({grant.path for grant in grants if grant.role == Role.SCREENING_MEDICAL}))
    set_scope(session, Scope(account_id=account.id, request_id=request_id, paths=paths, medical=medical))
    return Actor(
        account_id=account.id,
        person_id=account.person_id,
        name=account.name,
        unit_id=account.unit_id,
        grants=grants,
        request_id=request_id,
        at=at,
        relatives=relatives,
    )


def _standing(session: Session, account: Account, today: date) -> tuple[tuple[Held, ...], frozenset[UUID]]:
    """The account's own grants and those lent to it, and whom its person keeps away from, in one question."""
    values = {"account": account.id, "person": account.person_id, "today": today}
    rows = session.execute(_STANDING, values).all()
    return tuple(_held(row) for row in rows if row.role), _others(rows[0].close, account.person_id)


def _others(people: Sequence[str], person: UUID) -> frozenset[UUID]:
    return frozenset(map(UUID, people)) - {person}


def _held(row: Any) -> Held:
    if row.id is None:
        return Held(row.role, row.path, row.unit_id)
    close = _others(row.relatives, row.person_id)
    return Held(
        row.role, row.path, row.unit_id, Lent(row.id, row.account_id, row.person_id, row.name, row.limit, close)
    )
