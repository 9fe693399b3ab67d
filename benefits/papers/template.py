"""Empty import tables: a header that explains itself, lists to choose from, cells that keep digits as text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from xlsxwriter.utility import xl_range_abs

from benefits.papers.workbook import SHEET_ROWS, Ink, column_width, opened, sheet_name

_LISTS = "lists"


@dataclass(frozen=True)
class Column:
    """A column of an import table; `note` becomes the header's comment, `choices` a list to choose from."""

    name: str
    required: bool = False
    note: str = ""
    choices: Sequence[str] = ()


def template_workbook(columns: Sequence[Column], name: str = "Sheet1") -> bytes:
    """An XLSX to be filled in: required headers bold and tinted; every cell text, so that no number loses digits.

    The choices stand in a hidden second sheet: a list written into the rule itself ends at 255 characters.
    """
    out = BytesIO()
    with opened(out) as workbook:
        ink = Ink(workbook)
        sheet = workbook.add_worksheet(sheet_name(name, {_LISTS}))
        sheet.freeze_panes(1, 0)
        lists = workbook.add_worksheet(_LISTS)
        lists.hide()
        text = ink.style("@")
        for at, column in enumerate(columns):
            look: dict[str, object] = {"bold": True, "bg_color": "#DDEBF7"} if column.required else {}
            sheet.set_column(at, at, column_width(column.name), text)
            ink.write(sheet, 0, at, column.name, look, as_read=True)
            if column.note:
                sheet.write_comment(0, at, column.note, {"x_scale": 2})
            if column.choices:
                area = xl_range_abs(0, at, len(column.choices) - 1, at)
                rule = {"validate": "list", "source": f"={_LISTS}!{area}"}
                sheet.data_validation(1, at, SHEET_ROWS - 1, at, rule)
        longest = max((len(column.choices) for column in columns), default=0)
        for row in range(longest):  # row by row: a row once left cannot be written again
            for at, column in enumerate(columns):
                if row < len(column.choices):
                    ink.write(lists, row, at, column.choices[row], as_read=True)
    return out.getvalue()
