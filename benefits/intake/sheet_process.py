"""The room with thick walls: a process that opens one file under limits and writes its rows as JSON lines.

It gets an empty environment, imports nothing of the house but the readers beside it, sees no secret, and may die.
The file comes on standard input, the limits as JSON in the last argument. The first line out is `{"height": …}`, about
how many rows there are, or `{"fault": …, "params": …}`; then comes one array `[row number, cell, …]` for every row that
is not blank, and at last `{"end": true}`.
"""

from __future__ import annotations

import csv
import io
import resource
import sys
from collections.abc import Iterator
from typing import Any

import orjson

from benefits.intake.archive import Archive, FaultFoundError, refuse_above
from benefits.intake.bank_messages import open_message
from benefits.intake.spreadsheet import Workbook, choose_sheet

csv.field_size_limit(1 << 30)  # our own limit on cells speaks instead

_STEP = 1 << 16
_MESSAGE_ROW = 600  # the same of one payment in a message
_BEFORE_XML = b"\xef\xbb\xbf \t\r\n"
_PACKED_ROW = 140  # bytes that a row of a roster takes in a workbook, to guess how many there are


def main() -> None:
    """Read standard input, write rows or a fault to standard output."""
    limits = orjson.loads(sys.argv[-1])
    for kind, most in (
        (resource.RLIMIT_CPU, limits["seconds"]),
        (resource.RLIMIT_AS, limits["memory"]),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
    ):
        resource.setrlimit(kind, (most, most))
    out = sys.stdout.buffer
    try:
        content = sys.stdin.buffer.read()
        if content.startswith(b"PK"):
            height, rows = len(content) // _PACKED_ROW, open_workbook(content, limits)
        elif limits["message"]:
            height, rows = len(content) // _MESSAGE_ROW, open_message(content.lstrip(_BEFORE_XML), limits)
        else:
            height, rows = content.count(b"\n"), open_csv(content, limits)
        lines = encode(rows, limits)
        opening = next(lines, b"")  # what is wrong with the whole shows before anything is written
        out.write(orjson.dumps({"height": height}, option=orjson.OPT_APPEND_NEWLINE) + opening)
        out.writelines(lines)
        out.write(b'{"end": true}\n')
    except FaultFoundError as fault:
        out.write(orjson.dumps({"fault": fault.code, "params": fault.params}, option=orjson.OPT_APPEND_NEWLINE))
    except MemoryError:
        out.write(b'{"fault": "too_large", "params": {}}\n')
    except Exception:  # whatever else a broken file can cause
        out.write(b'{"fault": "not_a_workbook", "params": {}}\n')
    out.flush()


def open_workbook(content: bytes, limits: dict[str, Any]) -> Iterator[tuple[int, list[str]]]:
    """The rows of the chosen sheet."""
    workbook = Workbook(Archive(content, limits))
    return workbook.rows(choose_sheet(workbook, limits["sheet"]), limits)


def open_csv(content: bytes, limits: dict[str, Any]) -> Iterator[tuple[int, list[str]]]:
    """The lines of a text in UTF-8 or GB18030, as Excel and WPS save them in China."""
    refuse_above(content.count(b"\n"), limits["rows"], "too_many_rows")
    if b"\0" in content:
        raise FaultFoundError("encoding_unreadable")
    for encoding in ("utf-8-sig", "gb18030"):
        text = io.TextIOWrapper(io.BytesIO(content), encoding, newline="")
        try:
            while text.read(_STEP):
                pass
        except UnicodeDecodeError:
            continue
        text.seek(0)
        return enumerate(csv.reader(text), 1)
    raise FaultFoundError("encoding_unreadable")


def encode(rows: Iterator[tuple[int, list[str]]], limits: dict[str, Any]) -> Iterator[bytes]:
    """Every row that is not blank as a JSON line."""
    for number, cells in rows:
        if not any(cells):
            continue
        refuse_above(len(cells), limits["columns"], "too_many_columns")
        if sum(map(len, cells)) > limits["cell"] and (longest := max(map(len, cells))) > limits["cell"]:
            raise FaultFoundError("cell_too_long", row=number, length=longest, most=limits["cell"])
        yield orjson.dumps([number, *cells], option=orjson.OPT_APPEND_NEWLINE)
