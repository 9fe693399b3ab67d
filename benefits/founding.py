"""The first two rows of a union in production: its root unit and its first administrator."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from benefits.access.passwords import hash_password, require_sound
from benefits.access.person import register_person
from benefits.core.actor import UNION_ZONE
from benefits.core.errors import AlreadyExists, invalid
from benefits.core.identity import NotAnIdentity, parse_identity
from models.account import Account, Grant
from models.columns import new_id
from models.unit import Unit
from models.vocabulary import Role, UnionKind


def found(
    session: Session,
    *,
    code: str,
    name: str,
    username: str,
    person: str,
    id_number: str,
    password: str,
    at: datetime,
) -> Account:
    """Make the root unit `code` and an administrator over all of it, who makes every other account and unit.

    Raises:
        AlreadyExists: a union has been founded here. Invalid: the identity number or the password.
    """
    if session.scalar(select(Unit.code).limit(1)) is not None:
        raise AlreadyExists(code=code)
    require_sound(password, username, "/password")
    try:
        identity = parse_identity(id_number, today=at.astimezone(UNION_ZONE).date())
    except NotAnIdentity as fault:
        raise invalid("/id_number", fault.code) from None
    root = Unit(id=new_id(), code=code, name=name, path=f"/{code}/", union_kind=UnionKind.COUNTY_AND_ABOVE)
    session.add(root)
    session.flush()
    account = Account(
        id=new_id(),
        username=username,
        name=person,
        person_id=register_person(session, identity),
        unit_id=root.id,
        password_hash=hash_password(password),
        sign_ins_valid_from=at,
    )
    session.add(account)
    session.flush()
    today = at.astimezone(UNION_ZONE).date()
    session.add(Grant(account_id=account.id, unit_id=root.id, role=Role.ADMIN, valid_from=today))
    session.flush()
    return account
