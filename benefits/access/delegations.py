"""Delegations: a duty lent to another person for some days, over a unit and up to an amount, and revoked at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session, contains_eager

from benefits.access.delegation_figure import most_days_on
from benefits.access.reach import within
from benefits.core.actor import Actor
from benefits.core.errors import Fault, Invalid, NotFound, NotPermitted, StateForbids, invalid
from benefits.core.money import FEN, LARGEST
from models.delegation import Delegation
from models.delegation_vocabulary import DelegationState
from models.unit import Unit


@dataclass(frozen=True)
class Lending:
    """What is lent: whose duty, over which unit, to which account, for which days, up to how much, and why."""

    role: str
    unit_code: str
    to_username: str
    valid_from: date
    valid_until: date
    amount_limit: Decimal
    reason: str
    document: str | None = None


def give(session: Session, actor: Actor, lending: Lending) -> Delegation:
    """Lend one's own duty. What was lent cannot be lent again: only a grant of one's own is given from.

    Raises:
        NotPermitted: the actor does not hold the role over the unit by a grant of their own.
        Invalid: the unit, the account, one's own person or a relative, the days, or an amount of nothing.
    """
    unit = session.scalar(select(Unit).where(Unit.code == lending.unit_code, within(actor, "delegation.give")))
    if unit is None:
        raise invalid("/unit_code", "unit_unknown")
    if not any(
        held.lent is None and held.role == lending.role and unit.path.startswith(held.path) for held in actor.grants
    ):
        raise NotPermitted(permission="delegation.give")
    _require_sound(actor, lending)
    account_id, person_id, name = _delegate(session, actor, unit, lending.to_username)
    delegation = Delegation(
        unit_id=unit.id,
        role=lending.role,
        from_account_id=actor.account_id,
        from_person_id=actor.person_id,
        from_name=actor.name,
        to_account_id=account_id,
        to_person_id=person_id,
        to_name=name,
        valid_from=lending.valid_from,
        valid_until=lending.valid_until,
        amount_limit=lending.amount_limit,
        reason=lending.reason,
        document=lending.document,
    )
    session.add(delegation)
    session.flush()
    return find_delegation(session, actor, delegation.id)


def _require_sound(actor: Actor, lending: Lending) -> None:
    """Days that lie ahead, in order, and not too many; an amount."""
    faults = []
    if lending.amount_limit <= 0:
        faults.append(Fault("/amount_limit", "out_of_range", {"least": FEN, "most": LARGEST}))
    if lending.valid_from < actor.today:
        faults.append(Fault("/valid_from", "day_passed"))
    most = most_days_on(actor.today)
    if lending.valid_until < lending.valid_from:
        faults.append(Fault("/valid_until", "days_out_of_order"))
    elif lending.valid_until - lending.valid_from >= timedelta(days=most):
        faults.append(Fault("/valid_until", "delegation_too_long", {"most": most}))
    if faults:
        raise Invalid(faults)


def _delegate(session: Session, actor: Actor, unit: Unit, username: str) -> tuple[UUID, UUID, str]:
    """The account, person and name of whom the duty is lent to: a colleague's, or of the unit lent or below it."""
    found = session.scalar(select(func.delegate_by_username(username, actor.account_id, unit.path)))
    if found is None:
        raise invalid("/to_username", "delegate_unknown")
    account_id, person_id, name = found
    if UUID(person_id) == actor.person_id:
        raise invalid("/to_username", "delegate_is_self")
    if UUID(person_id) in actor.relatives:
        raise invalid("/to_username", "delegate_is_relative")
    return UUID(account_id), UUID(person_id), name


def _visible(actor: Actor) -> Select[Delegation]:
    """What one gave or got oneself, and what admins and auditors find in their units."""
    reached: ColumnElement[bool] = or_(
        Delegation.from_account_id == actor.account_id,
        Delegation.to_account_id == actor.account_id,
        within(actor, "account.read"),
    )
    return (
        select(Delegation)
        .join(Delegation.unit)
        .options(contains_eager(Delegation.unit))
        .where(reached)
        .execution_options(populate_existing=True)
    )


def find_delegation(session: Session, actor: Actor, delegation_id: UUID) -> Delegation:
    """A delegation that the actor may see; raises NotFound."""
    found = session.scalar(_visible(actor).where(Delegation.id == delegation_id))
    if found is None:
        raise NotFound
    return found


def lock_delegation(session: Session, actor: Actor, delegation_id: UUID) -> Delegation:
    """The same for an act, held until the transaction ends: acts under it are done by then, or not begun."""
    found = find_delegation(session, actor, delegation_id)
    session.execute(select(Delegation.id).where(Delegation.id == found.id).with_for_update(key_share=True))
    return find_delegation(session, actor, delegation_id)


def list_delegations(
    session: Session, actor: Actor, *, after: UUID | None, limit: int, in_force: bool | None, unit_code: str | None
) -> Sequence[Delegation]:
    """Delegations in order of giving, one more than `limit` where there are more; ended ones too."""
    query = _visible(actor).order_by(Delegation.id).limit(limit + 1)
    if after is not None:
        query = query.where(Delegation.id > after)
    if unit_code is not None:
        query = query.where(Unit.code == unit_code)
    if in_force is not None:
        query = query.where(func.delegation_stands(Delegation.id, actor.today).is_(in_force))
    return session.scalars(query).all()


def revoke(session: Session, actor: Actor, delegation: Delegation) -> Delegation:
    """End a delegation at once, by whoever gave it or an admin of its unit; the next request finds it gone.

    Raises:
        NotPermitted: somebody else. StateForbids: it is revoked already, or its last day is over.
    """
    if delegation.from_account_id != actor.account_id:
        actor.require("account.keep", delegation.unit.path)
    if delegation.revoked_at is not None:
        raise StateForbids(state=DelegationState.REVOKED, act="revoke")
    if delegation.valid_until < actor.today:
        raise StateForbids(state=DelegationState.OVER, act="revoke")
    delegation.revoked_at, delegation.revoked_by = actor.at, actor.account_id
    session.flush()
    return delegation


def state_of(session: Session, actor: Actor, delegations: Sequence[Delegation]) -> dict[UUID, DelegationState]:
    """How each stands today."""
    ids = [each.id for each in delegations]
    standing = set(
        session.scalars(
            select(Delegation.id).where(Delegation.id.in_(ids), func.delegation_stands(Delegation.id, actor.today))
        )
    )
    return {each.id: _state(each, actor.today, stands=each.id in standing) for each in delegations}


def _state(delegation: Delegation, today: date, *, stands: bool) -> DelegationState:
    if delegation.revoked_at is not None:
        return DelegationState.REVOKED
    if delegation.valid_until < today:
        return DelegationState.OVER
    if delegation.valid_from > today:
        return DelegationState.COMING
    return DelegationState.IN_FORCE if stands else DelegationState.ENDED
