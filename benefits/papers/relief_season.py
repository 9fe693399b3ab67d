"""送清凉季度统计表: the visit points of a season, their goods by article and their amounts by unit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields, replace
from datetime import date, datetime
from decimal import Decimal
from typing import IO

from benefits.papers.labels import Labels, labels
from benefits.papers.press import Sheet, pressed
from benefits.papers.sheet import MM, Cell, Kind, Page, Row, Section
from benefits.papers.workbook import Table, write_workbook

_A4_LYING = Page(297 * MM, 210 * MM, margin=10 * MM, title=23 * MM, foot=7 * MM, size=8.0, side=7 * MM)
_WIDE = {"name": 7.5, "visited_unit": 7.5, "article": 6.5, "specification": 5.5, "batch_number": 6.4, "day": 6.6}
_WIDE |= {"amount": 5.4, "to_reimburse": 5.4, "unit_price": 4.6, "state": 4, "unit_code": 4.4, "visited_unit_code": 4.6}
_LEFT = {"name", "visited_unit", "article", "specification"}


@dataclass(frozen=True)
class Line:
    """One lot at one point; what belongs to the point stands in its first line only, so that columns can be summed."""

    unit_code: str
    visited_unit_code: str
    visited_unit: str
    name: str
    day: date
    state: str
    points: int
    heads: int | None
    members: int | None
    non_members: int | None
    non_staff: int | None
    article: str | None
    specification: str | None
    batch_number: str | None
    measure: str | None
    unit_price: Decimal | None
    issued: int
    returned: int
    signed: int
    amount: Decimal
    to_reimburse: Decimal


@dataclass(frozen=True)
class ArticleSum:
    """One article over the season; quantities in its measure, the amount in yuan."""

    article: str
    specification: str | None
    measure: str
    issued: int
    returned: int
    signed: int
    amount: Decimal


@dataclass(frozen=True)
class UnitSum:
    """One visited unit over the season."""

    visited_unit_code: str
    visited_unit: str
    points: int
    heads: int
    members: int
    non_members: int
    non_staff: int
    amount: Decimal
    to_reimburse: Decimal


Counted = Line | ArticleSum | UnitSum


@dataclass(frozen=True)
class Season:
    """The whole; `total` sums the lines."""

    union_name: str
    since: date
    until: date
    lines: Sequence[Line]
    articles: Sequence[ArticleSum]
    units: Sequence[UnitSum]
    total: UnitSum
    printed_at: datetime
    printed_by: str


def workbook(of: Season, language: str) -> IO[bytes]:
    """Three sheets: lines, articles, units with their total; the caller closes it."""
    words = labels(language)
    text = words.part("relief_season")
    return write_workbook(
        Table(text[name], [text[column.name] for column in fields(kind)], (_plain(each, words) for each in rows))
        for name, kind, rows in _parts(of, text)
    )


def _parts(of: Season, text: dict[str, str]) -> list[tuple[str, type[Counted], Sequence[Counted]]]:
    return [
        ("lines", Line, of.lines),
        ("articles", ArticleSum, of.articles),
        ("units", UnitSum, [*of.units, replace(of.total, visited_unit=text["total"])]),
    ]


def _plain(of: Counted, words: Labels) -> list[object]:
    return [
        words.word("relief_state", value) if column.name == "state" else value
        for column, value in zip(fields(of), astuple(of), strict=True)
    ]


def sheet(of: Season, language: str) -> bytes:
    """The season as PDF, A4 lying, in `zh-CN` or `en`; the same season gives the same bytes."""
    words = labels(language)
    text, form = words.part("relief_season"), words.part("form")
    empty = [Row((Cell(text["empty"], 1, "centre"),), 14 * MM)]
    sections = [
        Section(text[name], [_row(each, words) for each in rows] or empty, _head(kind, text) if rows else None)
        for name, kind, rows in _parts(of, text)
    ]
    return pressed(
        Sheet(
            page=_A4_LYING,
            language=language,
            union=of.union_name,
            title=text["title"],
            under=("", f"{words.day(of.since)} — {words.day(of.until)}", text["unit_of_money"]),
            sections=sections,
            foot=(form["printed"].format(at=words.instant(of.printed_at), by=of.printed_by),),
            page_of=form["page_of"],
        )
    )


def _head(kind: type[Counted], text: dict[str, str]) -> Row:
    return Row(tuple(Cell(text[column.name], _WIDE.get(column.name, 3), "label") for column in fields(kind)))


def _row(of: Counted, words: Labels) -> Row:
    cells = []
    for column, value in zip(fields(of), _plain(of, words), strict=True):
        figure = isinstance(value, int | Decimal)
        shown = "" if value is None else f"{value:,.2f}" if isinstance(value, Decimal) else str(value)
        kind: Kind = "figure" if figure else "text" if column.name in _LEFT else "centre"
        cells.append(Cell(shown, _WIDE.get(column.name, 3), kind))
    return Row(tuple(cells))
