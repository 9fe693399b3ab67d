"""Accounts: who has a way in, kept by the admins of the unit that the account belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from benefits.access.passwords import hash_password, require_sound
from benefits.access.person import register_person
from benefits.access.reach import within
from benefits.access.sign_ins import set_password
from benefits.core.actor import Actor
from benefits.core.errors import NotFound, NotPermitted, invalid
from benefits.core.identity import NotAnIdentity, mask_identity, parse_identity
from models.account import Account, Grant
from models.database import Scope, set_scope
from models.person import Person
from models.secrecy import secrecy
from models.unit import Unit


@dataclass(frozen=True)
class Shown:
    """An account as its page shows it; `id_number` is masked, None once the person's key is destroyed."""

    id: UUID
    username: str
    name: str
    id_number: str | None
    unit_code: str
    enabled: bool
    created_at: datetime


def page_of_accounts(
    session: Session, actor: Actor, *, limit: int, after: UUID | None, username: str | None, unit_code: str | None
) -> Sequence[Account]:
    """Accounts that the actor may read, in order of creation, one more than `limit` if there are more.

    `username` is exact; `unit_code` takes the unit's whole subtree.
    """
    query = select(Account).join(Unit, Unit.id == Account.unit_id).where(within(actor, "account.read"))
    if after is not None:
        query = query.where(Account.id > after)
    if username is not None:
        query = query.where(Account.username == username)
    if unit_code is not None:
        query = query.where(
            func.starts_with(Unit.path, select(Unit.path).where(Unit.code == unit_code).scalar_subquery())
        )
    return session.scalars(query.order_by(Account.id).limit(limit + 1)).all()


def readable_account(session: Session, actor: Actor, account_id: UUID) -> Account:
    """An account that the actor may read.

    Raises:
        NotFound: there is none, or it is not the actor's to see.
    """
    return _found(session, actor, account_id)


def kept_account(session: Session, actor: Actor, account_id: UUID) -> Account:
    """An account that the actor keeps, locked.

    Raises:
        NotFound: as for reading. NotPermitted: the actor may only read it.
    """
    account = _found(session, actor, account_id, lock=True)
    actor.require("account.keep", unit_path(session, account.unit_id))
    return account


def _found(session: Session, actor: Actor, account_id: UUID, *, lock: bool = False) -> Account:
    query = select(Account).join(Unit, Unit.id == Account.unit_id)
    query = query.where(Account.id == account_id, within(actor, "account.read"))
    if lock:
        query = query.with_for_update(of=Account)
    account = session.scalar(query.execution_options(populate_existing=True))
    if account is None:
        raise NotFound
    return account


def create_account(
    session: Session, actor: Actor, *, username: str, password: str, name: str, id_number: str, unit_code: str
) -> Account:
    """A new account without grants for the person with this identity number, known to the system or not.

    Raises:
        Invalid: the identity number, the unit or the password is not acceptable. NotPermitted: the unit is not kept.
        AlreadyExists (at the flush): the user name is taken.
    """
    unit = kept_unit(session, actor, unit_code)
    require_sound(password, username, "/password")
    account = Account(
        username=username,
        name=name,
        person_id=person_by_number(session, id_number, actor.today),
        unit_id=unit.id,
        password_hash=hash_password(password),
        sign_ins_valid_from=actor.at,
    )
    session.add(account)
    session.flush()
    return account


def change_account(
    session: Session, actor: Actor, account: Account, *, name: str | None, enabled: bool | None, password: str | None
) -> None:
    """Change what is given of a kept account. A new password or disabling ends all its sign-ins.

    Raises:
        NotPermitted: a password of one's own (which asks for the current one), or of an account that is granted
            more than the actor keeps: whoever sets it could sign in with it. Invalid: the password.
    """
    if name is not None:
        account.name = name
    if password is not None:
        require_other_person(actor, account)
        if not all(actor.may("account.keep", path) for path in _granted_paths(session, actor, account)):
            raise NotPermitted(permission="account.keep")
        set_password(account, password, actor.at, "/password")
    if enabled is not None and enabled != account.enabled:
        account.enabled = enabled
        # Moves the stamp that sign-ins carry: none of them comes back when the account is enabled again.
        account.sign_ins_valid_from = actor.at
    session.flush()


def require_other_person(actor: Actor, account: Account) -> None:
    """Refuse with `NotPermitted` where the account is the actor's own, or another one of the same person."""
    if account.person_id == actor.person_id:
        raise NotPermitted(permission="account.keep")


def person_by_number(session: Session, id_number: str, today: date) -> UUID:
    """The person with this identity number, registered if new; raises Invalid at `/id_number`."""
    try:
        identity = parse_identity(id_number, today=today)
    except NotAnIdentity as fault:
        code = fault.code if fault.code != "id_malformed" else "identity_malformed"  # an id is a UUID on the wire
        raise invalid("/id_number", code) from None
    return register_person(session, identity)


def kept_unit(session: Session, actor: Actor, unit_code: str) -> Unit:
    """The unit with this code, in which the actor keeps accounts.

    Raises:
        Invalid: `unit_unknown` at `/unit_code`. NotPermitted: a unit that the actor sees but does not keep.
    """
    unit = session.scalar(select(Unit).where(Unit.code == unit_code))
    if unit is None:
        raise invalid("/unit_code", "unit_unknown")
    actor.require("account.keep", unit.path)
    return unit


def unit_path(session: Session, unit_id: UUID) -> str:
    """Where a unit stands in the tree, whatever the scope."""
    path: str = session.scalars(select(func.unit_path(unit_id))).one()
    return path


def account_person(session: Session, account_id: UUID) -> UUID:
    """Whose account it is, whichever unit keeps it: for checks by person."""
    person_id: UUID = session.scalars(select(func.account_person(account_id))).one()
    return person_id


def shown(session: Session, accounts: Sequence[Account]) -> list[Shown]:
    """The pages of these accounts."""
    rows = session.execute(
        select(Account.id, Unit.code, Person.id, Person.id_cipher, Person.key_wrapped)
        .join(Unit, Unit.id == Account.unit_id)
        .join(Person, Person.id == Account.person_id)
        .where(Account.id.in_([account.id for account in accounts]))
    )
    about = {row[0]: (row[1], _masked(session, row[2], row[3], row[4])) for row in rows}
    return [
        Shown(
            id=account.id,
            username=account.username,
            name=account.name,
            id_number=about[account.id][1],
            unit_code=about[account.id][0],
            enabled=account.enabled,
            created_at=account.created_at,
        )
        for account in accounts
    ]


def _masked(session: Session, person_id: UUID, cipher: bytes, wrapped: bytes | None) -> str | None:
    if wrapped is None:
        return None
    keys = secrecy(session)
    key = keys.unwrap(bytes(wrapped), person_id)
    return mask_identity(keys.decrypt(key, person_id, "id_number", bytes(cipher)).decode())


def _granted_paths(session: Session, actor: Actor, account: Account) -> list[str]:
    """Where the account's grants stand, now or later; read in the account's own scope, as the actor's may hide some."""
    set_scope(session, Scope(account_id=account.id, request_id=actor.request_id))
    paths = session.scalars(
        select(func.unit_path(Grant.unit_id)).where(
            Grant.account_id == account.id,
            Grant.revoked_at.is_(None),
            (Grant.valid_until.is_(None)) | (Grant.valid_until >= actor.today),
        )
    ).all()
    set_scope(session, Scope(account_id=actor.account_id, request_id=actor.request_id, paths=actor.paths()))
    return list(paths)
