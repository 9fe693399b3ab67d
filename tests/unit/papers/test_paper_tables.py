"""Workbooks, CSV and exports: no formulas, nothing lost, three shapes that agree."""

from __future__ import annotations

import csv
import json
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO, StringIO
from uuid import UUID

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils.escape import unescape
from python_calamine import CalamineWorkbook

from benefits.papers.cells import guarded, unguarded
from benefits.papers.csv_file import write_csv
from benefits.papers.export import Shape, control_digest, export_rows
from benefits.papers.workbook import Table, write_workbook
from tests.unit.papers.hostile import GUARDED, HARMLESS, HOSTILE

COLUMNS = ("编号", "=金额", "文字")
OPENERS = "=+-@\t\r\n\0＝＋－＠﹦﹢﹣﹫"


def workbook(*tables: Table, sheet_rows: int = 1_048_576) -> bytes:
    with write_workbook(tables, sheet_rows=sheet_rows) as out:
        return out.read()


def read_csv(content: bytes) -> list[list[str]]:
    text = content.decode("utf-8-sig")
    return list(csv.reader(StringIO(text, newline="")))


def formulas(content: bytes) -> int:
    with zipfile.ZipFile(BytesIO(content)) as archive:
        return sum(archive.read(name).count(b"<f") for name in archive.namelist() if "worksheets/sheet" in name)


def test_there_are_two_hundred_hostile_texts() -> None:
    assert len(set(HOSTILE)) >= 200


def test_guarding_is_undone_exactly() -> None:
    assert all(guarded(text) == f"'{text}" and unguarded(guarded(text)) == text for text in GUARDED)
    assert all(guarded(text) == text and unguarded(text) == text for text in HARMLESS)


@given(st.text(alphabet="'=＋-@a\t中\n\0", max_size=8))
def test_guarding_any_text_is_undone_and_leaves_no_opener_in_front(text: str) -> None:
    assert unguarded(guarded(text)) == text
    assert guarded(text)[:1] not in set(OPENERS)


def test_hostile_texts_in_a_workbook_are_text_cells_and_come_back() -> None:
    content = workbook(Table("名单", ("文字",), ([text] for text in HOSTILE)))
    assert formulas(content) == 0
    sheet = openpyxl.load_workbook(BytesIO(content))["名单"]
    cells = [row[0] for row in sheet.iter_rows(min_row=2)]
    assert len(cells) == len(HOSTILE)
    for cell, text in zip(cells, HOSTILE, strict=True):
        assert cell.data_type in {"s", "inlineStr", "n"}
        assert cell.data_type != "n" or cell.value is None  # an empty text is an empty cell
        shown = unescape(cell.value or "")
        assert shown[:1] not in set(OPENERS)
        assert unguarded(shown) == text
    again = CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()
    assert [unguarded(str(row[0])) for row in again[1:]] == list(HOSTILE)


def test_hostile_texts_in_csv_are_quoted_and_come_back() -> None:
    content = b"".join(write_csv(("文字", "数"), ([text, Decimal("-5.00")] for text in HOSTILE)))
    assert content.startswith(b"\xef\xbb\xbf")
    rows = read_csv(content)[1:]
    assert [unguarded(row[0]) for row in rows] == list(HOSTILE)
    assert all(row[0][:1] not in set(OPENERS) for row in rows)
    assert {row[1] for row in rows} == {"-5.00"}  # a negative amount is a number, not a formula


def test_values_keep_their_types() -> None:
    row = [
        "340000198703150027",
        Decimal("-1234.50"),
        7,
        date(2022, 3, 8),
        True,
        None,
        datetime(2022, 3, 8, 1, 2, 3, tzinfo=UTC),
        UUID(int=5),
        {"名": ["甲", Decimal("1.00")]},
        12345678901234567890,
        date(1899, 5, 1),
    ]
    content = workbook(Table("a", [f"c{at}" for at in range(len(row))], [row]))
    cells = next(openpyxl.load_workbook(BytesIO(content)).active.iter_rows(min_row=2))
    assert [cell.data_type for cell in cells[:5]] == ["inlineStr", "n", "n", "d", "b"] or cells[0].data_type == "s"
    assert [cell.value for cell in cells] == [
        "340000198703150027",
        -1234.5,
        7,
        datetime(2022, 3, 8),  # noqa: DTZ001 - as the parser gives a day
        True,
        None,
        "2022-03-08T01:02:03+00:00",
        "00000000-0000-0000-0000-000000000005",
        '{"名": ["甲", "1.00"]}',
        "12345678901234567890",  # a number that a cell cannot keep is text
        "1899-05-01",
    ]
    assert cells[0].number_format == "@"
    assert cells[1].number_format == "0.00"
    line = read_csv(b"".join(write_csv([f"c{at}" for at in range(len(row))], [row])))[1]
    assert line[:6] == ["340000198703150027", "-1234.50", "7", "2022-03-08", "true", ""]


