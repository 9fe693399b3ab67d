"""All indicators over a unit and a span of days, for its auditor."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from types import MappingProxyType

from sqlalchemy import select
from sqlalchemy.orm import Session

from benefits.access.reach import within
from benefits.assurance.indicator import decision, payment
from benefits.assurance.indicator.hit import Hit
from benefits.assurance.indicator.reach import Reach
from benefits.core.actor import Actor
from benefits.core.errors import invalid
from models.unit import Unit

PERMISSION = "audit.work"
LONGEST = timedelta(days=366)
_BEFORE = ("account_new", "account_changed", "holder_differs", "near_threshold", "officer_related")

# What finds the hits -> the kinds that it finds.
FINDERS: Mapping[Callable[[Session, Reach], Iterator[Hit]], Sequence[str]] = MappingProxyType(
    {
        payment.as_before_payment: (*_BEFORE, "same_person_elsewhere"),
        payment.shared_accounts: ("account_shared", "account_shared_elsewhere"),
        payment.paid_after_end: ("paid_after_leaving", "paid_after_death"),
        payment.year_end: ("year_end",),
        decision.odd_times: ("odd_hours", "rest_day"),
        decision.approval_shares: ("approval_share",),
        decision.split_cases: ("split_case",),
    }
)


def look(
    session: Session, actor: Actor, *, unit_code: str, from_on: date, until_on: date, kind: str | None
) -> list[Hit]:
    """The hits of one kind or of all, by kind, then by day; the same books give the same list.

    Raises:
        Invalid: unknown unit, days out of order or more than `LONGEST` apart, too many payments. NotPermitted.
    """
    top = session.scalar(select(Unit).where(Unit.code == unit_code, within(actor, "unit.read")))
    if top is None:
        raise invalid("/unit", "unit_unknown")
    actor.require(PERMISSION, top.path)
    if not timedelta() <= until_on - from_on <= LONGEST:
        raise invalid("/until", "days_out_of_order")
    reach = Reach(top.path, from_on, until_on)
    found = [
        hit
        for finder, kinds in FINDERS.items()
        if kind is None or kind in kinds
        for hit in finder(session, reach)
        if kind is None or hit.kind == kind
    ]
    return sorted(
        found, key=lambda hit: (hit.kind, hit.on, hit.unit_code, [str(each) for each in hit.disbursement_ids])
    )
