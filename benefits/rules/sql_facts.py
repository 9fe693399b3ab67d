"""The lowest layer of a statement: the facts of each row as values of the language, defaults and nones put in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from benefits.rules.evaluate import Scene
from benefits.rules.facts import WRITINGS
from benefits.rules.nodes import Constant
from benefits.rules.policy import Edition
from benefits.rules.sql_functions import WITHIN
from benefits.rules.sql_statement import SQL_TYPES, Term
from benefits.rules.values import Type


@dataclass(frozen=True)
class Column:
    """The SQL of a fact in each row: its value, NULL where that is unknown or none, and when it is stated to be none.

    By the fact's type: money, decimal, integer → a number, never NaN, whole for an integer; date → date;
    bool → boolean; text → text; texts → text[] and integers → an array of whole numbers, without NULL elements;
    honours → text[] of the levels of those still valid.
    """

    value: str
    none: str = ""


class FactLayer:
    """The SELECT of the facts that differ by row; only those that are read come into it."""

    def __init__(
        self, edition: Edition, columns: Mapping[str, Column], scene_of: Callable[[Mapping[str, Any]], Scene]
    ) -> None:
        """`scene_of` gives the case with the given facts, from which the defaults are seen."""
        self._facts, self._columns = edition.programme.all_facts, columns
        self._absent, self._none = scene_of({}), scene_of(dict.fromkeys(columns))
        self._read: dict[str, str] = {}

    def value(self, name: str, constant: Callable[[Constant], Term]) -> Term:
        """The fact's value; `constant` writes its default or what a stated none means."""
        if f"fact_{name}" not in self._read:
            self._read[f"fact_{name}"] = self._value(name, constant)
        return Term(f"fact_{name}")

    def _value(self, name: str, constant: Callable[[Constant], Term]) -> str:
        column, kind = self._columns[name], WRITINGS[self._facts[name].type].type
        text = f"CAST({column.value} AS {SQL_TYPES[kind]})"
        if kind is Type.DATE:  # no such day is a fact, and infinity would abort a sweep
            text = f"CASE WHEN {text} {WITHIN} THEN {text} END"
        if name in self._absent.facts:
            text = f"COALESCE({text}, {constant(Constant(kind, self._absent.facts[name])).sql})"
        if column.none:
            stated = constant(Constant(kind, self._none.facts.get(name))).sql
            text = f"CASE WHEN ({column.none}) IS TRUE THEN {stated} ELSE {text} END"
        return text

    def stated(self, name: str) -> str | None:
        """The flag of a fact that can be stated to be none without a value; None where it cannot."""
        column, flags = self._columns[name], []
        if name in self._absent.nones:
            flags.append(f"({column.value}) IS NULL")
        if name in self._none.nones and column.none:
            flags.append(f"({column.none}) IS TRUE")
        if not flags:
            return None
        self._read[f"none_{name}"] = f"({' OR '.join(flags)})"
        return f"none_{name}"

    def text(self, source: str, carry: Mapping[str, str]) -> str:
        """The SELECT over `source`, which stands after FROM; `carry` is passed through."""
        named = {**carry, **self._read} or {"one": "1"}
        columns = ",\n ".join(f"{sql} AS {name}" for name, sql in named.items())
        return f"SELECT {columns}\nFROM {source}"