def test_a_full_sheet_goes_on_in_the_next_with_the_same_header() -> None:
    content = workbook(Table("明细", ("n",), ([n] for n in range(25))), sheet_rows=11)
    sheets = openpyxl.load_workbook(BytesIO(content)).worksheets
    assert [sheet.title for sheet in sheets] == ["明细", "明细 (2)", "明细 (3)"]
    values = [[cell.value for cell in sheet["A"]] for sheet in sheets]
    assert [column[0] for column in values] == ["n", "n", "n"]
    assert [value for column in values for value in column[1:]] == list(range(25))


def test_odd_and_repeated_sheet_names_are_made_to_fit() -> None:
    names = ("a/b:[c]*?'", "A_B__C____", "长" * 40, "长" * 40, "")
    content = workbook(*(Table(name, ("n",), ()) for name in names))
    titles = openpyxl.load_workbook(BytesIO(content)).sheetnames
    assert len({title.casefold() for title in titles}) == 5
    assert all(0 < len(title) <= 31 for title in titles)


def test_a_text_longer_than_a_cell_says_that_it_was_cut() -> None:
    content = workbook(Table("a", ("t",), [["𬬭" * 20_000]]))
    value = openpyxl.load_workbook(BytesIO(content)).active["A2"].value
    assert "20000 characters" in value
    assert len(value.encode("utf-16-le")) // 2 <= 32_767


@pytest.mark.parametrize("bad", [[["a"]], [["a", "b", "c", "d"]]])
def test_a_row_of_another_length_is_refused_and_nothing_is_left_behind(bad: list[list[object]]) -> None:
    for shape in ("jsonl", "csv", "xlsx"):
        with pytest.raises(ValueError, match="not as long"):
            b"".join(export_rows(COLUMNS, bad, shape))


@pytest.mark.parametrize("shape", ["jsonl", "csv", "xlsx"])
@pytest.mark.parametrize("odd", [Decimal("NaN"), Decimal("Infinity"), float("nan")])
def test_no_number_that_is_none_reaches_a_file(shape: Shape, odd: object) -> None:
    with pytest.raises(ValueError, match="finite"):
        b"".join(export_rows(("n",), [[odd]], shape))


def sample(count: int) -> list[list[object]]:
    return [[n, Decimal(n) / 4, HOSTILE[n % len(HOSTILE)]] for n in range(count)]


def read_back(shape: Shape, content: bytes) -> Iterator[list[str]]:
    """The rows of an export as its cells show them, header first."""
    if shape == "jsonl":
        lines = [json.loads(line) for line in content.decode().split("\n") if line]
        yield list(lines[0])
        yield from ([str(value) for value in line.values()] for line in lines)
    elif shape == "csv":
        yield from ([unguarded(cell) for cell in row] for row in read_csv(content))
    else:
        sheet = openpyxl.load_workbook(BytesIO(content)).active
        yield from ([unguarded(shown(cell)) for cell in row] for row in sheet.iter_rows())


def shown(cell: openpyxl.cell.Cell) -> str:
    if isinstance(cell.value, int | float):
        places = len(cell.number_format.partition(".")[2])
        return f"{cell.value:.{places}f}"
    return unescape(cell.value or "")


@pytest.mark.parametrize("shape", ["jsonl", "csv", "xlsx"])
def test_the_three_shapes_agree_to_the_row(shape: Shape) -> None:
    rows = sample(1200)
    export = export_rows(COLUMNS, iter(rows), shape)
    pieces = list(export)
    columns, *read = read_back(shape, b"".join(pieces))
    assert export.count == len(read) == 1200
    assert export.digest == control_digest(columns, read) == control_digest(COLUMNS, rows)
    if shape != "xlsx":
        assert len(pieces) > 1  # it streams


@pytest.mark.parametrize("shape", ["jsonl", "csv", "xlsx"])
def test_an_empty_selection_and_a_changed_cell(shape: Shape) -> None:
    empty = export_rows(COLUMNS, (), shape)
    content = b"".join(empty)
    assert empty.count == 0
    assert (content == b"") == (shape == "jsonl")
    assert control_digest(COLUMNS, sample(3)) != control_digest(COLUMNS, [*sample(2), [2, Decimal("0.51"), HOSTILE[2]]])


def test_exports_take_rows_one_by_one() -> None:
    taken = 0

    def rows() -> Iterable[Sequence[object]]:
        nonlocal taken
        for row in sample(5000):
            taken += 1
            yield row

    first = next(iter(export_rows(COLUMNS, rows(), "csv")))
    assert first
    assert taken < 1000
