"""Workbooks and CSV come out as text, numbered as in the sheet."""

import io
from datetime import date, datetime

import openpyxl
import pytest

from benefits.core.errors import Invalid
from benefits.intake.workbook import Columns, Limits, read_table

COLUMNS = Columns(sheet="名册", required=("姓名", "证件号码"), optional=("手机号", "出生日期"))


def saved(rows: list[list[object]], sheet: str = "名册", others: tuple[str, ...] = ()) -> bytes:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.title = sheet
    for row in rows:
        page.append(row)
    for other in others:
        book.create_sheet(other, 0)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def read(content: bytes, filename: str = "a.xlsx", limits: Limits | None = None) -> list[tuple[int, dict[str, str]]]:
    with read_table(content, filename, COLUMNS, limits) as table:
        return list(table.rows)


HEADER: list[object] = ["姓名", "证件号码", "手机号", "出生日期"]


def test_cells_come_as_text_and_lost_digits_show() -> None:
    rows = read(
        saved(
            [
                HEADER,
                ["王芳", 340000197609166677, 15186091390, date(1976, 9, 16)],
                ["李娜", "340000197609166677", "=1+1", datetime(1976, 9, 16, 8, 30)],  # noqa: DTZ001 - a cell has no zone
                ["张敏", 6222021234567890, True, 28019],
            ]
        )
    )
    assert rows[0] == (
        2,
        {"姓名": "王芳", "证件号码": "3.400001976091667e+17", "手机号": "15186091390", "出生日期": "1976-09-16"},
    )
    assert rows[1][1]["出生日期"] == "1976-09-16 08:30:00"
    assert not rows[2][1]["证件号码"].isdigit()
    assert (rows[2][1]["手机号"], rows[2][1]["出生日期"]) == ("TRUE", "28019")


def test_formula_text_stays_text() -> None:
    book = openpyxl.load_workbook(io.BytesIO(saved([HEADER, ["x", "@x"]])))
    cell = book["名册"]["A2"]
    cell.value, cell.data_type = "=1+1", "s"
    file = io.BytesIO()
    book.save(file)
    assert read(file.getvalue())[0][1]["姓名"] == "=1+1"
    assert read("姓名,证件号码\n=1+1,@x\n".encode(), "a.csv")[0][1]["姓名"] == "=1+1"


def test_formula_that_was_never_worked_out_is_what_was_typed() -> None:
    rows = read(saved([HEADER, ["=1+1", '=HYPERLINK("x","y")', 1, "x"], ["王芳", "1", "2", "3"]]))
    assert [list(cells.values()) for _, cells in rows] == [
        ["=1+1", '=HYPERLINK("x","y")', "1", "x"],
        ["王芳", "1", "2", "3"],
    ]


def test_rows_are_numbered_as_in_the_sheet_and_blank_ones_skipped() -> None:
    content = saved([[], HEADER, [], ["王芳", "1"], [None, None], ["李娜", "2"]])
    assert [number for number, _ in read(content)] == [4, 6]
    assert [number for number, _ in read("姓名,证件号码\n\n王芳,1\n,\n李娜,2".encode(), "a.csv")] == [3, 5]


def test_headings_in_any_order_with_blanks_and_stars() -> None:
    content = "备注, 证件　号码 ,手机号＊,*姓名,,\n好,1,2,王芳,,\n".encode()
    assert read(content, "a.csv") == [(2, {"证件号码": "1", "手机号": "2", "姓名": "王芳"})]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_encodings_keep_rare_characters(encoding: str) -> None:
    names = ["潘姬㛃", "䶮", "王𬭩", "𠮷"]
    text = "姓名,证件号码\r\n" + "".join(f"{name},1\r\n" for name in names)
    assert [cells["姓名"] for _, cells in read(text.encode(encoding), "a.csv")] == names
    assert [cells["姓名"] for _, cells in read(saved([HEADER, *([name, "1"] for name in names)]))] == names


def test_a_quoted_line_break_stays_in_its_cell() -> None:
    assert read('姓名,证件号码\n"王\n芳","1,2"\n李娜,2\n'.encode(), "a.csv")[0][1] == {
        "姓名": "王\n芳",
        "证件号码": "1,2",
    }


def test_the_named_sheet_is_taken_or_the_only_one() -> None:
    assert len(read(saved([HEADER, ["王芳", "1"]], others=("说明",)))) == 1
    assert len(read(saved([HEADER, ["王芳", "1"]], sheet="Sheet1"))) == 1


def test_a_short_row_reads_as_blank_cells() -> None:
    assert read("姓名,证件号码,手机号\n王芳\n".encode(), "a.csv") == [
        (2, {"姓名": "王芳", "证件号码": "", "手机号": ""})
    ]


def test_leaving_early_ends_the_reading_process() -> None:
    content = "姓名,证件号码\n".encode() + "王芳,1\n".encode() * 100_000
    with read_table(content, "a.csv", COLUMNS) as table:
        assert next(table.rows)[0] == 2


def test_too_many_rows_by_the_limit() -> None:
    content = saved([HEADER, ["王芳", "1"], ["李娜", "2"]])
    assert len(read(content, limits=Limits(rows=3))) == 2
    with pytest.raises(Invalid) as refused:
        read(content, limits=Limits(rows=2))
    assert refused.value.faults[0].code == "too_many_rows"
