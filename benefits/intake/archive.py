"""The container of a workbook, opened without trust: by its directory first, then piece by piece and never too much."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

_STEP = 1 << 16
_SMALL = 1 << 20  # a part of this size unpacked is harmless however well it was packed


class FaultFoundError(Exception):
    """The file cannot be taken: a code and what fills its message."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code, self.params = code, params


def refuse_above(count: int, most: int, code: str) -> None:
    """Refuse with `code` when there are more than `most`."""
    if count > most:
        raise FaultFoundError(code, most=most)


class Archive:
    """A workbook's parts by name; what is no plain workbook, or unpacks beyond measure, is refused."""

    def __init__(self, content: bytes, limits: dict[str, Any]) -> None:
        """`limits` are those of `benefits.intake.workbook.Limits`; raises `FaultFoundError`."""
        self._content = content
        try:
            parts = zipfile.ZipFile(io.BytesIO(content)).infolist()
        except (zipfile.BadZipFile, NotImplementedError, UnicodeDecodeError, ValueError) as error:
            raise FaultFoundError("not_a_workbook") from error
        if len(parts) > limits["parts"] or sum(part.file_size for part in parts) > limits["unpacked"]:
            raise FaultFoundError("zip_bomb")
        if any(part.file_size > max(limits["ratio"] * part.compress_size, _SMALL) for part in parts):
            raise FaultFoundError("zip_bomb")
        names = [part.filename.lower() for part in parts]
        if any(name.endswith("vbaproject.bin") or name.startswith("xl/macrosheets/") for name in names):
            raise FaultFoundError("macro_workbook")
        if len(set(names)) < len(names):
            raise FaultFoundError("not_a_workbook")
        self._parts = {part.filename: part for part in parts}

    def __contains__(self, name: str) -> bool:
        return name in self._parts

    def pieces(self, name: str) -> Iterator[bytes]:
        """A part's bytes as they really are; a directory that told a smaller size has lied."""
        part = self._parts.get(name)
        if part is None:
            raise FaultFoundError("not_a_workbook")
        packed = self._packed(part)
        if part.compress_type == zipfile.ZIP_STORED:
            yield from (bytes(packed[at : at + _STEP]) for at in range(0, len(packed), _STEP))
            return
        try:
            yield from _unpacked(packed, part.file_size)
        except zlib.error as error:
            raise FaultFoundError("not_a_workbook") from error

    def _packed(self, part: zipfile.ZipInfo) -> memoryview:
        head = self._content[part.header_offset : part.header_offset + 30]
        plain = part.compress_type in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED} and not part.flag_bits & 1
        if len(head) < 30 or not head.startswith(b"PK\x03\x04") or not plain:
            raise FaultFoundError("not_a_workbook")
        name_length, extra_length = struct.unpack_from("<HH", head, 26)
        start = part.header_offset + 30 + name_length + extra_length
        return memoryview(self._content)[start : start + part.compress_size]


def _unpacked(packed: memoryview, told: int) -> Iterator[bytes]:
    unpacker, size = zlib.decompressobj(-15), 0
    for at in range(0, len(packed), _STEP):
        piece = unpacker.decompress(packed[at : at + _STEP], _STEP)
        while piece:
            size += len(piece)
            if size > told:
                raise FaultFoundError("zip_bomb")
            yield piece
            piece = unpacker.decompress(unpacker.unconsumed_tail, _STEP)
