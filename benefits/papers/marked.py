"""A table as it was sent, with every finding marked in its cell, to be corrected and sent again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Literal

from xlsxwriter.worksheet import Worksheet

from benefits.papers.workbook import Ink, column_width, fitting, opened, sheet_name

# The last column of a marked table, by language; intake passes over both.
FINDINGS_COLUMNS = {"zh-CN": "校验结果", "en": "Findings"}
_FILL = {"error": "#F8CBAD", "warning": "#FFE699"}
_BETWEEN = {"zh-CN": "；", "en": "; "}


@dataclass(frozen=True)
class Mark:
    """A finding for a person to read. `row` counts as a spreadsheet does: the header is row 1."""

    row: int
    column: str | None
    severity: Literal["error", "warning"]
    text: str


def mark_workbook(
    rows: Sequence[Sequence[object]],
    marks: Sequence[Mark],
    *,
    language: str,
    only_rejected: bool = False,
    name: str = "Sheet1",
) -> bytes:
    """The table (header first, then rows as they were read) as XLSX with fills, comments and a last column of findings.

    Texts stay exactly as read: text cells, marked as quoted where they look like a formula. `only_rejected` keeps the header
    and the rows that have an error.
    """
    by_row: dict[int, list[Mark]] = defaultdict(list)
    for mark in marks:
        by_row[mark.row].append(mark)
    header = _columns(rows[0] if rows else ())
    out = BytesIO()
    with opened(out) as workbook:
        sheet = workbook.add_worksheet(sheet_name(name, set()))
        sheet.freeze_panes(1, 0)
        ink = Ink(workbook)
        at = 0
        for number, row in enumerate(rows, start=1):
            found = by_row.get(number, [])
            if number > 1 and only_rejected and not any(mark.severity == "error" for mark in found):
                continue
            _write_row(sheet, ink, at, row, header, found)
            _write_findings(sheet, ink, at, len(header), found, language)
            at += 1
        for column, title in enumerate(header):
            sheet.set_column(column, column, column_width(title))
        sheet.set_column(len(header), len(header), 60)
    return out.getvalue()


def _columns(header: Sequence[object]) -> list[str]:
    """The names of the columns; a last one of findings, from an earlier round, falls away."""
    names = [str(cell).strip() for cell in header]
    return names[:-1] if names and names[-1] in FINDINGS_COLUMNS.values() else names


def _write_row(
    sheet: Worksheet, ink: Ink, at: int, row: Sequence[object], header: Sequence[str], found: Sequence[Mark]
) -> None:
    by_column: dict[str | None, list[Mark]] = defaultdict(list)
    for mark in found:
        by_column[mark.column].append(mark)
    for column, title in enumerate(header):
        value = row[column] if column < len(row) else None
        here = by_column.get(title, [])
        look: dict[str, object] = {"bg_color": _FILL[_worst(here)]} if here else {}
        if at == 0:
            look["bold"] = True
        ink.write(sheet, at, column, value, as_read=True, **look)
        if here:
            comment = "\n".join(mark.text for mark in here)
            sheet.write_comment(at, column, fitting(comment), {"x_scale": 2})


def _write_findings(sheet: Worksheet, ink: Ink, at: int, column: int, found: Sequence[Mark], language: str) -> None:
    """The last cell of a row: all its findings; in the header its title, with what concerns the whole table."""
    said = _BETWEEN[language].join(f"{mark.column}: {mark.text}" if mark.column else mark.text for mark in found)
    look: dict[str, object] = {"bg_color": _FILL[_worst(found)]} if found else {}
    if at == 0:
        ink.write(sheet, at, column, FINDINGS_COLUMNS[language], bold=True, **look)
        if said:
            sheet.write_comment(at, column, fitting(said), {"x_scale": 2})
    elif said:
        ink.write(sheet, at, column, said, **look)


def _worst(marks: Sequence[Mark]) -> str:
    return "error" if any(mark.severity == "error" for mark in marks) else "warning"
