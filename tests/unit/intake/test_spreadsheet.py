"""Our streaming reader of workbooks says the same as an independent one (python-calamine), cell by cell."""

import io
import random
from datetime import date, datetime, timedelta
from typing import Any

import openpyxl
import pytest
import python_calamine
import xlsxwriter

from benefits.intake.workbook import Columns, read_rows
from tests.conftest import SHARED_DATA

SAMPLE = SHARED_DATA / "roster-5k"
Grid = dict[int, list[str]]


def by_us(content: bytes) -> Grid:
    with read_rows(content, "a.xlsx", Columns("no such name", (), ())) as (_, rows):
        return {number: trimmed(cells) for number, cells in rows}


def by_calamine(content: bytes) -> Grid:
    sheet = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)
    rows = enumerate(sheet.to_python(skip_empty_area=False), 1)
    return {number: row for number, cells in rows if (row := trimmed([as_text(cell) for cell in cells]))}


def trimmed(cells: list[str]) -> list[str]:
    while cells and not cells[-1]:
        cells = cells[:-1]
    return cells


def as_text(cell: object) -> str:
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(" ", "seconds")
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def anything(dice: random.Random) -> Any:
    day = datetime(1950, 1, 1)  # noqa: DTZ001 - a cell has no zone
    words = ("文字㛃𠮷", 'a & b <c> "d"', " 前后 ", "行\n换", "_x0041_b", "340000197609166677", "0012", "=1+1")
    kind = dice.randrange(9)
    choices: list[Any] = [
        dice.randint(-5, 10**9),
        dice.random() * 1_000,
        340000197609166677,
        None,
        True,
        (day + timedelta(days=dice.randint(0, 40_000))).date(),
        day + timedelta(seconds=dice.randint(0, 10**9)),
    ]
    return choices[kind] if kind < len(choices) else dice.choice(words)


@pytest.mark.parametrize("seed", range(3))
def test_of_openpyxl(seed: int) -> None:
    dice = random.Random(seed)
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    for _ in range(200):
        page.append([anything(dice) for _ in range(10)])
    for cell in (cell for row in page.iter_rows() for cell in row if cell.data_type == "f"):
        cell.data_type = "s"  # calamine shows nothing of a formula never worked out; we show what was typed
    page["Z300"] = "far"
    formats = (
        'yyyy"年"m"月"d"日"',
        "0.00%",
        "[$-804]yyyy/mm",
        '"days" 0',
        "mmm-yy",
        "[Red]0",
        "General",
        "@",
        "m/d/yy",
    )
    for at, shown in enumerate(formats, 310):
        page.cell(at, 2, 43586).number_format = shown
    out = io.BytesIO()
    book.save(out)
    assert by_us(out.getvalue()) == by_calamine(out.getvalue())


@pytest.mark.parametrize("inline", [True, False])
@pytest.mark.parametrize("from_1904", [True, False])
def test_of_xlsxwriter(inline: bool, from_1904: bool) -> None:
    dice = random.Random(9)
    out = io.BytesIO()
    options = {"constant_memory": inline, "date_1904": from_1904, "default_date_format": "yyyy-mm-dd hh:mm:ss"}
    with xlsxwriter.Workbook(out, options) as book:
        page = book.add_worksheet("anything")
        for row in range(200):
            for column in range(10):
                if (value := anything(dice)) is not None:
                    page.write(row, column, value)
        page.write_rich_string(300, 0, book.add_format({"bold": True}), "粗", "细")
        page.write_formula(301, 0, "=1+1", None, 2)
        page.write_formula(302, 0, '="a"&"b"', None, "ab")
    assert by_us(out.getvalue()) == by_calamine(out.getvalue())


@pytest.mark.skipif(not SAMPLE.exists(), reason="the samples lie beside the checkout, not in it")
@pytest.mark.parametrize("name", ["roster.xlsx", "units.xlsx"])
def test_of_the_samples(name: str) -> None:
    content = (SAMPLE / name).read_bytes()
    assert by_us(content) == by_calamine(content)
