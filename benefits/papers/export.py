"""One selection as JSONL, CSV or XLSX, streamed; the three agree to the row and say so by count and digest."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import sha256
from typing import Literal

from benefits.papers.cells import cell_text, plain
from benefits.papers.csv_file import write_csv
from benefits.papers.workbook import Table, write_workbook

Shape = Literal["jsonl", "csv", "xlsx"]
Write = Callable[[Sequence[str], Iterator[Sequence[object]]], Iterator[bytes]]  # columns and rows → the file
_CHUNK_BYTES = 65_536
_CHUNK_ROWS = 500
_TEXTS = json.JSONEncoder(ensure_ascii=False)
_OBJECTS = json.JSONEncoder(ensure_ascii=False, allow_nan=False, default=cell_text)


class Export:
    """An export under way: iterate over its bytes once; `count` and `digest` are final when they are all taken.

    `digest` is the SHA-256 of the rows whatever the shape: for each row a JSON array of its cells as CSV shows
    them (not guarded) and a line end; the columns come first. `control_digest` works it out again from what
    was read from a file.
    """

    def __init__(self, columns: Sequence[str], rows: Iterable[Sequence[object]], write: Write) -> None:
        self.count = 0
        self._hash = sha256()
        self._hash.update(control_line(columns))
        self._columns = columns
        self._chunks = write(columns, self._counted(rows))

    def __iter__(self) -> Iterator[bytes]:
        return self._chunks

    @property
    def digest(self) -> str:
        """The control digest of the rows written so far, in hexadecimal."""
        return self._hash.hexdigest()

    def _counted(self, rows: Iterable[Sequence[object]]) -> Iterator[Sequence[object]]:
        for row in rows:
            if len(row) != len(self._columns):
                raise ValueError("a row is not as long as the columns")
            self.count += 1
            self._hash.update(control_line(row))
            yield row


def export_rows(columns: Sequence[str], rows: Iterable[Sequence[object]], shape: Shape) -> Export:
    """Rows of plain values as a stream of bytes in the shape asked for; JSONL has one object a row.

    Money stands as text with its decimals in JSONL, as numbers in CSV and XLSX.
    """
    return Export(columns, rows, {"jsonl": _jsonl, "csv": write_csv, "xlsx": _xlsx}[shape])


def control_digest(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """The digest that an export of these rows has."""
    total = sha256(control_line(columns))
    for row in rows:
        total.update(control_line(row))
    return total.hexdigest()


def control_line(row: Sequence[object]) -> bytes:
    """What a row adds to the control digest."""
    return (_TEXTS.encode([cell_text(value) for value in row]) + "\n").encode()


def _jsonl(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[bytes]:
    lines: list[str] = []
    for row in rows:
        lines.append(plain(_OBJECTS.encode(dict(zip(columns, row, strict=True)))))
        if len(lines) >= _CHUNK_ROWS:
            yield ("\n".join(lines) + "\n").encode()
            lines = []
    if lines:
        yield ("\n".join(lines) + "\n").encode()


def _xlsx(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[bytes]:
    with write_workbook([Table("Export", columns, rows)]) as whole:
        while chunk := whole.read(_CHUNK_BYTES):
            yield chunk
