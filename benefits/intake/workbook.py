"""Opens a workbook or CSV without trusting it: the parsing happens in a limited process of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any

import orjson

from benefits.core.as_typed import tidy
from benefits.core.code_table import CodeTable, code_table
from benefits.core.errors import Invalid, invalid

_HOUSE = Path(__file__).parents[2]
_READER = "import sys; sys.path.insert(0, sys.argv[1]); from benefits.intake.sheet_process import main; main()"
_MIB = 1 << 20
YES_NO = code_table("yes_no")
_OLD_OR_LOCKED = b"\xd0\xcf\x11\xe0"  # .xls, and a workbook under a password


def refused(fault: str, **params: object) -> Invalid:
    """The file cannot be read as the table it should be.

    Faults: `not_a_workbook`, `not_a_message`, `macro_workbook`, `zip_bomb`, `too_large`, `too_many_rows`,
    `too_many_columns`, `cell_too_long`, `declaration_in_xml`, `encoding_unreadable`, `sheet_missing`, `empty`,
    `column_missing`, `column_unknown`, `header_duplicate`.
    """
    return invalid("/file", fault, **params)


@dataclass(frozen=True)
class Limits:
    """What a workbook may cost. Sizes in bytes, `ratio` unpacked to packed, `cell` in characters."""

    size: int = 64 * _MIB
    unpacked: int = 512 * _MIB
    ratio: int = 100
    parts: int = 1_000
    rows: int = 250_001
    columns: int = 200
    cell: int = 2_000


@dataclass(frozen=True)
class Columns:
    """The table that a kind of import expects: its sheet's name, its columns by their headings, and their words.

    `also` are further headings that are read where they stand, as `as_heading` writes them, in whatever case; `notes`
    explain a heading to whoever fills the table in.
    """

    sheet: str
    required: tuple[str, ...]
    optional: tuple[str, ...]
    words: Mapping[str, CodeTable] = field(default_factory=dict)
    also: frozenset[str] = frozenset()
    notes: Mapping[str, str] = field(default_factory=dict)
    ignored: frozenset[str] = frozenset({"序号", "备注", "校验结果", "Findings"})  # the last two: our own marks
    messages: bool = False  # whether a bank's message may come instead of a table

    def bind(self, header: list[str]) -> list[tuple[str, int]]:
        """Which heading stands where."""
        names = [as_heading(heading) for heading in header]
        known = {name: at for at, name in enumerate(names) if name}
        if len(known) != sum(map(bool, names)):
            twice = sorted({name for name in names if name and names.count(name) > 1})
            raise refused("header_duplicate", columns=twice)
        if missing := [name for name in self.required if name not in known]:
            raise refused("column_missing", columns=missing)
        unknown = sorted(known.keys() - {*self.required, *self.optional} - self.ignored)
        if unknown := [name for name in unknown if name.casefold() not in self.also]:
            raise refused("column_unknown", columns=unknown)
        return [(name, at) for name, at in known.items() if name not in self.ignored]


def as_heading(text: str) -> str:
    """A heading as it is compared: blanks and the star of a required column are no part of it."""
    return "".join(tidy(text).split()).strip("*＊")


@dataclass(frozen=True)
class Table:
    """An opened table of about `height` rows. `rows` gives (row as in the sheet, cells by heading) once, in order."""

    height: int
    rows: Iterator[tuple[int, dict[str, str]]]


@contextmanager
def read_table(content: bytes, filename: str, columns: Columns, limits: Limits | None = None) -> Iterator[Table]:
    """Open XLSX or CSV (UTF-8 or GB18030) and read the table that `columns` describes, inside a `with`.

    Cells come as text: days as `2019-05-01`, numbers plain, and those of more digits than Excel keeps in a form that no
    check of digits accepts. Raises `Invalid` (see `refused`), mostly at once, at worst while the rows are read,
    so nothing may be kept before the last one.
    """
    with read_rows(content, filename, columns, limits) as (height, rows):
        header = next(rows, None)
        if header is None:
            raise refused("empty")
        message = columns.messages and is_message(content)  # whose columns are those of our own reader
        bound = [(name, at) for at, name in enumerate(header[1])] if message else columns.bind(header[1])
        yield Table(height, _by_heading(rows, bound))


@contextmanager
def read_rows(
    content: bytes, filename: str, columns: Columns, limits: Limits | None = None
) -> Iterator[tuple[int, Iterator[tuple[int, list[str]]]]]:
    """About how many rows a file has, and those that are not blank, numbered, as they stand; else like `read_table`."""
    limits = limits or Limits()
    _refuse_at_sight(content, filename, limits, messages=columns.messages)
    with _reader(content, columns, limits) as lines:
        opening = _next_line(lines)
        if not isinstance(opening, dict) or "height" not in opening:
            raise refused("too_large")
        yield opening["height"], _rows(lines)


def is_message(content: bytes) -> bool:
    """Whether a file looks like XML; what it is, its reader finds out."""
    return content[:4096].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")


def _refuse_at_sight(content: bytes, filename: str, limits: Limits, *, messages: bool) -> None:
    ending = Path(filename).suffix.lower()
    if len(content) > limits.size:
        raise refused("too_large", most_mib=limits.size // _MIB)
    if ending in {".xlsm", ".xltm", ".xlam"}:
        raise refused("macro_workbook")
    if not content[:4096].strip():
        raise refused("empty")
    if messages and is_message(content):
        return
    if content.startswith(_OLD_OR_LOCKED) or (ending != ".csv" and not content.startswith(b"PK")):
        raise refused("not_a_workbook")


@contextmanager
def _reader(content: bytes, columns: Columns, limits: Limits) -> Iterator[IO[bytes]]:
    """The lines that the reading process writes. It gets time and memory by the size of what was sent."""
    mib = -(-len(content) // _MIB)
    arguments = asdict(limits) | {"seconds": 1 + 3 * mib // 2, "memory": (96 + 8 * mib) * _MIB}
    arguments |= {"sheet": columns.sheet, "message": columns.messages and is_message(content)}
    with subprocess.Popen(  # noqa: S603 - our own program, and nothing of the sender's in its arguments
        [sys.executable, "-I", "-c", _READER, str(_HOUSE), orjson.dumps(arguments).decode()],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={},  # no setting and no secret of ours reaches the process that opens a stranger's file
    ) as process:
        assert process.stdin is not None  # noqa: S101 - asked for as a pipe above
        assert process.stdout is not None  # noqa: S101 - asked for as a pipe above
        try:
            try:
                process.stdin.write(content)
                process.stdin.close()
            except BrokenPipeError:
                pass  # it gave up early; what it wrote says why
            yield process.stdout
        finally:
            process.kill()


def _next_line(lines: IO[bytes]) -> Any:
    """The next line's value; a fault, or an end without a word (out of time or memory), is a refusal."""
    line = lines.readline()
    if not line.endswith(b"\n"):
        raise refused("too_large")
    value = orjson.loads(line)
    if isinstance(value, dict) and "fault" in value:
        raise refused(value["fault"], **value["params"])
    return value


def _rows(lines: IO[bytes]) -> Iterator[tuple[int, list[str]]]:
    while isinstance(row := _next_line(lines), list):
        yield row[0], row[1:]


def _by_heading(
    rows: Iterator[tuple[int, list[str]]], bound: list[tuple[str, int]]
) -> Iterator[tuple[int, dict[str, str]]]:
    for number, cells in rows:
        width = len(cells)
        yield number, {name: cells[at] if at < width else "" for name, at in bound}
