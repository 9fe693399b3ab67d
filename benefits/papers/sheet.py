"""A ruled sheet: sections of boxed rows that flow over pages, the shape of every form in the house."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Literal

from benefits.papers.lines import broken

MM = 72 / 25.4
LEADING = 1.4
PADDING = 1.3 * MM
_LABEL_TEXT = 0.94  # labels are set a little smaller than what is filled in

Kind = Literal["label", "text", "centre", "figure", "code"]


@dataclass(frozen=True)
class Cell:
    """One box. `share` is its part of the row's width; `sign` are lines at its foot on the right; `red` is in red.

    The text of a `code` is drawn as a QR code, as large as the box lets it be.
    """

    text: str
    share: float
    kind: Kind = "text"
    sign: tuple[str, ...] = ()
    red: bool = False


@dataclass(frozen=True)
class Row:
    """Boxes side by side, at least `height` points high."""

    cells: tuple[Cell, ...]
    height: float = 7 * MM


@dataclass(frozen=True)
class Section:
    """Rows under a title written down their left side; `head` is repeated on every page they reach.

    A `turned` one begins on a page of its own.
    """

    title: str
    rows: Sequence[Row]
    head: Row | None = None
    turned: bool = False


@dataclass(frozen=True)
class Page:
    """The paper, in points: its size, the margins, the room kept for the title and for the foot."""

    width: float
    height: float
    margin: float
    title: float
    foot: float
    size: float = 9.5
    side: float = 9 * MM

    @property
    def inner(self) -> float:
        """The width between the margins."""
        return self.width - 2 * self.margin


@dataclass(frozen=True)
class Box:
    """A cell broken into lines, with its place: `x` and `width` in points from the left edge of the paper."""

    x: float
    width: float
    cell: Cell
    lines: tuple[str, ...]
    size: float


@dataclass(frozen=True)
class Band:
    """A row with its boxes broken into lines, `height` points high."""

    boxes: tuple[Box, ...]
    height: float


@dataclass(frozen=True)
class Placed:
    """A band on a page; `top` is in points from the foot of the paper. `section` says whose it is."""

    band: Band
    top: float
    section: int


def paginate(page: Page, sections: Sequence[Section], running_head: float) -> list[list[Placed]]:
    """The bands of each page, in order; a band higher than a page is cut between its lines."""
    pages: list[list[Placed]] = [[]]
    y = page.height - page.margin - page.title

    def turn() -> None:
        nonlocal y
        pages.append([])
        y = page.height - page.margin - running_head

    def put(band: Band, section: int) -> None:
        nonlocal y
        pages[-1].append(Placed(band, y, section))
        y -= band.height

    floor = page.margin + page.foot
    for number, section in enumerate(sections):
        head = _laid(page, section, section.head) if section.head else None
        due = True  # the head is still to be set on this page
        if section.turned and pages[-1]:
            turn()
        for row in section.rows:
            band = _laid(page, section, row)
            if pages[-1] and y - band.height - (head.height if head and due else 0) < floor:
                turn()
                due = True
            while True:
                if head and due:
                    put(head, number)
                due = False
                if y - band.height >= floor or not any(box.lines for box in band.boxes):
                    break
                part, band = _cut(band, y - floor)
                put(part, number)
                turn()
                due = True
            put(band, number)
    return pages


def height_of(page: Page, row: Row) -> float:
    """How high a row of a section without a side title comes out, in points."""
    return _laid(page, Section("", []), row).height


def _laid(page: Page, section: Section, row: Row) -> Band:
    boxes = tuple(_boxes(page, section, row))
    return Band(boxes, max([row.height, *(_needed(box) for box in boxes)]))


def _boxes(page: Page, section: Section, row: Row) -> Iterator[Box]:
    side = page.side if section.title else 0
    x = page.margin + side
    unit = (page.inner - side) / sum(cell.share for cell in row.cells)
    for cell in row.cells:
        wide = cell.share * unit
        size = page.size * _LABEL_TEXT if cell.kind == "label" else page.size
        lines = () if cell.kind == "code" else broken(cell.text, wide - 2 * PADDING, size)
        yield Box(x, wide, cell, lines, size)
        x += wide


def _needed(box: Box) -> float:
    return (len(box.lines) + len(box.cell.sign)) * box.size * LEADING + 2 * PADDING


def _cut(band: Band, room: float) -> tuple[Band, Band]:
    """The lines of a band that fit into `room`, and the rest; at least one line each time: it must end."""
    keep = max(1, int((room - 2 * PADDING) / (max(box.size for box in band.boxes) * LEADING)))
    first = tuple(Box(b.x, b.width, replace(b.cell, sign=()), b.lines[:keep], b.size) for b in band.boxes)
    rest = tuple(Box(b.x, b.width, b.cell, b.lines[keep:], b.size) for b in band.boxes)
    return Band(first, room), Band(rest, max(_needed(box) for box in rest))


def pairs(items: Sequence[tuple[str, str]], height: float = 7 * MM) -> list[Row]:
    """Rows of two labelled values each; an odd last one takes the whole width."""
    rows = []
    for left, right in zip_longest(items[::2], items[1::2]):
        cells = [Cell(left[0], 4, "label"), Cell(left[1], 8 if right else 20)]
        if right:
            cells += [Cell(right[0], 4, "label"), Cell(right[1], 8)]
        rows.append(Row(tuple(cells), height))
    return rows
