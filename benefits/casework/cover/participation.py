"""How many of a unit's workers take part in a plan and term, beside the share that the group rule wants."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from benefits.access.reach import along, within
from benefits.casework.cover.plan import Plan, plan_on
from benefits.core.actor import Actor
from benefits.core.errors import NotFound, invalid
from models.cover import Cover
from models.cover_vocabulary import CoverEnd
from models.membership import Membership
from models.person import Person
from models.unit import Unit
from models.vocabulary import MembershipState, Sex

_FOR_WOMEN = "women_illness"


@dataclass(frozen=True)
class Participation:
    """One unit: those of its group in service, those covered, and what the plan wants (None: it is voluntary).

    `wanted` is a ratio between 0 and 1, all of a group smaller than the rule's bound; `example` as the figure says.
    """

    unit: Unit
    group: int
    covered: int
    wanted: Fraction | None
    example: bool

    @property
    def ratio(self) -> Fraction | None:
        """Covered of the group; None where the group is empty."""
        return Fraction(self.covered, self.group) if self.group else None

    @property
    def met(self) -> bool | None:
        """Whether the group rule is kept; None where there is none, or nobody to ask."""
        return None if self.wanted is None or self.ratio is None else self.ratio >= self.wanted


def participation(
    session: Session,
    actor: Actor,
    *,
    unit_code: str,
    plan: str,
    term_start_on: date,
    after: UUID | None,
    limit: int,
) -> list[Participation]:
    """The units of a subtree in order, one more than `limit` where there are more; women only for their plan (§6.1).

    Raises:
        Invalid: no such unit or plan, or no edition on the term's first day.
    """
    root = session.scalar(select(Unit.path).where(Unit.code == unit_code, along(actor, "cover.read")))
    if root is None:
        raise invalid("/unit", "unit_unknown")
    try:
        terms = plan_on(session, plan, term_start_on)
    except NotFound:
        raise invalid("/plan", "plan_unknown") from None
    units = (
        select(Unit).where(within(actor, "cover.read"), func.starts_with(Unit.path, root)).order_by(Unit.id)
    ).limit(limit + 1)
    if after is not None:
        units = units.where(Unit.id > after)
    found = session.scalars(units).all()
    return _of_units(session, found, terms, term_start_on)


def participation_of(session: Session, unit: Unit, term_start_on: date, terms: Plan) -> Participation:
    """The same of one unit."""
    return _of_units(session, [unit], terms, term_start_on)[0]


def _of_units(session: Session, units: Sequence[Unit], terms: Plan, term_start_on: date) -> list[Participation]:
    ids = [unit.id for unit in units]
    group, covered = _group(session, ids, terms.code), _covered(session, ids, terms.code, term_start_on)
    ratio, all_below = terms.term("group_ratio"), terms.term("group_all_below")
    lines = []
    for unit in units:
        size = group.get(unit.id, 0)
        wanted = Fraction(ratio.value) if ratio else None
        if wanted is not None and all_below is not None and size < all_below.value:
            wanted = Fraction(1)
        lines.append(Participation(unit, size, covered.get(unit.id, 0), wanted, bool(ratio and ratio.example)))
    return lines


def _group(session: Session, units: list[UUID], plan: str) -> dict[UUID, int]:
    query = (
        select(Membership.unit_id, func.count())
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.unit_id.in_(units), Membership.state == MembershipState.ACTIVE, Membership.in_service)
        .group_by(Membership.unit_id)
    )
    if plan == _FOR_WOMEN:
        query = query.where(Person.sex == Sex.FEMALE)
    return {row[0]: row[1] for row in session.execute(query)}


def _covered(session: Session, units: list[UUID], plan: str, term_start_on: date) -> dict[UUID, int]:
    query = (
        select(Cover.unit_id, func.count(Cover.person_id.distinct()))
        .where(
            Cover.unit_id.in_(units),
            Cover.plan == plan,
            Cover.term_start_on == term_start_on,
            Cover.ended_reason.is_distinct_from(CoverEnd.TAKEN_BACK),
        )
        .group_by(Cover.unit_id)
    )
    return {row[0]: row[1] for row in session.execute(query)}
