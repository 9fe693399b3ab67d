"""One set of cases decided by both executions, and every difference between their answers in words."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sqlalchemy import Connection, text

from benefits.core.calendar import Calendar
from benefits.rules.assessment import assess
from benefits.rules.declaration import Honour, show_facts
from benefits.rules.policy import Edition
from benefits.rules.to_sql import Column, compile_edition
from benefits.rules.values import Type

_COLUMN_TYPES = {
    "money": "numeric", "decimal": "numeric", "integer": "bigint", "bool": "boolean", "text": "text", "date": "date",
    "texts": "text[]", "integers": "bigint[]", "honours": "text[]",
}  # fmt: skip

Answer = dict[str, Any]


def differences(
    connection: Connection,
    edition: Edition,
    cases: Sequence[Mapping[str, Any]],
    *,
    constants: Mapping[str, Any],
    columns: Sequence[str],
    on: date,
    calendar: Calendar,
) -> list[str]:
    """What `assess` and the compiled statement say differently about `cases` (the facts that differ)."""
    compared = [name for name, node in edition.derived.items() if node.type not in (Type.TIERS, Type.TABLE)]
    compiled = compile_edition(
        edition,
        source=_source(edition, columns),
        carry={"place": "place"},
        columns={name: Column(f"v.{name}", f"v.none_{name}") for name in columns},
        constants=constants,
        on=on,
        calendar=calendar,
        derived=compared,
    )
    rows = json.dumps([_row(place, case) for place, case in enumerate(cases)])
    answers = connection.execute(text(compiled.sql), {**compiled.parameters, "rows": rows}).mappings().all()
    assert sorted(answer["place"] for answer in answers) == list(range(len(cases)))
    found = []
    for answer in answers:
        facts = {**constants, **cases[answer["place"]]}
        expected = _assessed(edition, facts, on, calendar, compared)
        masks = (answer["unmet"], answer["unknown"], answer["not_applicable"])
        seen = {"outcome": answer["outcome"], **compiled.outcomes(*masks), "amount": answer["amount_max"]}
        seen |= {name: _plain(answer[f"derived_{name}"], edition.derived[name].type) for name in compared}
        if seen != expected:
            found.append(_in_words(edition, facts, expected, seen))
    return found


def _source(edition: Edition, columns: Sequence[str]) -> str:
    facts = edition.programme.all_facts
    named = [f"{name} {_COLUMN_TYPES[facts[name].type]}, none_{name} boolean" for name in columns]
    return f"jsonb_to_recordset(CAST(:rows AS jsonb)) AS v({', '.join(['place integer', *named])})"


def _row(place: int, case: Mapping[str, Any]) -> dict[str, Any]:
    row: dict[str, Any] = {"place": place}
    for name, value in case.items():
        row[f"none_{name}"] = value is None
        row[name] = _column(value)
    return row


def _column(value: Any) -> Any:
    if isinstance(value, tuple):
        held = [item for item in value if not isinstance(item, Honour) or item.valid]
        return [item.level if isinstance(item, Honour) else item for item in held]
    return str(value) if isinstance(value, Decimal | date) else value


def _assessed(edition: Edition, facts: Mapping[str, Any], on: date, calendar: Calendar, names: list[str]) -> Answer:
    answer = assess(edition, facts, on=on, calendar=calendar)
    outcomes = {finding.code: finding.outcome for finding in answer.findings}
    derived = {name: _read(answer.derived.get(name), edition.derived[name].type) for name in names}
    amount = answer.entitlement.amount_max if answer.entitlement else None
    return {"outcome": answer.outcome, **outcomes, "amount": amount, **derived}


def _read(value: Any, kind: Type) -> Any:
    """A derived value of the assessment's JSON, sets in order."""
    if value is None:
        return None
    if kind is Type.NUMBERS:
        return [Fraction(item) for item in value.split(", ")] if value else []
    return sorted(set(value)) if kind is Type.TEXTS else value


def _plain(value: Any, kind: Type) -> Any:
    """A derived value of a row as the assessment's JSON has it."""
    if value is None:
        return None
    match kind:
        case Type.NUMBER:
            return f"{value:.2f}"
        case Type.INTEGER:
            return int(value)
        case Type.DATE:
            return value.isoformat()
        case Type.TEXTS:
            return sorted(set(value))
        case Type.NUMBERS:
            return sorted(set(map(Fraction, value)))
    return value


def _in_words(edition: Edition, facts: Mapping[str, Any], expected: Answer, seen: Answer) -> str:
    at = {name: (expected.get(name), seen.get(name)) for name in seen if seen.get(name) != expected.get(name)}
    lines = [f"{name}: assessed {one!r}, in SQL {other!r}" for name, (one, other) in at.items()]
    shown = json.dumps(show_facts(edition.programme, facts), ensure_ascii=False)
    rules = edition.text.partition("[derived]")[2]
    return "\n".join(["", *lines, f"facts: {shown}", f"edition:\n{rules}"])
