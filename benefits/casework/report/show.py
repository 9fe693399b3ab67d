"""A report in each of its forms, from one run of its rows: JSON in codes, CSV, XLSX and PDF in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from benefits.casework.report.frame import Asked, Column, Control, Report, Row, shown_value, totals_of
from benefits.core.actor import Actor
from benefits.core.errors import invalid
from benefits.papers import report as paper
from benefits.papers.csv_file import write_csv
from benefits.papers.labels import Labels, labels
from benefits.papers.workbook import Table, write_workbook
from models.unit import Unit

Form = Literal["json", "csv", "xlsx", "pdf"]
_PIECE = 65_536
_SHARE = 4.5  # how many characters of a workbook's column a text's part of the paper's width comes to
MOST_ROWS = 20_000  # of what is put together in memory; CSV and XLSX have no bound


def as_json(report: Report, asked: Asked, rows: Iterable[Row], language: str) -> dict[str, Any]:
    """The whole report: codes and exact values by column, with count, control totals and digest.

    Raises:
        Invalid: it has more rows than an answer holds.
    """
    control = Control(report, rows)
    shown = [_named(report, row) for row in _bounded(control)]
    return {
        "report": report.code,
        "title": report.title[language],
        "year": asked.year,
        "unit_code": asked.unit_code,
        "as_of": asked.at,
        "columns": [
            {"name": column.name, "title": column.title[language], "kind": column.kind, "summed": column.summed}
            for column in report.columns
        ],
        "rows": shown,
        "count": control.count,
        "totals": totals_of(report, control.totals),
        "digest": control.digest,
    }


def as_csv(report: Report, rows: Iterable[Row], language: str) -> Iterator[bytes]:
    """The rows in words, piece by piece; the last two lines are the control: count and totals, then the digest."""
    return write_csv(_titles(report, language), _with_control(report, rows, language))


def as_xlsx(report: Report, rows: Iterable[Row], language: str) -> Iterator[bytes]:
    """The same as a workbook, piece by piece."""
    widths = [column.share * _SHARE if column.kind == "text" else 0 for column in report.columns]
    table = Table(report.title[language], _titles(report, language), _with_control(report, rows, language), widths)
    with write_workbook([table]) as whole:
        while piece := whole.read(_PIECE):
            yield piece


def as_pdf(session: Session, actor: Actor, report: Report, asked: Asked, rows: Iterable[Row], language: str) -> bytes:
    """The same on paper, to be filed and signed; raises Invalid as `as_json` does."""
    control, words = Control(report, rows), labels(language)
    cells = [
        tuple(_printed(column, value, words) for column, value in zip(report.columns, row, strict=True))
        for row in _bounded(control)
    ]
    return paper.report(
        paper.Report(
            union_name=session.scalar(select(Unit.name).where(Unit.parent_id.is_(None))) or "",
            title=report.title[language],
            unit=_unit_name(session, asked),
            year=asked.year,
            columns=tuple(
                paper.Column(column.title[language], column.share, figure=column.kind != "text")
                for column in report.columns
            ),
            rows=cells,
            totals=tuple(_printed(column, control.totals.get(column.name, ""), words) for column in report.columns),
            count=control.count,
            digest=control.digest,
            as_of=asked.at,
            printed_at=actor.at,
            printed_by=actor.name,
        ),
        language,
    )


def _bounded(rows: Iterable[Row]) -> Iterator[Row]:
    for number, row in enumerate(rows, 1):
        if number > MOST_ROWS:
            raise invalid("/format", "report_too_long", most=MOST_ROWS)
        yield row


def _named(report: Report, row: Row) -> dict[str, Any]:
    return {column.name: shown_value(column, value) for column, value in zip(report.columns, row, strict=True)}


def _titles(report: Report, language: str) -> list[str]:
    return [column.title[language] for column in report.columns]


def _with_control(report: Report, rows: Iterable[Row], language: str) -> Iterator[tuple[object, ...]]:
    control, text = Control(report, rows), labels(language).part("report")
    for row in control:
        yield tuple(_in_words(column, value, language) for column, value in zip(report.columns, row, strict=True))
    totals = [control.totals.get(column.name) for column in report.columns[1:]]
    yield (text["total"].format(count=control.count), *totals)
    yield (text["digest"], control.digest, *([None] * (len(report.columns) - 2)))


def _in_words(column: Column, value: Any, language: str) -> object:
    return column.words(value, language) if column.words and value is not None else value


def _printed(column: Column, value: Any, words: Labels) -> str:
    if value is None or value == "" or (column.side and not value):
        return ""
    if column.kind == "yuan":
        return words.yuan(value)
    if isinstance(value, datetime | Decimal | int):
        return words.value(value)
    return str(_in_words(column, value, words.language))


def _unit_name(session: Session, asked: Asked) -> str:
    if asked.unit_code is None:
        return ""
    return session.scalars(select(Unit.name).where(Unit.code == asked.unit_code)).one()
