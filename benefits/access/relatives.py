"""Declared relatives, from whose cases an account's person keeps away: declared by oneself, taken back by an admin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from benefits.access.accounts import kept_account, person_by_number, readable_account, require_other_person
from benefits.core.actor import Actor
from benefits.core.errors import NotFound
from models.account import Account, Relative


@dataclass(frozen=True)
class RelativeOf:
    """A declared relative with the account, whose version it shares."""

    account: Account
    relative: Relative

    @property
    def version(self) -> int:
        """The account's."""
        return self.account.version


def readable_or_own(session: Session, actor: Actor, account_id: UUID) -> Account:
    """The actor's own account, or one that the actor may read; raises NotFound."""
    if account_id == actor.account_id:
        return session.get_one(Account, account_id)
    return readable_account(session, actor, account_id)


def kept_or_own(session: Session, actor: Actor, account_id: UUID) -> Account:
    """The actor's own account, or one that the actor keeps, locked; raises NotFound, NotPermitted."""
    if account_id == actor.account_id:
        return session.get_one(Account, account_id, with_for_update=True, populate_existing=True)
    return kept_account(session, actor, account_id)


def kept_relative(session: Session, actor: Actor, account_id: UUID, relative_id: UUID) -> RelativeOf:
    """A relative declared on an account that the actor keeps, the account locked; raises NotFound, NotPermitted."""
    return _declared(session, kept_account(session, actor, account_id), relative_id)


def readable_relative(session: Session, actor: Actor, account_id: UUID, relative_id: UUID) -> RelativeOf:
    """A relative declared on the actor's own account or on one that the actor may read; raises NotFound."""
    return _declared(session, readable_or_own(session, actor, account_id), relative_id)


def _declared(session: Session, account: Account, relative_id: UUID) -> RelativeOf:
    relative = session.get(Relative, relative_id)
    if relative is None or relative.account_id != account.id:
        raise NotFound
    return RelativeOf(account, relative)


def page_of_relatives(session: Session, account: Account, *, limit: int, after: UUID | None) -> Sequence[Relative]:
    """What is declared on the account, in order."""
    query = select(Relative).where(Relative.account_id == account.id)
    if after is not None:
        query = query.where(Relative.id > after)
    return session.scalars(query.order_by(Relative.id).limit(limit + 1)).all()


def declare(session: Session, actor: Actor, account: Account, *, id_number: str, relation: str) -> RelativeOf:
    """Declare the person with this identity number, known to the system or not.

    Raises:
        Invalid: the identity number. AlreadyExists (at the flush): declared already.
    """
    relative = Relative(
        account_id=account.id,
        unit_id=account.unit_id,
        person_id=person_by_number(session, id_number, actor.today),
        relation=relation,
    )
    session.add(relative)
    account.touched_at = actor.at
    session.flush()
    return RelativeOf(account, relative)


def take_back(session: Session, actor: Actor, declared: RelativeOf) -> None:
    """Remove a declaration; nobody removes their own, as it would open the relative's case to them."""
    require_other_person(actor, declared.account)
    session.delete(declared.relative)
    declared.account.touched_at = actor.at
    session.flush()
