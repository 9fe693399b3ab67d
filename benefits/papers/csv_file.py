"""CSV that Excel and WPS open rightly: a byte order mark, CRLF, texts in quotes and guarded, numbers bare."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from benefits.papers.cells import cell_text, guarded, is_number

_CHUNK_ROWS = 500
_BOM = "\ufeff"


def write_csv(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[bytes]:
    """The table as UTF-8 in pieces of some hundred rows, the header first.

    Raises ValueError for a row that is not as long as the header.
    """
    lines = [_BOM + _line(columns)]
    for row in rows:
        if len(row) != len(columns):
            raise ValueError("a row is not as long as the header")
        lines.append(_line(row))
        if len(lines) >= _CHUNK_ROWS:
            yield "".join(lines).encode()
            lines = []
    yield "".join(lines).encode()


def _line(row: Sequence[object]) -> str:
    return ",".join(_cell(value) for value in row) + "\r\n"


def _cell(value: object) -> str:
    text = cell_text(value)
    if value is None or is_number(value):
        return text
    quoted = guarded(text).replace('"', '""')
    return f'"{quoted}"'
