"""物资进销存表: the goods account of a period as a workbook and as a sheet to be signed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from typing import IO

from benefits.papers.labels import Labels, labels
from benefits.papers.press import Sheet, pressed
from benefits.papers.sheet import MM, Cell, Kind, Page, Row, Section
from benefits.papers.workbook import Table, write_workbook

_A4_LYING = Page(297 * MM, 210 * MM, margin=10 * MM, title=23 * MM, foot=7 * MM, size=8.0, side=0)
_SHARE = {"unit_code": 4.6, "name": 6, "specification": 5, "batch_number": 5, "expires_on": 5.6, "measure": 2.6}
_SHARE |= {"unit_price": 4.6, "amount": 5.6, "reconciled": 2.8}
_QUANTITY = 3.2
_LEFT = {"name", "specification"}


@dataclass(frozen=True)
class Line:
    """A lot over the period; quantities in its measure, `unit_price` and `amount` in yuan."""

    unit_code: str
    name: str
    specification: str | None
    batch_number: str | None
    expires_on: date | None
    measure: str
    unit_price: Decimal
    opening: int
    received: int
    issued: int
    returned: int
    sent_back: int
    written_off: int
    counted: int
    closing: int
    amount: Decimal
    reconciled: bool


_COLUMNS = [one.name for one in fields(Line)]


@dataclass(frozen=True)
class Period:
    """What the sheet says of the whole."""

    union_name: str
    since: date
    until: date
    amount: Decimal
    reconciled: bool
    printed_at: datetime
    printed_by: str


def workbook(lines: Sequence[Line], language: str) -> IO[bytes]:
    """The account as XLSX, one row a lot; the caller closes it."""
    text = labels(language).part("goods_account")
    return write_workbook([Table(text["title"], [text[name] for name in _COLUMNS], map(astuple, lines))])


def sheet(of: Period, lines: Sequence[Line], language: str) -> bytes:
    """The account as PDF, A4 lying, in `zh-CN` or `en`; the same account gives the same bytes."""
    words = labels(language)
    text, form = words.part("goods_account"), words.part("form")
    head = Row(tuple(Cell(text[name], _SHARE.get(name, _QUANTITY), "label") for name in _COLUMNS))
    rows = [_row(line, words) for line in lines] or [Row((Cell(text["empty"], 1, "centre"),), 14 * MM)]
    total = Row(
        (Cell(text["total"], 6, "label"), Cell(words.yuan(of.amount), 4, "figure"), Cell(_agrees(of, text), 10))
    )
    hands = Row(tuple(Cell(text[hand], 1, sign=("",)) for hand in ("keeper", "checker", "chair")), 15 * MM)
    return pressed(
        Sheet(
            page=_A4_LYING,
            language=language,
            union=of.union_name,
            title=text["title"],
            under=("", f"{words.day(of.since)} — {words.day(of.until)}", text["unit_of_money"]),
            sections=[Section("", rows, head), Section("", [total, hands])],
            foot=(form["printed"].format(at=words.instant(of.printed_at), by=of.printed_by),),
            page_of=form["page_of"],
        )
    )


def _agrees(of: Period, text: dict[str, str]) -> str:
    return text["agrees"] if of.reconciled else text["differs"]


def _row(line: Line, words: Labels) -> Row:
    cells = []
    for name, value in zip(_COLUMNS, astuple(line), strict=True):
        match value:
            case None:
                shown = ""
            case Decimal():
                shown = f"{value:,.2f}"
            case date():
                shown = value.isoformat()
            case bool():
                shown = words.value(value)
            case _:
                shown = str(value)
        figure = isinstance(value, int | Decimal) and not isinstance(value, bool)
        kind: Kind = "figure" if figure else "text" if name in _LEFT else "centre"
        cells.append(Cell(shown, _SHARE.get(name, _QUANTITY), kind))
    return Row(tuple(cells))
