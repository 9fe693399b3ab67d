"""Hostile and broken files are refused quickly, each by its own fault."""

import io
import resource
import struct
import zipfile
from collections.abc import Callable

import openpyxl
import pytest

from benefits.core.errors import Invalid
from benefits.intake.workbook import Columns, Limits, read_table

COLUMNS = Columns(sheet="名册", required=("姓名", "证件号码"), optional=("手机号",))
HEADER = "<row r='1'><c t='inlineStr'><is><t>姓名</t></is></c><c t='inlineStr'><is><t>证件号码</t></is></c></row>"
PARTS = {
    "[Content_Types].xml": "<Types xmlns='http://schemas.openxmlformats.org/package/2006/content-types'/>",
    "_rels/.rels": "<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'><Relationship "
    "Id='r1' Type='http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument' "
    "Target='xl/workbook.xml'/></Relationships>",
    "xl/workbook.xml": "<workbook xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main' "
    "xmlns:r='http://schemas.openxmlformats.org/officeDocument/2006/relationships'><sheets>"
    "<sheet name='名册' sheetId='1' r:id='r1'/></sheets></workbook>",
    "xl/_rels/workbook.xml.rels": "<Relationships "
    "xmlns='http://schemas.openxmlformats.org/package/2006/relationships'><Relationship Id='r1' "
    "Type='http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet' "
    "Target='worksheets/sheet1.xml'/></Relationships>",
}


def sheet(rows: str, before: str = "", dimension: str = "A1:B2") -> str:
    return (
        f"<?xml version='1.0' encoding='UTF-8'?>{before}<worksheet "
        "xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'>"
        f"<dimension ref='{dimension}'/><sheetData>{HEADER}{rows}</sheetData></worksheet>"
    )


def row(at: int, *words: str) -> str:
    return f"<row r='{at}'>" + "".join(f"<c t='inlineStr'><is><t>{word}</t></is></c>" for word in words) + "</row>"


