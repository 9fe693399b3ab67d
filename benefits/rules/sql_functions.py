"""The functions of the rule language as SQL; every one of them is total, so that no row can abort a sweep."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta

from benefits.core.calendar import MOST_DAYS, Calendar
from benefits.rules.sql_statement import Statement, Term, level

WITHIN = "BETWEEN DATE '1900-01-01' AND DATE '2100-12-31'"
# As many as `values.py` takes; a year is twelve months.
_MOST = {"days": 100_000, "months": 2_412, "years": 201}
_DAY = timedelta(days=1)


def shifted(moved: str, by: str, unit: str) -> str:
    """`moved`, unless `by` is too many or the day leaves 1900–2100: then NULL, before anything overflows."""
    most = _MOST[unit]
    return f"CASE WHEN {by} BETWEEN -{most} AND {most} THEN CASE WHEN {moved} {WITHIN} THEN {moved} END END"


def _added(unit: str) -> Callable[[str, str], str]:
    """A day plus an interval is clamped to the month's end by PostgreSQL too."""

    def add(day: str, n: str) -> str:
        return shifted(f"CAST({day} + make_interval({unit} => CAST({n} AS integer)) AS date)", n, unit)

    return add


def _part(field: str, day: str) -> str:
    return f"extract({field} FROM {day})"


def _years_between(start: str, end: str) -> str:
    """The anniversary in the end's year counts if it is past, or clamped to the end of that very month."""
    past = " <= ".join(f"({_part('month', day)}, {_part('day', day)})" for day in (start, end))
    clamped = f"{_part('month', start)} = {_part('month', end)} AND {_part('day', f'({end} + 1)')} = 1"
    years = f"{_part('year', end)} - {_part('year', start)}"
    return f"({years} - 1 + CAST({past} OR {clamped} AS integer))"


def _months_between(start: str, end: str) -> str:
    """As above, by the day in the end's month."""
    past = f"{_part('day', start)} <= {_part('day', end)} OR {_part('day', f'({end} + 1)')} = 1"
    years = f"({_part('year', end)} - {_part('year', start)}) * 12"
    return f"({years} + {_part('month', end)} - {_part('month', start)} - 1 + CAST({past} AS integer))"


def _texts(*items: str) -> str:
    known = " AND ".join(f"{item} IS NOT NULL" for item in items)
    return f"CASE WHEN {known} THEN array_remove(ARRAY[{', '.join(items)}], '') END"


# Numbers go in and come out as numeric; `extract` gives numeric by itself.
FUNCTIONS: Mapping[str, Callable[..., str]] = {
    "years_between": _years_between,
    "months_between": _months_between,
    "add_years": _added("years"),
    "add_months": _added("months"),
    "month_start": lambda day: f"({day} + 1 - CAST({_part('day', day)} AS integer))",
    "year": lambda day: _part("year", day),
    "any_in": lambda one, other: f"({one} && {other})",
    "texts": _texts,
}


def round_half_away(x: Term, places: int) -> Term:
    """To `places` decimals, half away from zero; of a quotient, whole parts only are taken, which is exact."""
    if x.over is None:
        return Term(f"round({x.sql}, {places:d})", x.level)
    doubled = f"2 * abs({x.sql}) * 1e{places:d} + {x.over}"
    return Term(f"(sign({x.sql}) * div({doubled}, 2 * {x.over}) * 1e-{places:d})", x.level)


def down_to_fen(x: Term) -> Term:
    """The largest amount with two decimals that is not above `x`."""
    if x.over is None:
        return Term(f"(floor({x.sql} * 100) * 0.01)", x.level)
    fen = f"{x.sql} * 100"
    return Term(f"((div({fen}, {x.over}) - CAST(mod({fen}, {x.over}) < 0 AS integer)) * 0.01)", x.level)


def working_days_after(statement: Statement, calendar: Calendar, day: Term, n: Term) -> Term:
    """Counted in the list of working days: how many lie on or before `day`, and how many until its years end."""
    first, counted, until, worked = _working_days(calendar)
    days, ends, list_ = (
        statement.parameter(array, kind)
        for array, kind in ((counted, "integer[]"), (until, "integer[]"), (worked, "date[]"))
    )
    at = f"[{day.sql} - {statement.parameter(first, 'date')}]"
    number = f"({days}){at} + CAST({n.sql} AS integer)"
    found = f"CASE WHEN {number} <= ({ends}){at} THEN ({list_})[{number}] END"
    counting = f"CASE WHEN {n.sql} = 0 THEN {day.sql} WHEN {n.sql} BETWEEN 1 AND {MOST_DAYS} THEN {found} END"
    return Term(counting, level((day, n)))


def _working_days(calendar: Calendar) -> tuple[date, list[int], list[int], list[date]]:
    """For every day from the one before the first year on: the working days so far, and those until its years end.

    The lists start with the day after the first of the four; a gap in the years ends a run of them.
    """
    worked: list[date] = []
    counted: list[int] = []
    until: list[int] = []
    years = sorted(calendar.years) or [1900]
    day = before = date(years[0], 1, 1) - _DAY
    while day.year <= years[-1]:
        if calendar.is_working_day(day):
            worked.append(day)
        counted.append(len(worked))
        day += _DAY
    ends = 0
    for i in reversed(range(len(counted))):
        following = before + _DAY * (i + 1)
        if following.year not in calendar.years:
            ends = 0
        elif ends == 0:
            ends = counted[i + 1] if i + 1 < len(counted) else counted[i]
        until.append(ends)
    return before - _DAY, counted, until[::-1], worked
