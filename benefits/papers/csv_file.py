"""CSV that Excel and WPS open rightly: a byte order mark, CRLF, texts in quotes and guarded, numbers bare."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from benefits.papers.cells import Cells, guarded, in_cells, is_number

_CHUNK_ROWS = 500
_BOM = "\ufeff"


def write_csv(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[bytes]:
    """The table as UTF-8 in pieces of some hundred rows, the header first.

    Raises ValueError for a row that is not as long as the header.
    """
    return write_cells(columns, map(in_cells, rows))


def write_cells(columns: Sequence[str], rows: Iterable[Cells]) -> Iterator[bytes]:
    """As `write_csv`, of rows whose texts are worked out already."""
    lines = [_BOM + _line(in_cells(columns))]
    for row in rows:
        if len(row.values) != len(columns):
            raise ValueError("a row is not as long as the header")
        lines.append(_line(row))
        if len(lines) >= _CHUNK_ROWS:
            yield "".join(lines).encode()
            lines = []
    yield "".join(lines).encode()


def _line(row: Cells) -> str:
    return ",".join(map(_cell, row.values, row.texts)) + "\r\n"


def _cell(value: object, text: str) -> str:
    if value is None or is_number(value):
        return text
    quoted = guarded(text).replace('"', '""')
    return f'"{quoted}"'
