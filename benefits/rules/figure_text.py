"""Dated figures read from a policy's text: each value with its source, none without one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

from benefits.rules.policy import Dated, Figure
from benefits.rules.toml_table import LARGEST, Table
from benefits.rules.values import NUMERIC, Type, within

CONFIDENCES: Mapping[str, Literal["H", "M", "L"]] = {"H": "H", "M": "M", "L": "L"}


def read_figures(figures: Table, valid_from: date, overrides: Mapping[str, Any]) -> dict[str, Figure]:
    """Every figure of the edition, by name; `overrides` replace one by an example that a demonstration asked for."""
    read = {name: _figure(figures, name, valid_from) for name in figures.content}
    for name, raw in overrides.items():
        value = _value(raw)
        if name not in read or value is None or value[0] is not read[name].type:
            figures.fault(name, "override_mismatch")
            continue
        shown = Dated(valid_from, value[1], "demonstration", "", "L", example=True)
        read[name] = Figure(name, value[0], (shown,))
    return read


def _figure(figures: Table, name: str, valid_from: date) -> Figure:
    tables = figures.tables(name)
    values: list[Dated] = []
    kind: Type | None = None
    for table in tables:
        dated, found = _dated(table)
        if dated is None or found is None:
            continue
        if kind is not None and found is not kind and not {found, kind} <= NUMERIC:
            table.fault("value", "type_mismatch", expected=kind.value, found=found.value)
        kind = Type.NUMBER if kind is not None and found is not kind else found
        if values and dated.start <= values[-1].start:
            table.fault("from", "dates_overlap")
        values.append(dated)
    if len(values) == len(tables) and (not values or values[0].start > valid_from):
        figures.fault(name, "figure_uncovered", valid_from=valid_from.isoformat())
    return Figure(name, kind or Type.NUMBER, tuple(values))


def _dated(table: Table) -> tuple[Dated | None, Type | None]:
    """One dated value and its type; faults are noted on the table."""
    start, raw = table.day("from"), table.raw("value", required=True)
    source, clause = table.text("source"), table.text("clause", required=False, blank=True)
    confidence, example = CONFIDENCES.get(table.text("confidence")), table.flag("example")
    table.done()
    value = _value(raw)
    if raw is not None and value is None:
        table.fault("value", "figure_malformed")
    if confidence is None:
        table.fault("confidence", "choice_unknown", choices=list(CONFIDENCES))
    if confidence == "L" and not example:
        table.fault("example", "example_unmarked")
    if start is None or value is None or confidence is None:
        return None, None
    return Dated(start, value[1], source, clause, confidence, example), value[0]


def _value(raw: Any) -> tuple[Type, Any] | None:
    """A TOML value as one of the language, with its type; None where it is none."""
    match raw:
        case bool():
            return Type.BOOL, raw
        case int() | Decimal():
            return _number(raw)
        case str():
            return (Type.TEXT, raw) if raw else None
        case date() if not isinstance(raw, datetime) and within(raw) is not None:
            return Type.DATE, raw
        case [dict(), *_]:
            return _tiers(raw)
        case [_, *_]:
            return _set(raw)
        case dict() if raw:
            return _table(raw)
    return None


def _number(raw: object) -> tuple[Type, Any] | None:
    if isinstance(raw, bool) or not isinstance(raw, int | Decimal) or not -LARGEST <= raw <= LARGEST:
        return None
    return (Type.INTEGER, raw) if isinstance(raw, int) else (Type.NUMBER, Fraction(raw))


def _set(raw: list[Any]) -> tuple[Type, Any] | None:
    if all(isinstance(item, str) for item in raw):
        return Type.TEXTS, frozenset(raw)
    numbers = [_number(item) for item in raw]
    if None in numbers:
        return None
    return Type.NUMBERS, frozenset(number[1] for number in numbers if number)


def _tiers(raw: list[Any]) -> tuple[Type, Any] | None:
    """Rows of `up_to` (inclusive, growing; only the last may leave it out) and `value`."""
    tiers: list[tuple[Any, Any]] = []
    for i, row in enumerate(raw):
        if not isinstance(row, dict) or not {"value"} <= row.keys() <= {"up_to", "value"}:
            return None
        value, up_to = _number(row["value"]), _number(row.get("up_to"))
        open_ended = "up_to" not in row and i == len(raw) - 1
        if value is None or (up_to is None and not open_ended):
            return None
        if up_to and tiers and tiers[-1][0] >= up_to[1]:
            return None
        tiers.append((up_to[1] if up_to else None, value[1]))
    return Type.TIERS, tuple(tiers)


def _table(raw: dict[str, Any]) -> tuple[Type, Any] | None:
    numbers = {key: _number(value) for key, value in raw.items()}
    if None in numbers.values():
        return None
    return Type.TABLE, {key: number[1] for key, number in numbers.items() if number}
