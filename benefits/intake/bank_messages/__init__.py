"""Banks' messages of ISO 20022: each file here declares one kind as `MESSAGE`; read together as a table of answers."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from benefits.intake.archive import refuse_above
from benefits.intake.bank_messages._answer import COLUMNS, FAILED, PAID, RUNNING
from benefits.intake.message_tree import Message, read_message


def kinds() -> dict[str, Message]:
    """The kinds that come with the house, by schema: `pain.002`, `camt.053` …; raises ValueError for two the same."""
    found: dict[str, Message] = {}
    for module in iter_modules(__path__):
        if module.name.startswith("_"):
            continue
        message: Message = import_module(f"{__name__}.{module.name}").MESSAGE
        if message.schema in found:
            raise ValueError(f"two files declare {message.schema}")
        found[message.schema] = message
    return found


def open_message(content: bytes, limits: dict[str, Any]) -> Iterator[tuple[int, list[str]]]:
    """The header and one numbered row for each payment that the message speaks of.

    A payment that the same message shows paid and then come back did come back: one row says so. One that it shows a
    third time is sure of nothing: its row says that it runs, so that a person looks and nothing is sent again. An entry
    that stands in two statements of one message, under one reference of the bank, is one.
    """
    rows: list[tuple[str, ...]] = []
    seen: set[tuple[str, ...]] = set()
    places: dict[tuple[str, str], int] = {}
    turned: set[int] = set()
    for row in read_message(content, kinds(), limits):
        refuse_above(len(rows), limits["rows"], "too_many_rows")
        if row in seen and row[_SERIAL]:
            continue
        seen.add(row)
        at = places.setdefault((row[0], row[1]), len(rows))
        if at in turned:
            rows[at] = (*rows[at][:_STATUS], RUNNING, "", *rows[at][_STATUS + 2 :])
        elif at < len(rows) and {rows[at][_STATUS], row[_STATUS]} == {PAID, FAILED}:
            rows[at] = max(rows[at], row, key=lambda each: each[_STATUS] == FAILED)
            turned.add(at)
        else:
            rows.append(row)
    yield 1, list(COLUMNS)
    for number, row in enumerate(rows, 2):
        yield number, list(row)


_STATUS, _SERIAL = COLUMNS.index("状态"), COLUMNS.index("银行流水号")
