"""The functions of the rule language that are unknown as soon as one argument is: signature and meaning."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from benefits.core.calendar import Calendar
from benefits.rules import values
from benefits.rules.values import Type


@dataclass(frozen=True)
class Function:
    """Parameter types, result type, and what it does with known arguments (the calendar comes first)."""

    parameters: tuple[Type, ...]
    result: Type
    run: Callable[..., Any]


def _working_days_after(calendar: Calendar, day: Any, n: int) -> Any:
    return calendar.working_days_after(day, n)


def _without_calendar(run: Callable[..., Any]) -> Callable[..., Any]:
    return lambda _, *arguments: run(*arguments)


FUNCTIONS: Mapping[str, Function] = {
    name: Function(parameters, result, run if name == "working_days_after" else _without_calendar(run))
    for name, parameters, result, run in (
        ("years_between", (Type.DATE, Type.DATE), Type.INTEGER, values.years_between),
        ("months_between", (Type.DATE, Type.DATE), Type.INTEGER, values.months_between),
        ("add_years", (Type.DATE, Type.INTEGER), Type.DATE, values.add_years),
        ("add_months", (Type.DATE, Type.INTEGER), Type.DATE, values.add_months),
        ("month_start", (Type.DATE,), Type.DATE, lambda day: day.replace(day=1)),
        ("year", (Type.DATE,), Type.INTEGER, lambda day: day.year),
        ("working_days_after", (Type.DATE, Type.INTEGER), Type.DATE, _working_days_after),
        ("round", (Type.NUMBER, Type.INTEGER), Type.NUMBER, values.round_half_away),
    )
}

# These have rules of their own for what is unknown, or for their types; see parse.py and evaluate.py.
SPECIAL = frozenset({"min", "max", "coalesce", "known", "none", "any_in", "tier", "lookup", "texts"})
MOST_PLACES = 6
