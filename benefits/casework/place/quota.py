"""Quotas: the round's keeper says how many places each unit has; the first time, the draw's secret is committed to."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from benefits.casework.policy_book import edition_by_id
from benefits.casework.round import find_round
from benefits.core.actor import Actor
from benefits.core.errors import Fault, Invalid, NotFound, StateForbids, invalid
from models.application import Application
from models.columns import new_id
from models.place import Allocation, LeaveBatch, RoundQuota
from models.round import Round
from models.secrecy import secrecy
from models.unit import Unit
from models.vocabulary import ApplicationState


def draw_of(session: Session, round_id: UUID) -> Allocation | None:
    """The draw of a round; None where it has no quotas."""
    return session.scalar(
        select(Allocation).where(Allocation.round_id == round_id).execution_options(populate_existing=True)
    )


def set_quotas(
    session: Session, actor: Actor, of: Round, wanted: Sequence[tuple[str, int]], public_source: str | None
) -> Round:
    """Replace the quotas of a round; units that are not named have none.

    Args:
        wanted: (unit code, places), units at or below the round's; a unit below may not add places of its own.
        public_source: what nobody can foresee and the draw will be mixed with, such as the number of a lottery draw to
            come; it stands from the last day of applications.

    Raises:
        NotPermitted: only the keeper of the round's own unit. Invalid: a unit unknown, twice, or above another one; an
            edition that ranks nobody. StateForbids: drawn already, or a case of the round approved without a place.
    """
    actor.require("round.keep", of.unit.path)
    if not edition_by_id(session, of.policy_id).edition.ranking:
        raise invalid("/quotas", "round_not_ranked")
    units = _units(session, of, wanted)
    draw = draw_of(session, of.id)
    if draw is None:
        _commit(session, actor, of, public_source)
    elif draw.allocated_at is not None:
        raise StateForbids(state="allocated", act="quotas")
    elif draw.public_source != public_source:
        if actor.today > of.closes_on:
            raise StateForbids(state="closed", act="public_source")
        draw.public_source = public_source
    places = {unit.id: count for unit, (_, count) in zip(units, wanted, strict=True)}
    for quota in session.scalars(select(RoundQuota).where(RoundQuota.round_id == of.id)):
        count = places.pop(quota.unit_id, 0)
        if quota.places != count:
            quota.places, quota.set_by, quota.set_at = count, actor.account_id, actor.at
    for unit_id, count in places.items():
        quota = RoundQuota(round_id=of.id, unit_id=unit_id, places=count, set_by=actor.account_id, set_at=actor.at)
        session.add(quota)
    of.touched_at = actor.at
    session.flush()
    return find_round(session, actor, of.id)


def _units(session: Session, of: Round, wanted: Sequence[tuple[str, int]]) -> list[Unit]:
    found = {
        unit.code: unit
        for unit in session.scalars(
            select(Unit).where(Unit.code.in_([code for code, _ in wanted]), func.starts_with(Unit.path, of.unit.path))
        )
    }
    faults = []
    codes = [code for code, _ in wanted]
    for place, code in enumerate(codes):
        above = [other for other in found.values() if code in found and other.code != code]
        if code not in found:
            faults.append(Fault(f"/quotas/{place}/unit_code", "unit_unknown"))
        elif code in codes[:place] or any(found[code].path.startswith(other.path) for other in above):
            faults.append(Fault(f"/quotas/{place}/unit_code", "quota_overlaps"))
    if faults:
        raise Invalid(faults)
    return [found[code] for code in codes]


def _commit(session: Session, actor: Actor, of: Round, public_source: str | None) -> None:
    """Choose the secret and publish its hash; nobody sees the secret before the draw, nobody can change it after."""
    approved = select(Application.id).where(
        Application.round_id == of.id, Application.state == ApplicationState.APPROVED
    )
    if session.scalar(approved.limit(1)) is not None:
        raise StateForbids(state="approved", act="quotas")
    draw_id = new_id()
    secret, wrapped = secrecy(session).new_key(draw_id)
    session.add(
        Allocation(
            id=draw_id,
            round_id=of.id,
            unit_id=of.unit_id,
            commitment=hashlib.sha256(secret).digest(),
            secret_wrapped=wrapped,
            public_source=public_source,
            committed_by=actor.account_id,
            committed_at=actor.at,
        )
    )
    session.flush()


def leave_of(session: Session, of: Round) -> LeaveBatch:
    """What a round of convalescent leave offers; raises NotFound until it is written down."""
    leave = session.get(LeaveBatch, of.id, populate_existing=True)
    if leave is None:
        raise NotFound
    return leave


def set_leave(
    session: Session, actor: Actor, of: Round, *, destination: str, lodging: str, operator: str, insurer: str
) -> Round:
    """Write what a round of convalescent leave offers: destination, lodging, operator, insurer.

    Raises:
        NotPermitted. StateForbids: a round of another programme.
    """
    actor.require("round.keep", of.unit.path)
    if of.programme != "convalescence":
        raise StateForbids(state=of.programme, act="leave")
    said = {"destination": destination, "lodging": lodging, "operator": operator, "insurer": insurer}
    leave = session.get(LeaveBatch, of.id)
    if leave is None:
        leave = LeaveBatch(round_id=of.id, unit_id=of.unit_id)
        session.add(leave)
    for name, text in said.items():
        setattr(leave, name, text)
    leave.set_by, leave.set_at = actor.account_id, actor.at
    of.touched_at = actor.at
    session.flush()
    return find_round(session, actor, of.id)
