"""One selection as JSONL, CSV or XLSX, streamed; the three agree to the row and say so by count and digest."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import sha256
from typing import Literal

from benefits.papers.cells import Cells, in_cells
from benefits.papers.csv_file import write_cells
from benefits.papers.workbook import Table, write_workbook

Shape = Literal["jsonl", "csv", "xlsx"]
Write = Callable[[Sequence[str], Iterator[Cells]], Iterator[bytes]]  # columns and rows → the file
_CHUNK_BYTES = 65_536
_CHUNK_ROWS = 500
_BARE = (bool, int, float, dict, list, tuple)  # what stands in JSON as its text does; everything else is a string
_quoted = json.JSONEncoder(ensure_ascii=False).encode


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

    def _counted(self, rows: Iterable[Sequence[object]]) -> Iterator[Cells]:
        for row in rows:
            if len(row) != len(self._columns):
                raise ValueError("a row is not as long as the columns")
            cells = in_cells(row)
            self.count += 1
            self._hash.update(_control(cells))
            yield cells


def export_rows(columns: Sequence[str], rows: Iterable[Sequence[object]], shape: Shape) -> Export:
    """Rows of plain values as a stream of bytes in the shape asked for; JSONL has one object a row.

    Money stands as text with its decimals in JSONL, as numbers in CSV and XLSX.
    """
    return Export(columns, rows, {"jsonl": _jsonl, "csv": write_cells, "xlsx": _xlsx}[shape])


def control_digest(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """The digest that an export of these rows has."""
    total = sha256(control_line(columns))
    for row in rows:
        total.update(control_line(row))
    return total.hexdigest()


def control_line(row: Sequence[object]) -> bytes:
    """What a row adds to the control digest."""
    return _control(in_cells(row))


def _control(row: Cells) -> bytes:
    return f"[{', '.join(map(_quoted, row.texts))}]\n".encode()


def _jsonl(columns: Sequence[str], rows: Iterable[Cells]) -> Iterator[bytes]:
    keys, lines = [_quoted(column) for column in columns], []
    for row in rows:
        members = map(_member, keys, row.values, row.texts)
        lines.append(f"{{{', '.join(members)}}}\n")
        if len(lines) >= _CHUNK_ROWS:
            yield "".join(lines).encode()
            lines = []
    if lines:
        yield "".join(lines).encode()


def _member(key: str, value: object, text: str) -> str:
    if value is None:
        return f"{key}: null"
    return f"{key}: {text if isinstance(value, _BARE) else _quoted(text)}"


def _xlsx(columns: Sequence[str], rows: Iterable[Cells]) -> Iterator[bytes]:
    with write_workbook([Table("Export", columns, (row.values for row in rows))]) as whole:
        while chunk := whole.read(_CHUNK_BYTES):
            yield chunk
