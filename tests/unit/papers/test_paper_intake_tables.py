"""Tables for people who import: as they were sent with the findings marked, and empty ones to fill in."""

from __future__ import annotations

import zipfile
from datetime import date, datetime
from io import BytesIO

import openpyxl
import pytest
from openpyxl.utils.escape import unescape
from python_calamine import CalamineWorkbook

from benefits.papers.marked import Mark, mark_workbook
from benefits.papers.template import Column, template_workbook
from tests.unit.papers.hostile import HOSTILE

ROWS: list[list[object]] = [
    ["姓名", "证件号码", "出生日期", "人数"],
    ["武𬬭毅", "340000198703150027", date(1987, 3, 15), 3.0],
    ["=1+1", "x", "2019年5月1日", 2.5],
    ["汤㛃", "000123", datetime(2022, 3, 8, 9, 30), None],  # noqa: DTZ001 - as a cell has it
    ["短"],
]
MARKS = [
    Mark(3, "证件号码", "error", "证件号码校验位不符"),
    Mark(3, "证件号码", "warning", "请核对"),
    Mark(3, "姓名", "warning", "含有公式"),
    Mark(4, None, "warning", "整行提示"),
    Mark(1, "单位代码", "error", "缺少必填列"),
]


def read(content: bytes) -> list[list[object]]:
    return CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()


def test_findings_are_marked_in_their_cells_and_listed_by_row() -> None:
    sheet = openpyxl.load_workbook(BytesIO(mark_workbook(ROWS, MARKS, language="zh-CN"))).active
    cell = sheet["B3"]
    assert cell.comment.text == "证件号码校验位不符\n请核对"
    assert cell.fill.fgColor.rgb == "FFF8CBAD"
    assert sheet["A3"].fill.fgColor.rgb == "FFFFE699"
    assert sheet["A2"].fill.fill_type is None
    assert sheet["E1"].value == "校验结果"
    assert sheet["E1"].comment.text == "单位代码: 缺少必填列"
    assert sheet["E3"].value == "证件号码: 证件号码校验位不符；证件号码: 请核对；姓名: 含有公式"
    assert sheet["E4"].value == "整行提示"
    assert sheet["E2"].value is None


def test_every_cell_comes_back_exactly_as_it_was_read() -> None:
    again = read(mark_workbook(ROWS, MARKS, language="en"))
    assert again[0] == [*ROWS[0], "Findings"]
    for was, now in zip(ROWS[1:], again[1:], strict=True):
        padded = [*was, *[None] * (4 - len(was))]
        assert [value if value != "" else None for value in now[:4]] == padded


def test_hostile_texts_stay_unchanged_and_are_text_marked_as_quoted() -> None:
    content = mark_workbook([["文字"], *([text] for text in HOSTILE)], [], language="zh-CN")
    with zipfile.ZipFile(BytesIO(content)) as archive:
        assert b"<f" not in archive.read("xl/worksheets/sheet1.xml")
    cells = [row[0] for row in openpyxl.load_workbook(BytesIO(content)).active.iter_rows(min_row=2)]
    assert [unescape(cell.value or "") for cell in cells] == list(HOSTILE)
    assert all(cell.quotePrefix for cell in cells if (cell.value or " ")[0] in "=+-@＝")


def test_only_the_rejected_rows_can_be_taken_and_sent_again() -> None:
    content = mark_workbook(ROWS, MARKS, language="zh-CN", only_rejected=True)
    rows = read(content)
    assert [row[0] for row in rows] == ["姓名", "=1+1"]
    assert openpyxl.load_workbook(BytesIO(content)).active["B2"].comment is not None
    second = mark_workbook(rows, [], language="en")  # a second round does not add a second column
    assert read(second)[0] == ["姓名", "证件号码", "出生日期", "人数", "Findings"]


@pytest.mark.parametrize("rows", [[], [["姓名"]]])
def test_a_table_without_rows_is_still_a_workbook(rows: list[list[object]]) -> None:
    assert read(mark_workbook(rows, [], language="en"))[0][-1] == "Findings"


def test_a_template_says_what_is_wanted_and_keeps_digits() -> None:
    many = tuple(f"单位,{number}" for number in range(300))
    columns = [
        Column("姓名", required=True, note="与身份证一致"),
        Column("证件号码", required=True),
        Column("性别", choices=("男", "女")),
        Column("单位代码", choices=many),
        Column("备注"),
    ]
    workbook = openpyxl.load_workbook(BytesIO(template_workbook(columns, "会员花名册")))
    sheet = workbook["会员花名册"]
    assert [cell.value for cell in sheet[1]] == [column.name for column in columns]
    assert [cell.font.bold for cell in sheet[1]] == [True, True, False, False, False]
    assert sheet["A1"].comment.text == "与身份证一致"
    spans = sheet.column_dimensions.values()
    assert sum(span.max - span.min + 1 for span in spans) == len(columns)
    assert {span.number_format for span in spans} == {"@"}
    rules = {str(rule.sqref): rule.formula1 for rule in sheet.data_validations.dataValidation}
    assert rules == {"C2:C1048576": "lists!$C$1:$C$2", "D2:D1048576": "lists!$D$1:$D$300"}
    lists = workbook["lists"]
    assert lists.sheet_state == "hidden"
    assert [cell.value for cell in lists["D"]] == list(many)
    assert workbook.sheetnames[0] == "会员花名册"
