"""The room with thick walls: a process that opens one workbook under limits and writes its rows as JSON lines.

It is run by path with an empty environment, so it imports no other part of the house, sees no secret, and may die.
The file comes on standard input, the limits as JSON in the first argument. The first line out is
`{"sheet": …, "height": …}` or `{"fault": …, "params": …}`, then comes one array `[row number, cell, …]` for every
row that is not blank, and at last `{"end": true}`.
"""

from __future__ import annotations

import csv
import io
import re
import resource
import struct
import sys
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any

import orjson
import python_calamine

csv.field_size_limit(1 << 30)  # our own limit on cells speaks instead

_STEP = 1 << 16
_ROW_NUMBER = re.compile(rb"<row\b[^>]{0,400}?\br=[\"'](\d{1,9})[\"']")
_SURE_DIGITS = 1e15  # Excel keeps fifteen digits of a number; past that the last ones are lost


class FaultFoundError(Exception):
    """The workbook cannot be taken: a code and what fills its message."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code, self.params = code, params


def main() -> None:
    """Read standard input, write rows or a fault to standard output."""
    limits = orjson.loads(sys.argv[1])
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
            about, rows = open_workbook(content, limits)
        else:
            about, rows = open_csv(content, limits)
        first = encode(rows, limits)
        opening = next(first, b"")  # what is wrong with the whole shows before anything is written
        out.write(orjson.dumps(about) + b"\n" + opening)
        out.writelines(first)
        out.write(b'{"end": true}\n')
    except FaultFoundError as fault:
        out.write(orjson.dumps({"fault": fault.code, "params": fault.params}) + b"\n")
    except MemoryError:
        out.write(b'{"fault": "too_large", "params": {}}\n')
    except BaseException:  # a panic of the parser is no Exception
        out.write(b'{"fault": "not_a_workbook", "params": {}}\n')
    out.flush()


def open_workbook(content: bytes, limits: dict[str, Any]) -> tuple[dict[str, Any], Iterator[list[Any]]]:
    """The chosen sheet's name and height, and its rows from the first one on."""
    try:
        inspect_archive(content, limits)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, UnicodeDecodeError) as error:
        raise FaultFoundError("not_a_workbook") from error
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    name = choose_sheet(book.sheet_names, limits["sheet"])
    sheet = book.get_sheet_by_name(name)
    refuse_above(sheet.total_height, limits["rows"], "too_many_rows")
    refuse_above(sheet.total_width, limits["columns"], "too_many_columns")
    return {"sheet": name, "height": sheet.total_height}, iter(sheet.iter_rows())


def choose_sheet(names: list[str], wanted: str) -> str:
    """The sheet named as the template names it; a workbook's only sheet may be called anything."""
    if wanted in names:
        return wanted
    if len(names) == 1:
        return names[0]
    raise FaultFoundError("sheet_missing", sheet=wanted)


def inspect_archive(content: bytes, limits: dict[str, Any]) -> None:
    """Refuse what is no plain workbook, by the directory first and then by unpacking every part once, bounded."""
    archive = zipfile.ZipFile(io.BytesIO(content))
    parts = archive.infolist()
    names = {part.filename.lower() for part in parts}
    if len(parts) > limits["parts"] or sum(part.file_size for part in parts) > limits["unpacked"]:
        raise FaultFoundError("zip_bomb")
    if any(part.file_size > max(limits["ratio"] * part.compress_size, 1 << 20) for part in parts):
        raise FaultFoundError("zip_bomb")
    if any(name.endswith("vbaproject.bin") or name.startswith("xl/macrosheets/") for name in names):
        raise FaultFoundError("macro_workbook")
    if "xl/workbook.xml" not in names or len(names) != len(parts):
        raise FaultFoundError("not_a_workbook")
    for part in parts:
        inspect_part(part.filename.lower(), unpack(content, part), limits["rows"])


def unpack(content: bytes, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """The part's bytes in pieces, as they really are: a directory that tells a smaller size is a lie."""
    head = content[part.header_offset : part.header_offset + 30]
    if len(head) < 30 or not head.startswith(b"PK\x03\x04") or part.flag_bits & 1:
        raise zipfile.BadZipFile
    name_length, extra_length = struct.unpack_from("<HH", head, 26)
    start = part.header_offset + 30 + name_length + extra_length
    packed = memoryview(content)[start : start + part.compress_size]
    if part.compress_type == zipfile.ZIP_STORED:
        yield from (bytes(packed[at : at + _STEP]) for at in range(0, len(packed), _STEP))
        return
    if part.compress_type != zipfile.ZIP_DEFLATED:
        raise zipfile.BadZipFile
    unpacker, size = zlib.decompressobj(-15), 0
    for at in range(0, len(packed), _STEP):
        piece = unpacker.decompress(packed[at : at + _STEP], _STEP)
        while piece:
            size += len(piece)
            if size > part.file_size:
                raise FaultFoundError("zip_bomb")
            yield piece
            piece = unpacker.decompress(unpacker.unconsumed_tail, _STEP)


def inspect_part(name: str, pieces: Iterable[bytes], most_rows: int) -> None:
    """Refuse declarations inside XML, and sheets with more rows than allowed, empty ones too."""
    is_sheet, rows, tail = name.startswith("xl/worksheets/"), 0, b""
    for piece in pieces:
        seen = tail + piece
        if b"<!DOCTYPE" in seen or b"<!ENTITY" in seen:
            raise FaultFoundError("declaration_in_xml")
        if is_sheet:
            rows += seen.count(b"<row", max(len(tail) - 3, 0))
            refuse_above(rows, most_rows, "too_many_rows")
            if last := _ROW_NUMBER.match(seen, max(seen.rfind(b"<row"), 0)):
                refuse_above(int(last[1]), most_rows, "too_many_rows")
        tail = seen[-512:]


def open_csv(content: bytes, limits: dict[str, Any]) -> tuple[dict[str, Any], Iterator[list[str]]]:
    """The lines of a text in UTF-8 or GB18030, as Excel and WPS save them in China."""
    height = content.count(b"\n")
    refuse_above(height, limits["rows"], "too_many_rows")
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
        return {"sheet": "", "height": height}, csv.reader(text)
    raise FaultFoundError("encoding_unreadable")


def encode(rows: Iterator[list[Any]], limits: dict[str, Any]) -> Iterator[bytes]:
    """Every row that is not blank as a JSON line, numbered as in the sheet."""
    for number, cells in enumerate(rows, 1):
        words = [cell if isinstance(cell, str) else as_text(cell) for cell in cells]
        if not any(words):
            continue
        refuse_above(len(words), limits["columns"], "too_many_columns")
        if sum(map(len, words)) > limits["cell"] and (longest := max(map(len, words))) > limits["cell"]:
            raise FaultFoundError("cell_too_long", row=number, length=longest, most=limits["cell"])
        yield orjson.dumps([number, *words], option=orjson.OPT_APPEND_NEWLINE)


def as_text(cell: object) -> str:
    """A cell that is no text, as text. A number that has lost digits stays visibly no plain number."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < _SURE_DIGITS else repr(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(" ", "seconds")
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell)


def refuse_above(count: int, most: int, code: str) -> None:
    """Refuse with `code` when there are more than `most`."""
    if count > most:
        raise FaultFoundError(code, most=most)


if __name__ == "__main__":
    main()
