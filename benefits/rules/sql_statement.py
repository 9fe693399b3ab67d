"""A statement in layers: each value is worked out once, in a nested SELECT, and read by name above it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from benefits.rules.values import Type

SQL_TYPES: Mapping[Type, str] = {
    Type.NUMBER: "numeric",
    Type.INTEGER: "numeric",
    Type.BOOL: "boolean",
    Type.TEXT: "text",
    Type.DATE: "date",
    Type.TEXTS: "text[]",
    Type.NUMBERS: "numeric[]",
    # Tables are read where they are used; that they are there is all that is left of them.
    Type.TIERS: "boolean",
    Type.TABLE: "boolean",
}
_LONGEST = 160


@dataclass(frozen=True, slots=True)
class Term:
    """The SQL of a value; it can stand in layer `level` or above.

    A number is `sql` divided by `over`, which is above zero wherever the number is known (None: by one).
    `sql` is NULL exactly where the value is unknown.
    """

    sql: str
    level: int = 1
    over: str | None = None


def level(terms: Iterable[Term]) -> int:
    """The lowest layer in which all of them can stand."""
    return max((term.level for term in terms), default=1)


class Statement:
    """Gathers the layers and the parameters of one statement."""

    def __init__(self) -> None:
        self.parameters: dict[str, Any] = {}
        self._layers: list[dict[str, str]] = []
        self._names: dict[object, str] = {}

    def parameter(self, value: Any, sql_type: str) -> str:
        """A typed parameter, the same for the same value."""
        key = (repr(value), sql_type)
        if key not in self._names:
            self._names[key] = f"rule_{len(self.parameters)}"
            self.parameters[self._names[key]] = value
        return f"CAST(:{self._names[key]} AS {sql_type})"

    def bind(self, term: Term) -> Term:
        """The value as a column of its layer, to be read from the one above; the same text is worked out once."""
        if term.over is None:
            plain = term.sql.isidentifier()
            return term if plain else Term(self._column(term.sql, term.level), term.level + 1)
        return Term(self._column(term.sql, term.level), term.level + 1, self._column(term.over, term.level))

    def settle(self, term: Term) -> Term:
        """The value, bound if its text is long: no text grows by being written twice."""
        return self.bind(term) if len(term.sql) + len(term.over or "") > _LONGEST else term

    def _column(self, sql: str, at: int) -> str:
        key = (at, sql)
        if key not in self._names:
            self._names[key] = f"value_{len(self._names)}"
            self._layers += [{} for _ in range(at - len(self._layers))]
            self._layers[at - 1][self._names[key]] = sql
        return self._names[key]

    def text(self, facts: str, results: Mapping[str, str]) -> str:
        """The statement over the SELECT `facts`; `results` are read from the top layer."""
        # OFFSET 0 keeps PostgreSQL from pulling a layer up, which would work its values out once per mention.
        source = f"{facts} OFFSET 0"
        for layer in self._layers:
            source = f"SELECT layer.*, {_columns(layer)}\nFROM ({source}) AS layer OFFSET 0"
        return f"SELECT {_columns(results)}\nFROM ({source}) AS layer"


def _columns(named: Mapping[str, str]) -> str:
    return ",\n ".join(f"{sql} AS {name}" for name, sql in named.items())
