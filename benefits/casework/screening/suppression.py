"""Small cells of a released table hidden, and as many others as it takes that none can be worked out from the totals.

A table with its totals is a flow: each group takes what its total gives and hands it to the classes, whose totals
together are the whole. Hidden figures are unknown flows that may not be negative. A hidden figure is safe if it could
be another while every figure shown stays as it is: if it lies on a round of hidden flows that can carry more or less.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

Cell = tuple[str, str]  # (group, class); TOTAL stands for the total of all
TOTAL = "*"


@dataclass(frozen=True)
class Released:
    """A table as it may be published: every figure, totals under `TOTAL`, and None where one is hidden."""

    groups: Sequence[str]
    classes: Sequence[str]
    figures: Mapping[Cell, int | None]


def released(counts: Mapping[Cell, int], groups: Sequence[str], classes: Sequence[str], *, least: int) -> Released:
    """Hide every figure below `least`, totals too, and what would betray one.

    The totals of the classes are published as a table of their own as well: what that one shows is shown here, what
    it hides is hidden here, so that two tables of the same persons betray nothing together.

    Args:
        counts: persons by (group, class); absent is none. Without groups, by (TOTAL, class).
        least: the smallest number of persons that is published.
    """
    sums = {each: sum(persons for (_, of), persons in counts.items() if of == each) for each in classes}
    alone = _with_totals({("", each): persons for each, persons in sums.items()}, [""], classes)
    inside = {cell for cell in alone if cell[0] == ""}
    totals = _hidden(alone, {cell for cell in alone.keys() - inside if alone[cell] < least}, set(), inside, least)
    whole = _with_totals(counts, groups, classes) if groups else {cell: alone[cell] for cell in alone.keys() - inside}
    if groups:
        small = {cell for cell, persons in whole.items() if persons < least} | totals
        hidden = _hidden(whole, small, {cell for cell in whole if cell[0] == TOTAL} - totals, set(), least)
    else:
        hidden = totals
    return Released(groups, classes, {cell: None if cell in hidden else persons for cell, persons in whole.items()})


def _with_totals(counts: Mapping[Cell, int], groups: Sequence[str], classes: Sequence[str]) -> dict[Cell, int]:
    whole = {(group, each): counts.get((group, each), 0) for group in groups for each in classes}
    whole |= {(group, TOTAL): sum(whole[group, each] for each in classes) for group in groups}
    whole |= {(TOTAL, each): sum(whole[group, each] for group in groups) for each in (*classes, TOTAL)}
    return whole


def _hidden(whole: Mapping[Cell, int], small: set[Cell], fixed: set[Cell], unseen: set[Cell], least: int) -> set[Cell]:
    """The cells to hide: the small ones, and the smallest others that make each safe and no line's hidden sum small.

    Args:
        fixed: cells that are shown whatever happens. unseen: cells that this table does not show at all.
    """
    hidden, waiting = set(small), deque(sorted(small))
    while waiting or (waiting := deque(_betrayed(whole, hidden, fixed, unseen, least))):
        cell = waiting.popleft()
        hidden.add(cell)
        while not safe(cell, whole, hidden | unseen):
            more = next(_beside(cell, whole, hidden | fixed | unseen), None)
            if more is None:
                break
            hidden.add(more)
            waiting.append(more)
    return hidden


def _betrayed(
    whole: Mapping[Cell, int], hidden: set[Cell], fixed: set[Cell], unseen: set[Cell], least: int
) -> Iterator[Cell]:
    """What must be hidden because what is hidden beside it adds up, by the total that is shown, to a small cell."""
    for line, total in _lines(whole):
        parts = hidden.intersection(line)
        shown = sorted((whole[cell], cell) for cell in line if cell not in parts | fixed | unseen)
        if parts and total not in hidden | unseen and shown and sum(whole[cell] for cell in parts) < least:
            yield shown[0][1]
            return


def _lines(whole: Mapping[Cell, int]) -> Iterator[tuple[list[Cell], Cell]]:
    """Every group and every class with its total, which is the sum of the others."""
    for own in {group for group, _ in whole}:
        yield [cell for cell in whole if cell[0] == own and cell[1] != TOTAL], (own, TOTAL)
    for own in {each for _, each in whole}:
        yield [cell for cell in whole if cell[1] == own and cell[0] != TOTAL], (TOTAL, own)


def _beside(cell: Cell, whole: Mapping[Cell, int], taken: set[Cell]) -> Iterator[Cell]:
    """What may be hidden next: the smallest figure of the same group or class first, totals last, then any other."""

    def far(other: Cell) -> tuple[bool, bool, int, Cell]:
        return (other[0] != cell[0] and other[1] != cell[1], TOTAL in other, whole[other], other)

    yield from sorted((other for other in whole if other not in taken), key=far)


def safe(cell: Cell, whole: Mapping[Cell, int], hidden: set[Cell]) -> bool:
    """Whether a hidden figure could be one more or one less with all that is shown as it is."""
    start, end = _flow(cell)
    more = _reaches(end, start, cell, whole, hidden)
    return more or (whole[cell] > 0 and _reaches(start, end, cell, whole, hidden))


def _flow(cell: Cell) -> tuple[str, str]:
    """From where to where a figure flows: the whole → group → class → the whole again."""
    group, each = cell
    if group == TOTAL:
        return ("all classes", "all groups") if each == TOTAL else (f"class {each}", "all classes")
    return ("all groups", f"group {group}") if each == TOTAL else (f"group {group}", f"class {each}")


def _reaches(start: str, end: str, but: Cell, whole: Mapping[Cell, int], hidden: set[Cell]) -> bool:
    """Whether a unit can go from `start` to `end`: along a hidden flow, or back against one that carries something."""
    ways: dict[str, set[str]] = {}
    for cell in hidden - {but}:
        one, other = _flow(cell)
        ways.setdefault(one, set()).add(other)
        if whole[cell] > 0:
            ways.setdefault(other, set()).add(one)
    seen, waiting = {start}, [start]
    while waiting:
        for place in ways.get(waiting.pop(), set()) - seen:
            if place == end:
                return True
            seen.add(place)
            waiting.append(place)
    return False
