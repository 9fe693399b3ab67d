"""How many reviewers an amount wants, from which level of the tree, and whether a meeting's minutes must be named."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from benefits.casework.policy_book import Running
from benefits.core.actor import Actor
from benefits.core.errors import LevelTooLow, invalid
from benefits.rules.policy import Step
from models.unit import Unit
from models.vocabulary import UnionKind


def completes(
    session: Session,
    actor: Actor,
    running: Running | None,
    amount: Decimal,
    *,
    path: str,
    earlier: Sequence[UUID | None],
    minutes: str | None,
) -> bool:
    """Whether the approval that the actor signs is the one with which an amount is decided (`domain.md` §13).

    Args:
        running: the edition whose bands hold; None: there is no policy, and one reviewer is enough.
        path: where the unit stands that files the case or draws up the roster.
        earlier: the units of the grants by which the other reviewers have approved.

    Raises:
        LevelTooLow: nobody among them, nor the actor, decides from the level that the band asks for.
        Invalid: the band wants minutes of a collective decision.
    """
    if running is None:
        return True
    step = running.edition.step_for(amount)
    if len(earlier) + 1 < step.reviewers:
        return False
    bounds = [each.up_to for each in running.edition.steps if each.up_to is not None and each.up_to < amount]
    above = max(bounds, default=Decimal(0))
    why = {"above": f"{above:.2f}", "amount": f"{amount:.2f}", "clause": step.clause}
    if step.level and not _from_level(session, step, path, [*earlier, actor.by.unit_id if actor.by else None]):
        raise LevelTooLow(level=step.level, **why)
    if step.minutes and not minutes:
        raise invalid("/minutes", "minutes_required", **why)
    return True


def _from_level(session: Session, step: Step, path: str, grants: Sequence[UUID | None]) -> bool:
    """Whether one of the grants is over a unit of the level that the band asks for."""
    units = session.execute(
        select(Unit.path, Unit.union_kind).where(Unit.id.in_([each for each in grants if each is not None]))
    )
    if step.level == "above_unit":
        return any(path.startswith(unit.path) and unit.path != path for unit in units)
    return any(unit.union_kind == UnionKind.COUNTY_AND_ABOVE for unit in units)
