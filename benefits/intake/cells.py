"""The cells of a sheet and the strings they share, as texts, while their XML streams by."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from benefits.intake.archive import refuse_above
from benefits.intake.xml_stream import Attributes, LocalNames, strict_parser

_SURE_DIGITS = 1e15  # Excel keeps fifteen digits of a number; past that the last ones are lost
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_TEXTS = frozenset({"v", "t"})
_PLAIN = frozenset({"inlineStr", "str", "d"})
_LAST_SERIAL = 2_958_465  # 9999-12-31


class TextReader:
    """Gathers the text of `v` and `t`, but not of the phonetic guides beside it; `opened` and `closed` do the rest.

    Functions over local names, not methods: a roster of 200,000 rows calls them forty million times.
    """

    def __init__(
        self, opened: Mapping[str, Callable[[Attributes], None]], closed: Mapping[str, Callable[[str], None]]
    ) -> None:
        """What to do where an element begins, and where one ends with the text gathered in it, by local name."""
        self.parser = parser = strict_parser()
        local, text = LocalNames(), list[str]()
        guide = False

        def start(tag: str, attributes: Attributes) -> None:
            nonlocal guide
            name = local[tag]
            if name in _TEXTS:
                parser.CharacterDataHandler = None if guide else text.append
            elif name in opened:
                opened[name](attributes)
            elif name == "rPh":
                guide = True

        def end(tag: str) -> None:
            nonlocal guide
            name = local[tag]
            if name in _TEXTS:
                parser.CharacterDataHandler = None
            elif name in closed:
                gathered = "".join(text)
                text.clear()
                closed[name](_ESCAPED.sub(_unescaped, gathered) if "_x" in gathered else gathered)
            elif name == "rPh":
                guide = False

        parser.StartElementHandler, parser.EndElementHandler = start, end


def shared_reader(texts: list[str]) -> TextReader:
    """Reads the shared strings into `texts`."""
    return TextReader({}, {"si": texts.append})


class SheetReader(TextReader):
    """Reads rows of cells."""

    def __init__(self, shared: list[str], days: set[str], day_zero: datetime, limits: dict[str, Any]) -> None:
        """`days` are the styles that show a day; `limits` are those of `benefits.intake.workbook.Limits`."""
        super().__init__(
            {"c": self._open_cell, "row": self._open_row, "f": self._open_formula},
            {"c": self._close_cell, "row": self._close_row, "f": self._close_formula},
        )
        self._shared, self._days, self._day_zero, self._limits = shared, days, day_zero, limits
        self._columns = _Columns(limits["columns"])
        self._rows: list[tuple[int, list[str]]] = []
        self._seen = self._number = 0
        self._cells: list[str] = []
        self._cell: Attributes = {}
        self._formula: list[str] = []

    def taken(self) -> list[tuple[int, list[str]]]:
        """The rows that were completed since the last time."""
        rows, self._rows = self._rows, []
        return rows

    def _open_cell(self, attributes: Attributes) -> None:
        self._cell = attributes

    def _open_row(self, attributes: Attributes) -> None:
        self._seen += 1
        self._number = max(int(attributes.get("r", 0)), self._number + 1)  # never twice the same
        refuse_above(max(self._seen, self._number), self._limits["rows"], "too_many_rows")
        self._cells = []

    def _close_cell(self, text: str) -> None:
        cell, cells = self._cell, self._cells
        kind = cell.get("t", "n")
        if self._formula:
            if kind == "n" and not text:  # no program has worked it out: what was typed is what there is
                kind, text = "str", "=" + "".join(self._formula)
            self._formula.clear()
        if kind not in _PLAIN and text:
            text = self._value(kind, text)
        at = self._columns[cell["r"].rstrip("0123456789")] if "r" in cell else len(cells)
        if at == len(cells):
            cells.append(text)
        elif text:
            cells += [""] * (at + 1 - len(cells))
            cells[at] = text

    def _open_formula(self, _attributes: Attributes) -> None:
        self.parser.CharacterDataHandler = self._formula.append

    def _close_formula(self, _text: str) -> None:
        self.parser.CharacterDataHandler = None

    def _close_row(self, _text: str) -> None:
        if self._cells:
            self._rows.append((self._number, self._cells))

    def _value(self, kind: str, text: str) -> str:
        if kind == "n":
            return _number_text(text, self._day_zero if self._cell.get("s") in self._days else None)
        if kind == "s":
            return self._shared[int(text)]
        if kind == "b":
            return "TRUE" if text == "1" else "FALSE"
        return ""  # an error such as #REF!


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


def _unescaped(code: re.Match[str]) -> str:
    return chr(int(code[1], 16))
