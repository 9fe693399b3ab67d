"""What goes into a cell: values as text, and text that no spreadsheet takes for a formula."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from math import isfinite
from typing import NamedTuple, TypeGuard

# ASVS 1.2.10 and the full-width and small forms, which some spreadsheets fold before they look.
_FORMULA = re.compile(r"'*[=+\-@\t\r\n\0＝＋－＠﹦﹢﹣﹫]")
_NOT_TEXT = re.compile("[\ud800-\udfff\ufffe\uffff]")  # halves of characters and non-characters: no file can hold them
_EXACT_DIGITS = 15  # what a spreadsheet's number keeps

Number = int | Decimal | float


def guarded(text: str) -> str:
    """`text` with an apostrophe before it where a spreadsheet could take it for a formula.

    Text that begins with apostrophes and then such a character gets one more, so that `unguarded` can undo it.
    """
    return f"'{text}" if _FORMULA.match(text) else text


def unguarded(text: str) -> str:
    """The original of what `guarded` gave: one apostrophe less where what follows asked for it."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def cell_text(value: object) -> str:
    """A value as the text that CSV shows, before guarding; None is empty, dates are ISO, lists and maps JSON.

    Raises ValueError for what is not a finite number.
    """
    if type(value) is str:  # most cells of a long export
        return plain(value)
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case Decimal() | float():
            if not isfinite(value):
                raise ValueError("not a finite number")
            return f"{value:f}" if isinstance(value, Decimal) else repr(value)
        case date():  # a datetime too
            return value.isoformat()
        case dict() | list() | tuple():
            return plain(_JSON.encode(value))
        case _:
            return plain(str(value))


_JSON = json.JSONEncoder(ensure_ascii=False, allow_nan=False, default=cell_text)  # made once: one a row is written


class Cells(NamedTuple):
    """A row of a table: its values, and beside each its `cell_text`, worked out once whatever is made of the row."""

    values: Sequence[object]
    texts: Sequence[str]


def in_cells(row: Sequence[object]) -> Cells:
    """The row with its texts."""
    return Cells(row, [cell_text(value) for value in row])


def plain(text: str) -> str:
    """`text` with U+FFFD for what cannot be written to any file."""
    return text if text.isascii() else _NOT_TEXT.sub("\ufffd", text)


def is_number(value: object) -> TypeGuard[Number]:
    """Whether a value is a number that a spreadsheet keeps exactly; longer ones are written as text."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal | float):
        return False
    return isinstance(value, float) or len(cell_text(value).lstrip("-0.").replace(".", "")) <= _EXACT_DIGITS
