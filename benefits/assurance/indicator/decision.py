"""Indicators on decisions: at which hour, by whom how often, and whether one case was cut into several."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from benefits.assurance.indicator.hit import Hit, threshold_on
from benefits.assurance.indicator.reach import Reach
from benefits.casework.policy_book import edition_by_id
from benefits.core.actor import UNION_ZONE
from benefits.registry.official_calendar import known_days
from models.account import Account
from models.application import Act, Application, Assessment
from models.unit import Unit
from models.vocabulary import ApplicationState

_DECIDING = ("decided", "payment_approved", "released", "resolved")
_LINKED = 20  # cases that one hit names


@dataclass(frozen=True)
class _Case:
    """An approved case whose amount lies near a band."""

    id: UUID
    event_on: date
    amount: Decimal
    unit_code: str
    person_id: UUID
    programme: str
    kind: str | None


def odd_times(session: Session, reach: Reach) -> Iterator[Hit]:
    """Decisions and payments at night, and on days that the official calendar does not work; one hit for each act.

    A year without a table counts Saturday and Sunday alone.
    """
    threshold = threshold_on("odd_hours", reach.until_on)
    if threshold is None:
        return
    first, last = (int(threshold.figures[name]) for name in ("from_hour", "until_hour"))
    local = func.timezone(UNION_ZONE.key, Act.acted_at)
    hour, day = func.extract("hour", local), func.date(local)
    known = known_days()
    rests = ~func.coalesce(known.c.working, func.extract("isodow", local) < 6)
    query = (
        select(
            Act.account_id,
            Act.act,
            Act.acted_at,
            func.bool_or(rests).label("rests"),
            func.count().label("cases"),
            func.min(Unit.code).label("unit_code"),
            func.array_agg(Act.application_id).label("ids"),
            func.max(Account.name).label("who"),
        )
        .join(Unit, Unit.id == Act.unit_id)
        .outerjoin(Account, Account.id == Act.account_id)
        .outerjoin(known, known.c.day == day)
        .where(reach.below(), reach.acted(Act.acted_at), Act.duty.in_(_DECIDING))
        .where(or_(hour < first, hour >= last, rests))
        .group_by(Act.account_id, Act.act, Act.acted_at)
        .order_by(Act.acted_at)
    )
    for row in session.execute(query):
        at = row.acted_at.astimezone(UNION_ZONE)
        figures = {"who": row.who or "", "at": f"{at:%Y-%m-%d %H:%M}", "act": row.act, "cases": str(row.cases)}
        ids = sorted(set(row.ids))[:_LINKED]
        if row.rests:
            yield Hit("rest_day", row.unit_code, at.date(), figures, ids, account_id=row.account_id)
        if not first <= at.hour < last:
            hours = {**figures, "from_hour": str(first), "until_hour": str(last)}
            yield Hit("odd_hours", row.unit_code, at.date(), hours, ids, account_id=row.account_id)


def approval_shares(session: Session, reach: Reach) -> Iterator[Hit]:
    """Reviewers who gave far more of the approvals than the mean of all reviewers there."""
    threshold = threshold_on("approval_share", reach.until_on)
    if threshold is None:
        return
    rows = session.execute(
        select(
            Act.account_id,
            func.max(Account.name).label("who"),
            func.count().label("own"),
            func.min(Unit.code).label("unit_code"),
        )
        .join(Unit, Unit.id == Act.unit_id)
        .outerjoin(Account, Account.id == Act.account_id)
        .where(reach.below(), reach.acted(Act.acted_at), Act.act == "approve", Act.disbursement_id.is_(None))
        .group_by(Act.account_id)
        .order_by(Act.account_id)
    ).all()
    whole = sum(row.own for row in rows)
    if len(rows) < 2 or whole < threshold.figures["least"]:
        return
    mean = Decimal(100) / len(rows)
    for row in rows:
        share = Decimal(row.own) * 100 / whole
        if share >= mean + threshold.figures["points"]:
            figures = {"own": str(row.own), "all": str(whole), "share": f"{share:.1f}", "mean": f"{mean:.1f}"}
            shown = {"who": row.who or "", "peers": str(len(rows)), **figures}
            yield Hit("approval_share", row.unit_code, reach.until_on, shown, account_id=row.account_id)


def split_cases(session: Session, reach: Reach) -> Iterator[Hit]:
    """Several approved cases of one member and kind within some days, each near a band that they exceed together."""
    threshold = threshold_on("split_case", reach.until_on)
    if threshold is None:
        return
    span = timedelta(days=int(threshold.figures["days"]))
    groups: defaultdict[tuple[UUID, str, str | None, Decimal], list[_Case]] = defaultdict(list)
    for band, row in _near_bands(session, reach, threshold.figures["percent"]):
        groups[row.person_id, row.programme, row.kind, band].append(row)
    for (_, _, _, band), rows in groups.items():
        for run in _runs(rows, span):
            total = sum((case.amount for case in run), Decimal(0))
            if len(run) > 1 and total > band:
                figures = {
                    "days": str(span.days),
                    "cases": str(len(run)),
                    "band": f"{band:.2f}",
                    "total": f"{total:.2f}",
                }
                ids = [case.id for case in run]
                yield Hit("split_case", run[0].unit_code, run[-1].event_on, figures, ids[:_LINKED])


def _near_bands(session: Session, reach: Reach, percent: Decimal) -> Iterator[tuple[Decimal, _Case]]:
    """Approved cases at or within so many percent below a band of their edition, with that band."""
    approved = and_(
        reach.below(),
        Application.state == ApplicationState.APPROVED,
        Application.event_on.between(reach.from_on, reach.until_on),
    )
    case = (
        select(
            Application.id,
            Application.event_on,
            Application.approved_amount,
            Unit.code,
            Application.person_id,
            Application.programme,
            Application.kind,
        )
        .join(Unit, Unit.id == Application.unit_id)
        .join(Assessment, Assessment.id == Application.assessment_id)
    )
    editions = session.scalars(
        select(Assessment.policy_id)
        .distinct()
        .join(Application, Application.assessment_id == Assessment.id)
        .join(Unit, Unit.id == Application.unit_id)
        .where(approved, Assessment.policy_id.is_not(None))
    ).all()
    for policy_id in editions:
        steps = edition_by_id(session, policy_id).edition.steps if policy_id else ()
        bands = [step.up_to for step in steps if step.up_to is not None]
        for band in bands:
            near = Application.approved_amount.between(band * (100 - percent) / 100, band)
            query = case.where(approved, near, Assessment.policy_id == policy_id)
            found: Iterable[Any] = session.execute(query.order_by(Application.event_on, Application.id))
            for row in found:
                yield band, _Case(*row)


def _runs(rows: Sequence[_Case], span: timedelta) -> Iterator[Sequence[_Case]]:
    """The rows, in the order of their days, cut where one lies more than a span after the first of its run."""
    run: list[_Case] = []
    for row in rows:
        if run and row.event_on - run[0].event_on > span:
            yield run
            run = []
        run.append(row)
    yield run