def packed(sheet_text: str | bytes = "", **more: str | bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in (
            PARTS | {"xl/worksheets/sheet1.xml": sheet_text or sheet(row(2, "王芳", "1"))} | more
        ).items():
            archive.writestr(name, text)
    return file.getvalue()


def lying(content: bytes, told: int) -> bytes:
    """The same archive, whose directory tells `told` as the size of the last part."""
    at = content.rindex(b"PK\x01\x02")
    return content[: at + 24] + struct.pack("<I", told) + content[at + 28 :]


def encrypted_flag(content: bytes) -> bytes:
    at = content.rindex(b"PK\x01\x02")
    return content[: at + 8] + b"\x01" + content[at + 9 :]


def many_sheets() -> bytes:
    book = openpyxl.Workbook()
    book.create_sheet("另一张")
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def shared_bomb() -> bytes:
    """One shared string of a megabyte in a hundred thousand cells."""
    cells = "".join(f"<row r='{at}'><c t='s'><v>0</v></c></row>" for at in range(2, 100_002))
    strings = (
        f"<sst xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'><si><t>{'长' * 300_000}</t></si></sst>"
    )
    return packed(sheet(cells), **{"xl/sharedStrings.xml": strings})


ENTITY = "<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;'>]>"
EXTERNAL = "<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/hostname'>]>"
BLANK_ROWS = "".join(f"<row r='{at}'/>" for at in range(2, 1_000_001))
NULL_BYTES = bytes(1_000)
HOSTILE: dict[str, tuple[str, str, Callable[[], bytes]]] = {
    "nothing": ("empty", "a.xlsx", bytes),
    "blanks": ("empty", "a.csv", lambda: b" \r\n\r\n"),
    "text": ("not_a_workbook", "a.xlsx", lambda: b"hello, union"),
    "a picture": ("not_a_workbook", "a.xlsx", lambda: b"\x89PNG\r\n\x1a\n" + NULL_BYTES),
    "a picture called csv": ("encoding_unreadable", "a.csv", lambda: b"\x89PNG\r\n\x1a\n" + NULL_BYTES),
    "an old or locked workbook": ("not_a_workbook", "a.xls", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + NULL_BYTES),
    "html called xls": ("not_a_workbook", "a.xls", lambda: b"<html><table><tr><td>1</td></tr></table></html>"),
    "no ending": ("not_a_workbook", "roster", "姓名,证件号码\n".encode),
    "the first two letters": ("not_a_workbook", "a.xlsx", lambda: b"PK"),
    "a cut workbook": ("not_a_workbook", "a.xlsx", lambda: packed()[:400]),
    "a workbook without its directory": ("not_a_workbook", "a.xlsx", lambda: packed()[:-22]),
    "another archive": ("not_a_workbook", "a.xlsx", lambda: packed().replace(b"xl/workbook.xml", b"xl/workbook.txt")),
    "broken compression": ("not_a_workbook", "a.xlsx", lambda: packed().replace(b"\x01", b"\xff")),
    "broken xml": ("not_a_workbook", "a.xlsx", lambda: packed(sheet(row(2, "a", "b"))[:-40] + "<<<>")),
    "not xml": ("not_a_workbook", "a.xlsx", lambda: packed(b"\x00\x01\x02" * 1_000)),
    "an encrypted part": ("not_a_workbook", "a.xlsx", lambda: encrypted_flag(packed())),
    "a macro": ("macro_workbook", "a.xlsx", lambda: packed(**{"xl/vbaProject.bin": b"x"})),
    "a macro by another case": ("macro_workbook", "a.xlsx", lambda: packed(**{"xl/VBAPROJECT.BIN": b"x"})),
    "a macro sheet": ("macro_workbook", "a.xlsx", lambda: packed(**{"xl/macrosheets/sheet1.xml": "<a/>"})),
    "a macro by its ending": ("macro_workbook", "a.XLSM", packed),
    "a bomb of blanks": ("zip_bomb", "a.xlsx", lambda: packed(sheet(" " * 20_000_000))),
    "a bomb beside the sheet": ("zip_bomb", "a.xlsx", lambda: packed(**{"xl/media/a.png": bytes(60_000_000)})),
    "a bomb that lies": ("zip_bomb", "a.xlsx", lambda: lying(packed(sheet(" " * 20_000_000)), 1_000)),
    "a thousand parts": ("zip_bomb", "a.xlsx", lambda: packed(**{f"x/{at}": "" for at in range(1_001)})),
    "entities": ("declaration_in_xml", "a.xlsx", lambda: packed(sheet(row(2, "&b;", "1"), before=ENTITY))),
    "an outside entity": ("declaration_in_xml", "a.xlsx", lambda: packed(sheet(row(2, "&a;", "1"), before=EXTERNAL))),
    "a million blank rows": ("too_many_rows", "a.xlsx", lambda: packed(sheet(BLANK_ROWS))),
    "the last row of all": ("too_many_rows", "a.xlsx", lambda: packed(sheet("<row r='1048576'/>"))),
    "a cell in the last row": (
        "too_many_rows",
        "a.xlsx",
        lambda: packed(sheet("<row r='1048576'><c r='A1048576'><v>1</v></c></row>")),
    ),
    "a cell in the last column": (
        "too_many_columns",
        "a.xlsx",
        lambda: packed(sheet("<row r='2'><c r='XFD2'><v>1</v></c></row>")),
    ),
    "a million blank lines": ("too_many_rows", "a.csv", lambda: "姓名,证件号码".encode() + b"\n" * 1_000_000),
    "too many columns": ("too_many_columns", "a.csv", lambda: b"a," * 300 + b"\n"),
    "too many columns of a sheet": (
        "too_many_columns",
        "a.xlsx",
        lambda: packed(sheet("<row r='2'><c r='ZZ2'><v>1</v></c></row>")),
    ),
    "a long cell": ("cell_too_long", "a.xlsx", lambda: packed(sheet(row(2, "长" * 30_000, "1")))),
    "an open quote": ("cell_too_long", "a.csv", lambda: '姓名,证件号码\n"'.encode() + b"a,b\n" * 1_000),
    "a shared string everywhere": ("cell_too_long", "a.xlsx", shared_bomb),
    "neither utf-8 nor gb18030": ("encoding_unreadable", "a.csv", lambda: b"a,b\n\x80\xff\xff\n"),
    "utf-16": ("encoding_unreadable", "a.csv", lambda: "姓名,证件号码\n".encode("utf-16")),
    "no such sheet": ("sheet_missing", "a.xlsx", many_sheets),
    "an empty sheet": ("empty", "a.xlsx", lambda: saved(openpyxl.Workbook())),
    "a missing column": ("column_missing", "a.csv", "姓名,手机号\n王芳,1\n".encode),
    "an unknown column": ("column_unknown", "a.csv", "姓名,证件号码,星座\n王芳,1,2\n".encode),
    "a column twice": ("header_duplicate", "a.csv", "姓名,证件号码,姓 名\n王芳,1,2\n".encode),
}


def children_seconds() -> float:
    """Processor time, which does not grow when the machine is busy with something else."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@pytest.mark.parametrize("name", HOSTILE)
def test_a_bad_file_is_refused_by_its_fault_in_two_seconds(name: str) -> None:
    fault, filename, make = HOSTILE[name]
    content = make()
    begun = children_seconds()
    with pytest.raises(Invalid) as refused, read_table(content, filename, COLUMNS) as table:
        list(table.rows)
    assert refused.value.faults[0].code == fault
    assert children_seconds() - begun < 2


def test_limits_are_what_refuses() -> None:
    """The canary: with wider limits the same files go through."""
    wide = Limits(ratio=10_000, rows=2_000_000)
    with read_table(packed(sheet(" " * 20_000_000 + row(2, "王芳", "1"))), "a.xlsx", COLUMNS, wide) as table:
        assert [number for number, _ in table.rows] == [2]
    with read_table(packed(sheet(BLANK_ROWS)), "a.xlsx", COLUMNS, wide) as table:
        assert list(table.rows) == []


def test_the_fault_names_what_it_is_about() -> None:
    with pytest.raises(Invalid) as refused, read_table("手机号\n1\n".encode(), "a.csv", COLUMNS):
        pass
    assert refused.value.faults[0].params == {"columns": ["姓名", "证件号码"]}
