"""Grants: dated roles over subtrees, given and revoked by admins, never to oneself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from benefits.access.accounts import kept_account, kept_unit, readable_account, require_other_person, unit_path
from benefits.access.reach import within
from benefits.core.actor import Actor
from benefits.core.errors import NotFound, StateForbids, invalid
from models.account import Account, Grant
from models.unit import Unit


@dataclass(frozen=True)
class GrantOf:
    """A grant with its account, whose version it shares, and the code of the unit over which it is."""

    account: Account
    grant: Grant
    unit_code: str

    @property
    def version(self) -> int:
        """The account's."""
        return self.account.version


def page_of_grants(
    session: Session, actor: Actor, account: Account, *, limit: int, after: UUID | None
) -> list[GrantOf]:
    """The account's grants, past and revoked ones too, as far as their units are the actor's to read."""
    query = _grants(actor, account.id)
    if after is not None:
        query = query.where(Grant.id > after)
    rows = session.execute(query.order_by(Grant.id).limit(limit + 1)).all()
    return [GrantOf(account, grant, code) for grant, code in rows]


def readable_grant(session: Session, actor: Actor, account_id: UUID, grant_id: UUID) -> GrantOf:
    """One grant of an account; raises NotFound."""
    return _found(session, actor, readable_account(session, actor, account_id), grant_id)


def kept_grant(session: Session, actor: Actor, account_id: UUID, grant_id: UUID) -> GrantOf:
    """One grant of an account that the actor keeps, the account locked; raises NotFound, NotPermitted."""
    return _found(session, actor, kept_account(session, actor, account_id), grant_id)


def give(
    session: Session,
    actor: Actor,
    account: Account,
    *,
    role: str,
    unit_code: str,
    valid_from: date,
    valid_until: date | None,
) -> GrantOf:
    """Grant a locked account a role over a unit's subtree, both days inclusive.

    Raises:
        NotPermitted: the account's person is the actor, or the actor does not keep accounts in that unit.
        Invalid: the unit, or days out of order.
    """
    require_other_person(actor, account)
    unit = kept_unit(session, actor, unit_code)
    if valid_until is not None and valid_until < valid_from:
        raise invalid("/valid_until", "days_out_of_order")
    grant = Grant(
        account_id=account.id,
        unit_id=unit.id,
        role=role,
        valid_from=valid_from,
        valid_until=valid_until,
        granted_by=actor.account_id,
    )
    session.add(grant)
    account.touched_at = actor.at
    session.flush()
    return GrantOf(account, grant, unit.code)


def revoke(session: Session, actor: Actor, held: GrantOf) -> None:
    """End a grant at once; whoever used it is without it from the next request on.

    Raises:
        NotPermitted: its unit is not kept by the actor. StateForbids: it is revoked already.
    """
    actor.require("account.keep", unit_path(session, held.grant.unit_id))
    if held.grant.revoked_at is not None:
        raise StateForbids(state="revoked")
    held.grant.revoked_at = actor.at
    held.account.touched_at = actor.at
    session.flush()


def _found(session: Session, actor: Actor, account: Account, grant_id: UUID) -> GrantOf:
    row = session.execute(_grants(actor, account.id).where(Grant.id == grant_id)).one_or_none()
    if row is None:
        raise NotFound
    return GrantOf(account, *row)


def _grants(actor: Actor, account_id: UUID) -> Select[Grant, str]:
    query = select(Grant, Unit.code).join(Unit, Unit.id == Grant.unit_id)
    return query.where(Grant.account_id == account_id, within(actor, "account.read"))
