"""模拟结果: what a draft of the rules would change, as a workbook of units, members and open cases."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from benefits.papers.labels import labels
from benefits.papers.workbook import Table, write_workbook

_PIECE = 65_536
_SHEETS: Mapping[str, Sequence[str]] = {
    "by_unit": ("unit_code", "members", "gain", "lose", "amount_changes", "cost_before", "cost_after"),
    "members": ("member_id", "unit_code", "change", "before", "after", "amount_before", "amount_after"),
    "cases": (
        *("application_id", "number", "unit_code", "state", "on", "before", "after"),
        *("amount_before", "amount_after"),
    ),
}
_WORDS = {"change": "change", "before": "eligibility", "after": "eligibility", "state": "state"}


def simulation_workbook(lists: Mapping[str, Iterable[Sequence[object]]], language: str) -> Iterator[bytes]:
    """One sheet a list (`by_unit`, `members`, `cases`), in `zh-CN` or `en`, piece by piece."""
    words = labels(language)
    text = words.part("simulation")

    def shown(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[tuple[object, ...]]:
        for row in rows:
            yield tuple(_cell(name, value) for name, value in zip(columns, row, strict=True))

    def _cell(name: str, value: object) -> object:
        if name in _WORDS and isinstance(value, str):
            return words.word(_WORDS[name], value)
        return Decimal(value) if name.startswith("cost") and isinstance(value, str) else value

    tables = [
        Table(text[name], [text[column] for column in columns], shown(columns, lists[name]))
        for name, columns in _SHEETS.items()
    ]
    with write_workbook(tables) as whole:
        while piece := whole.read(_PIECE):
            yield piece
