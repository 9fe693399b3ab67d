"""The order of candidates by an edition's published criteria: each one's values, and the key that sorts them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from benefits.core.calendar import Calendar
from benefits.rules.assessment import scene_of
from benefits.rules.evaluate import evaluate
from benefits.rules.policy import Edition

# A value as it is published: a flag, a whole number, another number as `3/2`, a day as ISO text; None is unknown.
RankValue = bool | int | str | None


def rank_values(edition: Edition, facts: Mapping[str, Any], *, on: date, calendar: Calendar) -> dict[str, RankValue]:
    """One candidate's value by each ranking criterion; `facts` as `parse_facts` gives them."""
    scene = scene_of(edition, facts, on, calendar)
    return {each.code: _published(evaluate(each.expr, scene)) for each in edition.ranking}


def rank_key(edition: Edition, values: Mapping[str, RankValue]) -> tuple[tuple[bool, Fraction], ...]:
    """What candidates are sorted by: one part a criterion, the smallest first, unknown last in either order."""
    key = []
    for each in edition.ranking:
        value = values[each.code]
        number = Fraction(0) if value is None else _comparable(value)
        key.append((value is None, -number if each.high_first else number))
    return tuple(key)


def _published(value: Any) -> RankValue:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Fraction):
        return int(value) if value.denominator == 1 else str(value)
    known: bool | int | None = value
    return known


def _comparable(value: bool | int | str) -> Fraction:
    if isinstance(value, str) and "-" in value[1:]:
        return Fraction(date.fromisoformat(value).toordinal())
    return Fraction(value)
