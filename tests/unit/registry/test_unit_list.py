"""A unit list gives its findings, and a tree that hangs together whatever the order of its rows."""

import pytest

from benefits.intake.row import Checked
from benefits.registry.name_key import name_key, search_pattern
from benefits.registry.unit_list import ListedUnit, UnitListContext, check_unit_list

GOOD = {
    "单位代码": "AH-1",
    "单位名称": "某某工会",
    "上级单位代码": "AH",
    "工会层级": "基层工会",
    "单位类型": "中小学",
    "行政区划": "341200",
    "统一社会信用代码": "813400000000000196",
    "偏远地区": "是",
    "基础教育": "",
}
# AH over AH-1 and AH-9; AH-X is another's, in sight along the line only.
THERE = UnitListContext({"AH": None, "AH-1": "AH", "AH-9": "AH", "AH-X": "AH"}, {"AH", "AH-1", "AH-9"})


def check(*rows: dict[str, str]) -> list[Checked[ListedUnit]]:
    return check_unit_list([(at, GOOD | row) for at, row in enumerate(rows, 2)], THERE)


def codes(*rows: dict[str, str]) -> list[list[tuple[str, str]]]:
    return [[(found.column, found.code) for found in each.findings] for each in check(*rows)]


def test_a_good_row_is_read() -> None:
    [each] = check({"单位代码": " ＡＨ－2 "})
    unit = each.parsed
    assert unit is not None
    assert (unit.code, unit.union_kind, unit.unit_kind) == ("AH-2", "primary", "school")
    assert (unit.remote_area, unit.basic_education) == (True, None)


@pytest.mark.parametrize(
    ("changed", "column", "code"),
    [
        ({"单位名称": ""}, "单位名称", "required_missing"),
        ({"上级单位代码": ""}, "上级单位代码", "required_missing"),
        ({"单位代码": "AH/2"}, "单位代码", "code_malformed"),
        ({"单位代码": "AH-%"}, "单位代码", "code_malformed"),
        ({"工会层级": "国家"}, "工会层级", "code_unknown"),
        ({"单位类型": "工厂"}, "单位类型", "code_unknown"),
        ({"行政区划": "341400"}, "行政区划", "code_unknown"),
        ({"统一社会信用代码": "813400000000000195"}, "统一社会信用代码", "uscc_checksum"),
        ({"单位代码": "AH-X"}, "单位代码", "unit_out_of_scope"),
        ({"单位代码": "AH-2", "上级单位代码": "AH-X"}, "上级单位代码", "unit_out_of_scope"),
        ({"上级单位代码": "NO"}, "上级单位代码", "parent_unknown"),
    ],
)
def test_what_is_wrong_is_found(changed: dict[str, str], column: str, code: str) -> None:
    assert codes(changed) == [[(column, code)]]


def test_upper_units_may_come_later() -> None:
    below, above = {"单位代码": "AH-2-1", "上级单位代码": "AH-2"}, {"单位代码": "AH-2"}
    assert codes(below, above) == [[], []]


def test_a_unit_falls_with_the_row_of_its_upper_unit() -> None:
    below, above = {"单位代码": "AH-2-1", "上级单位代码": "AH-2"}, {"单位代码": "AH-2", "单位名称": ""}
    assert codes(below, above) == [[("上级单位代码", "parent_unknown")], [("单位名称", "required_missing")]]
    # One that is there already still bears what hangs on it.
    assert codes({"单位代码": "AH-1-1", "上级单位代码": "AH-1"}, {"单位名称": ""})[0] == []


def test_no_tree_closes_on_itself() -> None:
    circular = [("上级单位代码", "parent_circular")]
    ring = [{"单位代码": "A", "上级单位代码": "B"}, {"单位代码": "B", "上级单位代码": "A"}]
    assert codes(*ring) == [circular, circular]
    assert codes({"上级单位代码": "AH-1"}) == [circular]
    assert codes({"上级单位代码": "AH-9"}, {"单位代码": "AH-9", "上级单位代码": "AH-1"}) == [circular, circular]


def test_a_root_that_is_there_needs_no_upper_unit() -> None:
    assert codes({"单位代码": "AH", "上级单位代码": ""}) == [[]]


def test_second_rows_are_duplicates() -> None:
    assert codes({}, {}) == [[], [("单位代码", "duplicate_in_file")]]


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("王芳", "wang fang"),
        ("曾国藩", "zeng guo fan|ceng guo fan"),
        ("单丽", "shan li|dan li"),
        ("仇英", "qiu ying|chou ying"),
        ("解放", "xie fang|jie fang"),
        ("查良", "zha liang|cha liang"),
        ("翟天", "zhai tian|di tian"),
        ("尉迟恭", "yu chi gong|wei chi gong"),
        ("单于丽", "chan yu li|shan yu li|dan yu li"),
        ("Anna", "anna"),
    ],
)
def test_names_sort_as_surnames_are_read_and_are_found_either_way(name: str, key: str) -> None:
    assert name_key(name) == key


def test_patterns_take_signs_as_letters() -> None:
    assert search_pattern("Shan Li") == "shanli%"
    assert search_pattern("100%_") == "100\\%\\_%"
