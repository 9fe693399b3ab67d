"""The first later day on which an unmet criterion would be met, everything but the day being as it is."""

from __future__ import annotations

import heapq
from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from benefits.core.calendar import Calendar
from benefits.rules import nodes
from benefits.rules.declaration import Programme
from benefits.rules.evaluate import Scene, evaluate
from benefits.rules.nodes import Node, facts_read, reads_day, walk
from benefits.rules.policy import Criterion
from benefits.rules.values import LAST_DAY, Type, add_days

_DAY = timedelta(days=1)
_YEARLY = frozenset({"years_between", "add_years", "year"})
_MONTHLY = frozenset({"months_between", "add_months", "month_start"})


def first_passing_day(criterion: Criterion, programme: Programme, scene: Scene, valid_to: date | None) -> date | None:
    """The day, or None: it does not depend on the day, a fact holds for a period only, or no day passes.

    `at` alone moves and the figures stay those of the day that was asked; the answer lies within the edition.
    """
    at = scene.days["at"]
    expr = criterion.expr
    if at is None or not reads_day(expr, scene.derived):
        return None
    if any(programme.all_facts[name].period for name in facts_read(expr, scene.derived)):
        return None
    for day in _breakpoints(expr, scene, at, valid_to or LAST_DAY):
        moved = scene.moved(day)
        applies = criterion.when is None or evaluate(criterion.when, moved)
        if applies and evaluate(expr, moved):
            return day
    return None


def _breakpoints(expr: Node, scene: Scene, at: date, last: date) -> Iterator[date]:
    """The days after `at` on which the answer can change, in order.

    They are each fixed day that is read and the day after, moved by each number of days that is read; its
    anniversaries and month-versaries; the starts of months; and where working days are counted, every day with a
    calendar.
    """
    parts = list(walk(expr, scene.derived))
    called = {part.function for part in parts if isinstance(part, nodes.Call)}
    fixed = [part for part in parts if not reads_day(part, scene.derived)]
    days = _values(fixed, Type.DATE, scene)
    offsets = {0}
    if any(isinstance(part, nodes.Arithmetic) and Type.DATE in (part.type, part.left.type) for part in parts):
        whole = {int(n) for n in _values(fixed, Type.INTEGER, scene) | _values(fixed, Type.NUMBER, scene)}
        offsets |= whole | {-n for n in whole}
    moved = (add_days(day, n + after) for day in days for n in offsets for after in (0, 1))
    streams = [iter(sorted({day for day in moved if day is not None}))]
    if called & (_YEARLY | _MONTHLY):
        streams.append(_versaries(days, at, last, monthly=bool(called & _MONTHLY)))
    if "working_days_after" in called:
        streams.append(_calendar_days(scene.calendar))
    previous = at
    for day in heapq.merge(*streams):
        if previous < day <= last:
            yield day
            previous = day


def _values(parts: list[Node], kind: Type, scene: Scene) -> set[Any]:
    values = (evaluate(part, scene) for part in parts if part.type is kind)
    return {value for value in values if value is not None}


def _versaries(days: set[date], at: date, last: date, *, monthly: bool) -> Iterator[date]:
    """Month starts, and each of `days` carried into every month, or near its own of every year, with the day after."""
    numbers = sorted({day.day + after for day in days for after in (0, 1)})
    months = {1, 3} | {day.month for day in days} | {day.month % 12 + 1 for day in days}
    for year in range(at.year, last.year + 1):
        for month in range(1, 13) if monthly else sorted(months):
            start, length = date(year, month, 1), monthrange(year, month)[1]
            yield start
            yield from (start.replace(day=min(number, length)) for number in numbers)


def _calendar_days(calendar: Calendar) -> Iterator[date]:
    for year in sorted(calendar.years):
        day = date(year, 1, 1)
        while day.year == year:
            yield day
            day += _DAY
