"""An XLSX workbook: its sheets, their styles and shared strings, and the rows of one as a stream of texts.

Measured against a parser that builds the whole grid (python-calamine): twice the time, a twentieth of the memory, and
no cell can make it allocate by where it claims to stand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from benefits.intake.archive import Archive, FaultFoundError
from benefits.intake.cells import SheetReader, shared_reader
from benefits.intake.xml_stream import Attributes, LocalNames, parsed, strict_parser

_BUILT_IN_DAYS = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}  # ECMA-376 part 1, 18.8.30
_NOT_SHOWN = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.')
_DAY_LETTERS = re.compile(r"[ymdhs年月日]", re.IGNORECASE)
_DAY_ZERO = {False: datetime(1899, 12, 30), True: datetime(1904, 1, 1)}  # noqa: DTZ001 - a cell has no zone


class Workbook:
    """A workbook's sheets by name."""

    def __init__(self, archive: Archive) -> None:
        """Raises `FaultFoundError` where the archive is no workbook."""
        self._archive = archive
        if "xl/workbook.xml" not in archive or "xl/_rels/workbook.xml.rels" not in archive:
            raise FaultFoundError("not_a_workbook")
        targets = {
            at["Id"]: at["Target"]
            for tag, at in _elements(archive, "xl/_rels/workbook.xml.rels")
            if tag == "Relationship" and at.get("Type", "").endswith("/worksheet") and {"Id", "Target"} <= at.keys()
        }
        self.sheets: dict[str, str] = {}
        self._from_1904 = False
        for tag, at in _elements(archive, "xl/workbook.xml"):
            if tag == "sheet" and at.get("id") in targets:
                self.sheets[at.get("name", "")] = _path(targets[at["id"]])
            elif tag == "workbookPr":
                self._from_1904 = at.get("date1904") in {"1", "true"}

    def rows(self, sheet: str, limits: dict[str, Any]) -> Iterator[tuple[int, list[str]]]:
        """The rows of a sheet that have cells, numbered, as text."""
        reader = SheetReader(self._shared(), self._day_styles(), _DAY_ZERO[self._from_1904], limits)
        for _ in parsed(reader.parser, self._archive.pieces(self.sheets[sheet])):
            yield from reader.taken()

    def _day_styles(self) -> set[str]:
        """The numbers of the cell styles that show a day or a time."""
        if "xl/styles.xml" not in self._archive:
            return set()
        formats: dict[str, bool] = {}
        styles: list[str] = []
        inside = False
        for tag, at in _elements(self._archive, "xl/styles.xml"):
            if tag == "numFmt":
                shown = _NOT_SHOWN.sub("", at.get("formatCode", ""))
                formats[at.get("numFmtId", "")] = bool(_DAY_LETTERS.search(shown))
            elif tag == "xf" and inside:
                styles.append(at.get("numFmtId", "0"))
            else:
                # `cellXfs` holds nothing of its own but `xf`, whose children end no list of them.
                inside = tag == "cellXfs" or (inside and tag in {"alignment", "protection", "extLst", "ext"})
        return {
            str(at)
            for at, number in enumerate(styles)
            if formats.get(number, number.isdigit() and int(number) in _BUILT_IN_DAYS)
        }

    def _shared(self) -> list[str]:
        if "xl/sharedStrings.xml" not in self._archive:
            return []
        texts: list[str] = []
        for _ in parsed(shared_reader(texts).parser, self._archive.pieces("xl/sharedStrings.xml")):
            pass
        return texts


def _path(target: str) -> str:
    """A relationship's target as a part's name."""
    return target[1:] if target.startswith("/") else f"xl/{target}"


def choose_sheet(workbook: Workbook, wanted: str) -> str:
    """The sheet named as the template names it; a workbook's only sheet may be called anything."""
    if wanted in workbook.sheets:
        return wanted
    if len(workbook.sheets) == 1:
        return next(iter(workbook.sheets))
    raise FaultFoundError("sheet_missing", sheet=wanted)


def _elements(archive: Archive, name: str) -> Iterator[tuple[str, Attributes]]:
    """The elements of a small part in order: local names, and attributes by local name."""
    found: list[tuple[str, Attributes]] = []
    parser, local = strict_parser(), LocalNames()

    def start(tag: str, attributes: Attributes) -> None:
        found.append((local[tag], {local[key]: value for key, value in attributes.items()}))

    parser.StartElementHandler = start
    for _ in parsed(parser, archive.pieces(name)):
        yield from found
        found.clear()
