"""The unit list: its columns, and the check that makes each row a unit of the tree or findings."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from benefits.core.code_table import code_table
from benefits.core.identity import parse_credit_code
from benefits.intake.row import Checked, RowReader
from benefits.intake.workbook import YES_NO, Columns
from models.vocabulary import UnionKind

_WORDS = {
    "工会层级": code_table("union_kind"),
    "单位类型": code_table("unit_kind"),
    "偏远地区": YES_NO,
    "基础教育": YES_NO,
}
COLUMNS = Columns(
    sheet="单位",
    required=("单位代码", "单位名称", "上级单位代码", "工会层级"),
    optional=("单位类型", "行政区划", "统一社会信用代码", "偏远地区", "基础教育"),
    words=_WORDS,
)
_NEEDED = ("单位代码", "单位名称", "工会层级")  # the upper unit is judged apart: a root has none
_CODE = re.compile(r"[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*", re.ASCII)
_DIVISION_CODE = re.compile(r"\d{6}", re.ASCII)

_DIVISION = code_table("division")


@dataclass(frozen=True, slots=True)
class ListedUnit:
    """One good row of a unit list, with the codes of `config/data`; what was left blank is None."""

    code: str
    name: str
    parent_code: str | None
    union_kind: UnionKind
    unit_kind: str | None
    division_code: str | None
    credit_code: str | None
    remote_area: bool | None
    basic_education: bool | None


@dataclass(frozen=True)
class UnitListContext:
    """What a check must be told: the units as they stand.

    `parents` gives the upper unit of every unit the account may read (None for a root); `changeable` are those it may
    change and add to.
    """

    parents: Mapping[str, str | None]
    changeable: Collection[str]


def check_unit_list(rows: Iterable[tuple[int, dict[str, str]]], context: UnitListContext) -> list[Checked[ListedUnit]]:
    """Check every row, in order, with all its findings; an upper unit may stand later in the same list.

    Codes: `required_missing`, `code_malformed`, `code_unknown`, `duplicate_in_file`, `uscc_checksum`,
    `unit_out_of_scope` (the account may not change this unit, or not add to that upper unit), `parent_unknown`
    (neither there nor among the good rows), `parent_circular` (the tree would close on itself).
    """
    first_rows: dict[str, int] = {}
    read = [_read_row(RowReader(row, cells, _NEEDED), context, first_rows) for row, cells in rows]
    listed = {unit.code: unit.parent_code for reader, unit in read if unit and not reader.findings}
    tree = {**context.parents, **listed}
    for reader, unit in read:
        if unit and (fault := _climb(unit, tree)):
            reader.fault("上级单位代码", fault)
    return [Checked(reader.row, None if reader.findings else unit, tuple(reader.findings)) for reader, unit in read]


def _read_row(
    reader: RowReader, context: UnitListContext, first_rows: dict[str, int]
) -> tuple[RowReader, ListedUnit | None]:
    code = _read_code(reader, context, first_rows)
    name = reader.text("单位名称")
    parent_code = _read_parent(reader, code, context)
    union_kind = reader.word("工会层级", _WORDS["工会层级"])
    unit_kind = reader.word("单位类型", _WORDS["单位类型"])
    division_code = reader.number("行政区划")
    if division_code and not _is_division(division_code):
        reader.fault("行政区划", "code_unknown", choices=[*_DIVISION.labels])
    credit = reader.number("统一社会信用代码")
    credit_code = parse_credit_code(credit) if credit else None
    if credit and credit_code is None:
        reader.fault("统一社会信用代码", "uscc_checksum")
    remote_area, basic_education = reader.flag("偏远地区"), reader.flag("基础教育")
    if code is None or name is None or union_kind is None:
        return reader, None
    unit = ListedUnit(
        code=code,
        name=name,
        parent_code=parent_code,
        union_kind=UnionKind(union_kind),
        unit_kind=unit_kind,
        division_code=division_code,
        credit_code=credit_code,
        remote_area=remote_area,
        basic_education=basic_education,
    )
    return reader, unit


def _read_code(reader: RowReader, context: UnitListContext, first_rows: dict[str, int]) -> str | None:
    code = reader.number("单位代码")
    if code is None:
        return None
    if not _CODE.fullmatch(code):
        reader.fault("单位代码", "code_malformed")
        return None
    first = first_rows.setdefault(code, reader.row)
    if first != reader.row:
        reader.fault("单位代码", "duplicate_in_file", first_row=first)
    if code in context.parents and code not in context.changeable:
        reader.fault("单位代码", "unit_out_of_scope")
    return code


def _read_parent(reader: RowReader, code: str | None, context: UnitListContext) -> str | None:
    """The upper unit's code; only a unit that is a root already may leave it blank."""
    parent_code = reader.number("上级单位代码")
    if parent_code is None and (code is None or context.parents.get(code, "none") is not None):
        reader.fault("上级单位代码", "required_missing")
    if parent_code in context.parents and parent_code not in context.changeable:
        reader.fault("上级单位代码", "unit_out_of_scope")
    return parent_code


def _is_division(code: str) -> bool:
    """Six digits whose prefecture the table knows; counties come and go too often to be listed."""
    return bool(_DIVISION_CODE.fullmatch(code)) and f"{code[:4]}00" in _DIVISION.labels


def _climb(unit: ListedUnit, tree: Mapping[str, str | None]) -> str | None:
    """Why no way leads up from this unit to a root, if none does."""
    passed = {unit.code}
    code = unit.parent_code
    while code is not None:
        if code in passed:
            return "parent_circular"
        if code not in tree:
            return "parent_unknown"
        passed.add(code)
        code = tree[code]
    return None
