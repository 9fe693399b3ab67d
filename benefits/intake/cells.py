"""The cells of a sheet and the strings they share, as texts, while their XML streams by."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

from benefits.intake.archive import refuse_above
from benefits.intake.xml_stream import Attributes, LocalNames, strict_parser

_SURE_DIGITS = 1e15  # Excel keeps fifteen digits of a number; past that the last ones are lost
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_LAST_SERIAL = 2_958_465  # 9999-12-31


class _TextReader:
    """Gathers the text of `v` and `t`, but not of the phonetic guides that stand beside it."""

    def __init__(self) -> None:
        self.parser = strict_parser()
        self._local = LocalNames()
        self._text: list[str] = []
        self._guide = False
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end

    def _start(self, tag: str, attributes: Attributes) -> None:
        name = self._local[tag]
        if name in {"v", "t"} and not self._guide:
            self.parser.CharacterDataHandler = self._text.append
        elif name == "rPh":
            self._guide = True
        else:
            self._open(name, attributes)

    def _end(self, tag: str) -> None:
        name = self._local[tag]
        if name in {"v", "t"}:
            self.parser.CharacterDataHandler = None
        elif name == "rPh":
            self._guide = False
        else:
            self._close(name)

    def _take(self) -> str:
        text = "".join(self._text)
        self._text.clear()
        return _ESCAPED.sub(lambda code: chr(int(code[1], 16)), text) if "_x" in text else text

    def _open(self, name: str, attributes: Attributes) -> None:
        """Another element begins."""

    def _close(self, name: str) -> None:
        """Another element ends."""


class SharedReader(_TextReader):
    """Reads the shared strings."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def _close(self, name: str) -> None:
        if name == "si":
            self.texts.append(self._take())


class SheetReader(_TextReader):
    """Reads rows of cells."""

    def __init__(self, shared: list[str], days: set[str], day_zero: datetime, limits: dict[str, Any]) -> None:
        super().__init__()
        self._shared, self._days, self._day_zero, self._limits = shared, days, day_zero, limits
        self._columns = _Columns(limits["columns"])
        self._rows: list[tuple[int, list[str]]] = []
        self._seen = self._number = 0
        self._cells: list[str] = []
        self._cell: Attributes = {}

    def taken(self) -> list[tuple[int, list[str]]]:
        """The rows that were completed since the last time."""
        rows, self._rows = self._rows, []
        return rows

    def _open(self, name: str, attributes: Attributes) -> None:
        if name == "c":
            self._cell = attributes
        elif name == "row":
            self._seen += 1
            self._number = max(int(attributes.get("r", 0)), self._number + 1)  # never twice the same
            refuse_above(max(self._seen, self._number), self._limits["rows"], "too_many_rows")
            self._cells = []

    def _close(self, name: str) -> None:
        if name == "c":
            text = self._value()
            at = self._columns[self._cell["r"].rstrip("0123456789")] if "r" in self._cell else len(self._cells)
            if text:
                self._cells += [""] * (at + 1 - len(self._cells))
                self._cells[at] = text
        elif name == "row" and self._cells:
            self._rows.append((self._number, self._cells))

    def _value(self) -> str:
        kind, text = self._cell.get("t", "n"), self._take()
        if kind == "n":
            return _number_text(text, self._day_zero if self._cell.get("s") in self._days else None) if text else ""
        if kind == "s":
            return self._shared[int(text)] if text else ""
        if kind == "b":
            return "TRUE" if text == "1" else "FALSE"
        return "" if kind == "e" else text


class _Columns(dict[str, int]):
    """Column letters as numbers from 0, each worked out once; those beyond the limit are refused."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most

    def __missing__(self, letters: str) -> int:
        number = 0
        for letter in letters:
            number = number * 26 + ord(letter) - 64
        refuse_above(number, self._most, "too_many_columns")
        self[letters] = number - 1
        return number - 1


def _number_text(text: str, day_zero: datetime | None) -> str:
    """A number as text: a day where its style shows one; one that has lost digits stays visibly no plain number."""
    number = float(text)
    if day_zero is not None and 0 < number <= _LAST_SERIAL:
        moment = day_zero + timedelta(seconds=round(number * 86_400))
        return moment.date().isoformat() if number.is_integer() else moment.isoformat(" ", "seconds")
    return str(int(number)) if number.is_integer() and abs(number) < _SURE_DIGITS else repr(number)
