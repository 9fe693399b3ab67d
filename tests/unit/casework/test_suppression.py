"""A released table never lets a hidden figure be worked out, neither from its own totals nor from the table beside."""

from __future__ import annotations

import random
from itertools import product

import pytest

from benefits.casework.screening import suppression
from benefits.casework.screening.suppression import TOTAL, Cell, Released, released

LEAST = 3


def worked_out(table: Released, beside: Released, most: int) -> set[Cell]:
    """The hidden figures that have one value in every table of figures up to `most` that shows what these two show."""
    cells = [(group, each) for group in table.groups for each in table.classes]
    values: dict[Cell, set[int]] = {cell: set() for cell, figure in table.figures.items() if figure is None}
    shown = [(cell, figure) for cell, figure in table.figures.items() if figure is not None]
    shown += [(cell, figure) for cell, figure in beside.figures.items() if figure is not None]
    choices = [range(most + 1) if table.figures[cell] is None else (table.figures[cell],) for cell in cells]
    for figures in product(*choices):
        whole = suppression._with_totals(dict(zip(cells, figures, strict=True)), table.groups, table.classes)  # type: ignore[arg-type]
        if all(whole[cell] == figure for cell, figure in shown):
            for cell, found in values.items():
                found.add(whole[cell])
    return {cell for cell, found in values.items() if len(found) < 2}


def of_rows(rows: list[list[int]]) -> tuple[Released, Released]:
    groups, classes = [f"g{n}" for n in range(len(rows))], [f"c{n}" for n in range(len(rows[0]))]
    counts = {(g, c): rows[n][m] for n, g in enumerate(groups) for m, c in enumerate(classes)}
    return released(counts, groups, classes, least=LEAST), released(counts, [], classes, least=LEAST)


@pytest.mark.parametrize(
    "rows",
    [
        [[9, 1], [9, 9]],  # one small cell: others must go with it
        [[9, 0], [9, 9]],  # nobody is a small cell too
        [[3, 0, 0], [4, 4, 4]],  # two cells that only nobody can fill: both would be known to be nought
        [[4, 1], [1, 4], [3, 3]],
        [[0, 0], [0, 0]],
        [[5, 2]],  # one group is its own total
    ],
)
def test_no_hidden_figure_can_be_worked_out(rows: list[list[int]]) -> None:
    table, beside = of_rows(rows)
    for (group, each), figure in table.figures.items():
        assert figure is None or figure >= LEAST, (group, each)
    assert worked_out(table, beside, max(map(max, rows)) + 1) == set()


def test_no_hidden_figure_of_random_tables_can_be_worked_out() -> None:
    chance = random.Random(20261122)
    for _ in range(60):
        width, most = chance.choice(((2, 6), (2, 6), (3, 4)))
        rows = [[chance.randint(0, most) for _ in range(width)] for _ in range(2)]
        table, beside = of_rows(rows)
        assert worked_out(table, beside, most + 1) == set(), rows
        assert all(table.figures[TOTAL, each] == beside.figures[TOTAL, each] for each in (*table.classes, TOTAL))


def test_what_is_hidden_beside_a_total_does_not_add_up_to_a_small_cell() -> None:
    alone = released(
        {(TOTAL, "a"): 9, (TOTAL, "b"): 7, (TOTAL, "c"): 1, (TOTAL, "d"): 0}, [], ["a", "b", "c", "d"], least=5
    )
    assert alone.figures == {
        (TOTAL, "a"): 9,
        (TOTAL, "b"): None,
        (TOTAL, "c"): None,
        (TOTAL, "d"): None,
        (TOTAL, TOTAL): 17,
    }


def test_without_hiding_more_the_check_finds_a_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suppression, "safe", lambda *_: True)
    table, beside = of_rows([[9, 1], [9, 9]])
    assert ("g0", "c1") in worked_out(table, beside, 10)


def test_a_table_of_large_figures_is_shown_whole() -> None:
    table, _ = of_rows([[7, 8], [9, 10]])
    assert None not in table.figures.values()
    assert table.figures[TOTAL, TOTAL] == 34


def test_many_groups_are_released_in_a_moment() -> None:
    chance = random.Random(7)
    groups, classes = [f"g{n}" for n in range(120)], [f"c{n}" for n in range(6)]
    counts = {(g, c): chance.choice((0, 1, 2, 5, 8, 30)) for g in groups for c in classes}
    table = released(counts, groups, classes, least=5)
    hidden = {cell for cell, figure in table.figures.items() if figure is None}
    whole = suppression._with_totals(counts, groups, classes)
    assert all(suppression.safe(cell, whole, hidden) for cell in hidden)
