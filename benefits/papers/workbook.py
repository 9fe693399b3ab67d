"""Workbooks out: typed cells, no formulas, constant memory, a further sheet where one is full."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from tempfile import TemporaryDirectory, TemporaryFile
from typing import IO

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from benefits.papers.cells import cell_text, guarded, is_number, plain

SHEET_ROWS = 1_048_576
_CELL_UNITS = 32_767  # what one cell holds, in UTF-16 code units
_FIRST_DAY = date(1900, 3, 1)  # before it the spreadsheets' calendar has a day that never was
_MADE_AT = datetime(2000, 1, 1, tzinfo=UTC)  # fixed: nothing in a file says when the machine wrote it
_PLAIN: Mapping[str, object] = {}
_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\'", "_"))


@dataclass(frozen=True)
class Table:
    """One list: its name (the sheet's), its columns, its rows (each as long as the columns; may be a generator).

    `widths` are the least widths of the columns in characters; without them each is as wide as its header asks.
    """

    name: str
    columns: Sequence[str]
    rows: Iterable[Sequence[object]]
    widths: Sequence[float] = ()


@contextmanager
def opened(target: IO[bytes]) -> Iterator[Workbook]:
    """A workbook written to `target` row by row; its temporary files are gone afterwards, whatever happened."""
    with TemporaryDirectory() as folder:
        workbook = Workbook(
            target,
            {
                "constant_memory": True,
                "tmpdir": folder,
                "strings_to_formulas": False,
                "strings_to_numbers": False,
                "strings_to_urls": False,
            },
        )
        workbook.set_properties({"created": _MADE_AT})
        try:
            yield workbook
        finally:
            workbook.close()


def write_workbook(tables: Iterable[Table], *, sheet_rows: int = SHEET_ROWS) -> IO[bytes]:
    """The tables as XLSX in a temporary file, at its beginning; the caller reads and closes it.

    A table longer than `sheet_rows` (header included) goes on in a further sheet with the same header. Texts are text
    cells, guarded; numbers, days and truths are typed; aware instants are ISO text, for a cell has no time zone.
    Raises ValueError for a row that is not as long as the columns.
    """
    out: IO[bytes] = TemporaryFile()  # noqa: SIM115 - the caller's to close
    try:
        with opened(out) as workbook:
            ink = Ink(workbook)
            taken: set[str] = set()
            for table in tables:
                _write_table(workbook, ink, table, taken, sheet_rows)
    except BaseException:
        out.close()
        raise
    out.seek(0)
    return out


def _write_table(workbook: Workbook, ink: Ink, table: Table, taken: set[str], sheet_rows: int) -> None:
    sheet = None
    at = sheet_rows
    for row in table.rows:
        if len(row) != len(table.columns):
            raise ValueError("a row is not as long as the columns")
        if at >= sheet_rows:
            sheet, at = _sheet(workbook, ink, table, taken), 1
        for column, value in enumerate(row):
            ink.write(sheet, at, column, value)
        at += 1
    if sheet is None:
        _sheet(workbook, ink, table, taken)


def _sheet(workbook: Workbook, ink: Ink, table: Table, taken: set[str]) -> Worksheet:
    sheet = workbook.add_worksheet(sheet_name(table.name, taken))
    sheet.freeze_panes(1, 0)
    for column, name in enumerate(table.columns):
        least = table.widths[column] if table.widths else 0
        sheet.set_column(column, column, max(least, column_width(name)))
        ink.write(sheet, 0, column, str(name), {"bold": True})
    return sheet


def sheet_name(wanted: str, taken: set[str]) -> str:
    """A name that a spreadsheet accepts and that is not in `taken` (case does not count); adds it there."""
    base = plain(wanted).translate(_FORBIDDEN).strip()[:31] or "Sheet"
    name, number = base, 1
    while name.casefold() in taken:
        number += 1
        tail = f" ({number})"
        name = base[: 31 - len(tail)] + tail
    taken.add(name.casefold())
    return name


def column_width(name: str) -> float:
    """A width in which a header can be read, in characters; Chinese ones count double."""
    return max(12, min(40, 4 + sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in str(name))))


def fitting(text: str) -> str:
    """`text`, or where it is longer than a cell can hold its beginning and a plain remark that it was cut."""
    if len(text) <= _CELL_UNITS // 2 or len(text.encode("utf-16-le")) // 2 <= _CELL_UNITS:
        return text
    return f"{text[: _CELL_UNITS // 2 - 40]} …〔{len(text)} characters; the whole text is in CSV or JSONL〕"


class Ink:
    """Writes values into cells, each with its type and the formats made once a workbook."""

    def __init__(self, workbook: Workbook) -> None:
        self._workbook = workbook
        self._formats: dict[tuple[object, ...], Format] = {}

    def style(self, shape: str, look: Mapping[str, object] = _PLAIN) -> Format:
        """The format that shows a value in this `shape` (a number format) and with this look."""
        key = (shape, *look.items())
        if key not in self._formats:
            self._formats[key] = self._workbook.add_format({"num_format": shape, **look})
        return self._formats[key]

    def write(
        self,
        sheet: Worksheet,
        row: int,
        column: int,
        value: object,
        look: Mapping[str, object] = _PLAIN,
        *,
        as_read: bool = False,
    ) -> None:
        """One cell; `look` are properties of its format (bold, bg_color …).

        `as_read` leaves a text exactly as it is and marks the cell as quoted text instead of guarding it: for
        tables that are corrected and sent again.
        """
        if value is None:
            sheet.write_blank(row, column, None, self.style("General", look) if look else None)
        elif isinstance(value, bool):
            sheet.write_boolean(row, column, value, self.style("General", look))
        elif is_number(value):
            sheet.write_number(row, column, value, self.style(_number_format(value), look))
        elif isinstance(value, date) and _fits_calendar(value):
            shape = "yyyy-mm-dd hh:mm:ss" if isinstance(value, datetime) else "yyyy-mm-dd"
            sheet.write_datetime(row, column, value, self.style(shape, look))
        else:
            text = cell_text(value)
            safe = guarded(text)
            if as_read and safe != text:
                look = {**look, "quote_prefix": True}
            sheet.write_string(row, column, fitting(text if as_read else safe), self.style("@", look))


def _number_format(value: Decimal | float) -> str:
    """As many decimals as the value has, so that the cell shows what CSV says."""
    if isinstance(value, float):
        return "General"
    places = -int(value.as_tuple().exponent) if isinstance(value, Decimal) else 0
    return "0." + "0" * places if places > 0 else "0"


def _fits_calendar(value: date) -> bool:
    aware = isinstance(value, datetime) and value.tzinfo is not None
    return not aware and (value.date() if isinstance(value, datetime) else value) >= _FIRST_DAY
