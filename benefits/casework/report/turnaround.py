"""How long cases take: from handing in to decision, from decision to payment, and how old the oldest open one is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, and_, extract, func, select
from sqlalchemy.orm import Session, aliased

from benefits.casework.report.by_programme import programme_words
from benefits.casework.report.frame import Asked, Column, Report, Row
from benefits.core.actor import UNION_ZONE, Actor
from benefits.rules.declaration import label
from models.application import Act, Application
from models.money import Disbursement
from models.unit import Unit
from models.vocabulary import UNDONE, DisbursementState
from models.vocabulary import ApplicationState as State

_OPEN = (State.SUBMITTED, State.UNDER_REVIEW, State.ON_NOTICE, State.APPEALED)
_DAY_S = 86_400


def _rows(session: Session, actor: Actor, asked: Asked) -> Iterator[Row]:
    """Cases first handed in within the year: days to the decision that stands, and from it to the last payment."""
    cases = _cases(actor, asked).subquery()
    decided, paid = cases.c.decided_at.is_not(None), cases.c.settled_on.is_not(None)
    to_decision = _days(cases.c.decided_at - cases.c.submitted_at)
    to_payment = cases.c.settled_on - func.date(func.timezone(str(UNION_ZONE), cases.c.decided_at))
    waiting = cases.c.state.in_(_OPEN)
    found = session.execute(
        select(
            cases.c.programme,
            func.count(),
            func.count().filter(decided),
            *_spread(to_decision, decided),
            func.count().filter(and_(decided, paid)),
            *_spread(to_payment, and_(decided, paid)),
            func.count().filter(waiting),
            func.max(_days(asked.at - cases.c.submitted_at)).filter(waiting),
        )
        .group_by(cases.c.programme)
        .order_by(cases.c.programme)
    )
    for row in found:
        yield tuple(row)


def _cases(actor: Actor, asked: Asked) -> Any:
    first, last = aliased(Act), aliased(Act)
    submitted = (
        select(func.min(first.acted_at)).where(first.application_id == Application.id, first.act == "submit")
    ).scalar_subquery()
    decided = (
        select(func.max(last.acted_at)).where(
            last.application_id == Application.id,
            last.act.in_(("approve", "reject")),
            last.to_state.in_((State.APPROVED, State.REJECTED)),
            (last.to_state == Application.state) | (Application.state.in_(UNDONE) & (last.to_state == State.APPROVED)),
            last.submission == Application.submission,
            last.disbursement_id.is_(None),
        )
    ).scalar_subquery()
    settled = (
        select(func.max(Disbursement.settled_on)).where(
            Disbursement.application_id == Application.id, Disbursement.state == DisbursementState.PAID
        )
    ).scalar_subquery()
    year = extract("year", func.timezone(str(UNION_ZONE), submitted))
    return (
        select(
            Application.programme,
            Application.state,
            submitted.label("submitted_at"),
            decided.label("decided_at"),
            settled.label("settled_on"),
        )
        .join(Unit, Unit.id == Application.unit_id)
        .where(asked.covers(actor), Application.submission > 0, year == asked.year)
    )


def _days(span: Any) -> ColumnElement[Any]:
    return extract("epoch", span) / _DAY_S


def _spread(days: Any, where: ColumnElement[bool]) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    """Median and ninth decile."""
    return (
        func.percentile_cont(0.5).within_group(days).filter(where),
        func.percentile_cont(0.9).within_group(days).filter(where),
    )


TURNAROUND = Report(
    "turnaround",
    label("办理时限统计表", "Turnaround of cases"),
    (
        Column("programme", label("项目", "Programme"), share=5, words=programme_words),
        Column("handed_in", label("受理件数", "Handed in"), "count", summed=True),
        Column("decided", label("已决定", "Decided"), "count", summed=True),
        Column("decision_median_days", label("决定用时中位数（天）", "Days to decision, median"), "days"),
        Column("decision_p90_days", label("决定用时九成位（天）", "Days to decision, 90 %"), "days"),
        Column("paid", label("已付款", "Paid"), "count", summed=True),
        Column("payment_median_days", label("付款用时中位数（天）", "Days to payment, median"), "days"),
        Column("payment_p90_days", label("付款用时九成位（天）", "Days to payment, 90 %"), "days"),
        Column("open", label("在办件数", "Open"), "count", summed=True),
        Column("oldest_open_days", label("最久在办（天）", "Oldest open, days"), "days"),
    ),
    _rows,
)
