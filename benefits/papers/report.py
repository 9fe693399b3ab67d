"""统计表: any report as a ruled sheet, with its count, control totals and digest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from benefits.papers.labels import labels
from benefits.papers.press import Sheet, pressed
from benefits.papers.sheet import MM, Cell, Page, Row, Section

_MANY_COLUMNS = 12  # from which on figures are set smaller, so that none is broken in two
_A4_LYING = Page(297 * MM, 210 * MM, margin=12 * MM, title=23 * MM, foot=9 * MM, size=8.5, side=0)


@dataclass(frozen=True)
class Column:
    """A column: its heading, its part of the width, whether it holds figures."""

    title: str
    share: float
    figure: bool


@dataclass(frozen=True)
class Report:
    """What is printed; rows and totals are in words, as long as the columns. Without a unit it is all the reader's."""

    union_name: str
    title: str
    unit: str
    year: int
    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]
    totals: Sequence[str]
    count: int
    digest: str
    as_of: datetime
    printed_at: datetime
    printed_by: str


def report(of: Report, language: str) -> bytes:
    """The report as PDF, A4 lying, in `zh-CN` or `en`; the same report gives the same bytes."""
    words = labels(language)
    text, form = words.part("report"), words.part("form")
    head = Row(tuple(Cell(column.title, column.share, "label") for column in of.columns))
    rows = [_row(of.columns, row) for row in of.rows] or [Row((Cell(text["empty"], 1, "centre"),), 14 * MM)]
    total = _row(of.columns, (text["total"].format(count=of.count), *of.totals[1:]))
    return pressed(
        Sheet(
            page=_A4_LYING if len(of.columns) <= _MANY_COLUMNS else replace(_A4_LYING, size=6.5),
            language=language,
            union=of.union_name,
            title=of.title,
            under=(
                f"{text['unit']}{words.colon}{of.unit or text['all_units']}",
                text["year"].format(year=of.year),
                f"{text['as_of']}{words.colon}{words.instant(of.as_of)}",
            ),
            sections=[Section("", [*rows, total], head)],
            foot=(
                f"{text['digest']}{words.colon}{of.digest}",
                form["printed"].format(at=words.instant(of.printed_at), by=of.printed_by),
            ),
            page_of=form["page_of"],
        )
    )


def _row(columns: Sequence[Column], texts: Sequence[str]) -> Row:
    cells = zip(texts, columns, strict=True)
    return Row(tuple(Cell(text, column.share, "figure" if column.figure else "text") for text, column in cells))
