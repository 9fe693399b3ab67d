"""What a report is: its columns, its rows for a year and a unit, and the control by which its forms agree."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from hashlib import sha256
from typing import Any, Literal

from sqlalchemy import ColumnElement, and_, func
from sqlalchemy.orm import Session

from benefits.access.reach import within
from benefits.core.actor import Actor
from benefits.core.money import FEN, NOTHING
from benefits.papers.export import control_line
from benefits.rules.facts import Label
from models.unit import Unit

Kind = Literal["text", "count", "yuan", "days"]
Row = tuple[Any, ...]
PERMISSION = "report.read"
_PLACES = {"yuan": FEN, "days": Decimal("0.1")}


@dataclass(frozen=True)
class Asked:
    """What a report is asked: a year, the unit at `path` with all below it (None: all the reader's), an instant."""

    year: int
    at: datetime
    today: date
    unit_code: str | None = None
    path: str | None = None

    def covers(self, actor: Actor) -> ColumnElement[bool]:
        """The units of the report, as a `where`: the reader's, and of those the asked one's."""
        below = [] if self.path is None else [func.starts_with(Unit.path, self.path)]
        return and_(within(actor, PERMISSION), *below)


@dataclass(frozen=True)
class Column:
    """One column. Rows hold codes and exact values: text, whole numbers, yuan and days as Decimal; None is empty.

    `words` says in a language what people read for a code; `share` is the column's part of a paper's width; of a
    `summed` one the control total is shown; a `side` of an account is left empty on paper where it is nothing.
    """

    name: str
    title: Label
    kind: Kind = "text"
    summed: bool = False
    share: float = 3
    side: bool = False
    words: Callable[[str, str], str] | None = None


@dataclass(frozen=True)
class Report:
    """A report by its code. `rows` gives them for what is asked, in a fixed order, from one statement.

    A `personal` one names people: whoever takes it is recorded.
    """

    code: str
    title: Label
    columns: tuple[Column, ...]
    rows: Callable[[Session, Actor, Asked], Iterable[Row]]
    personal: bool = False

    @property
    def names(self) -> list[str]:
        """The columns by name."""
        return [column.name for column in self.columns]


class Control:
    """Rows on their way out, counted and summed; `count`, `totals` and `digest` are final when all are taken.

    `digest` is the SHA-256 over columns and rows as `benefits.papers.export` takes it: the same in every form and
    language.
    """

    def __init__(self, report: Report, rows: Iterable[Row]) -> None:
        self.count = 0
        self.totals: dict[str, Any] = {
            column.name: NOTHING if column.kind == "yuan" else 0 for column in report.columns if column.summed
        }
        self._hash = sha256(control_line(report.names))
        self._columns, self._rows = report.columns, rows

    def __iter__(self) -> Iterator[Row]:
        for row in self._rows:
            exact = tuple(_exact(column, value) for column, value in zip(self._columns, row, strict=True))
            self.count += 1
            self._hash.update(control_line(exact))
            for column, value in zip(self._columns, exact, strict=True):
                if column.summed and value is not None:
                    self.totals[column.name] += value
            yield exact

    @property
    def digest(self) -> str:
        """Of the rows taken so far, in hexadecimal."""
        return self._hash.hexdigest()


def _exact(column: Column, value: Any) -> Any:
    """A value with the decimals of its kind, whichever the database or a file gave it."""
    if value is None or column.kind not in _PLACES:
        return value
    return Decimal(value).quantize(_PLACES[column.kind], ROUND_HALF_UP)


def shown_value(column: Column, value: Any) -> Any:
    """A value as JSON has it: yuan with two decimals, days with one, counts as numbers."""
    return None if value is None else str(value) if column.kind in _PLACES else value


def totals_of(report: Report, totals: Mapping[str, Any]) -> dict[str, Any]:
    """The control totals as JSON has them."""
    return {column.name: shown_value(column, totals[column.name]) for column in report.columns if column.summed}
