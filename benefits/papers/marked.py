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
_BREAK = "\n"
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
    """The table (header first, rows as they were read) as XLSX with fills, comments and a last column of findings.

    Texts stay exactly as read: text cells, marked as quoted where they look like a formula. `only_rejected` keeps
    the header and the rows that have an error.
    """
    by_row: dict[int, list[Mark]] = defaultdict(list)
    for mark in marks:
        by_row[mark.row].append(mark)
    rows = rows or [()]
    header = _columns(rows[0])
    out = BytesIO()
    with opened(out) as workbook:
        sheet = workbook.add_worksheet(sheet_name(name, set()))
        sheet.freeze_panes(1, 0)
        marker = _Marker(sheet, Ink(workbook), header, language)
        for number, row in enumerate(rows, start=1):
            found = by_row.get(number, [])
            if number == 1 or not only_rejected or _worst(found) == "error":
                marker.write(row, found)
        for column, title in enumerate(header):
            sheet.set_column(column, column, column_width(title))
        sheet.set_column(len(header), len(header), 60)
    return out.getvalue()


def _columns(header: Sequence[object]) -> list[str]:
    """The names of the columns; a last one of findings, from an earlier round, falls away."""
    names = [str(cell).strip() for cell in header]
    return names[:-1] if names and names[-1] in FINDINGS_COLUMNS.values() else names


class _Marker:
    """Writes the rows one after the other with what was found in them."""

    def __init__(self, sheet: Worksheet, ink: Ink, header: Sequence[str], language: str) -> None:
        self._sheet = sheet
        self._ink = ink
        self._header = header
        self._language = language
        self._at = 0

    def write(self, row: Sequence[object], found: Sequence[Mark]) -> None:
        """The next row; what concerns no column of its own stands only in the last one."""
        for column, title in enumerate(self._header):
            value = row[column] if column < len(row) else None
            here = [mark for mark in found if mark.column == title]
            self._cell(column, value, here, _BREAK.join(mark.text for mark in here))
        said = _BETWEEN[self._language].join(_with_column(mark) for mark in found)
        if self._at == 0:
            self._cell(len(self._header), FINDINGS_COLUMNS[self._language], found, said)
        else:
            self._cell(len(self._header), said or None, found, "")
        self._at += 1

    def _cell(self, column: int, value: object, found: Sequence[Mark], comment: str) -> None:
        look: dict[str, object] = {"bg_color": _FILL[_worst(found)]} if found else {}
        if self._at == 0:
            look["bold"] = True
        self._ink.write(self._sheet, self._at, column, value, look, as_read=True)
        if comment:
            self._sheet.write_comment(self._at, column, fitting(comment), {"x_scale": 2})


def _with_column(mark: Mark) -> str:
    return f"{mark.column}: {mark.text}" if mark.column else mark.text


def _worst(found: Sequence[Mark]) -> str:
    if any(mark.severity == "error" for mark in found):
        return "error"
    return "warning" if found else ""
