"""A roster gives exactly its findings, in every way it may be written."""

import csv
import io
import json
from collections.abc import Collection, Sequence
from datetime import date
from pathlib import Path

import pytest
import python_calamine

from bench.roster import make_rows
from benefits.intake.row import Checked, Finding
from benefits.intake.workbook import read_table
from benefits.registry.roster import COLUMNS, RosterContext, RosterMember, check_roster
from models.vocabulary import HonourLevel, MembershipState

TODAY = date(2026, 11, 22)
SMALL = Path(__file__).parents[2] / "data"
SAMPLE = Path(__file__).parents[4] / "shared" / "data" / "roster-5k"
NO_SAMPLE = pytest.mark.skipif(not SAMPLE.exists(), reason="the sample roster lies beside the checkout, not in it")

GOOD = {
    "工号": "B001",
    "姓名": "熊胜",
    "性别": "男",
    "证件类型": "居民身份证",
    "证件号码": "340000197609166677",
    "出生日期": "1976-09-16",
    "民族": "汉",
    "手机号": "15186091390",
    "单位代码": "AH-Z01",
    "用工形式": "在编",
    "会籍状态": "在职",
    "入会时间": "1995-05-08",
    "会费缴至": "2022-12",
    "一线岗位": "否",
    "荣誉称号": "全国五一劳动奖章",
    "授予机关": "中华全国总工会",
    "授予日期": "2005-05-01",
    "开户行": "徽商银行",
    "银行卡号": "6217994628194821997",
    "户名": "熊胜",
}


def nobody_elsewhere(_pairs: Sequence[tuple[str, str]]) -> Collection[tuple[str, str]]:
    return ()


def context(*units: str, elsewhere: Collection[tuple[str, str]] = (), readable: Collection[str] = ()) -> RosterContext:
    return RosterContext(TODAY, {*units, *readable}, set(units), lambda pairs: set(pairs) & set(elsewhere))


def check(**changed: str) -> Checked[RosterMember]:
    return next(check_roster([(2, GOOD | changed)], context("AH-Z01", readable=["AH"])))


def codes(findings: Sequence[Finding]) -> list[tuple[str, str]]:
    return sorted((finding.column, finding.code) for finding in findings)


def test_a_good_row_is_read_in_full() -> None:
    checked = check()
    assert not checked.findings
    member = checked.parsed
    assert member is not None
    assert member.state == MembershipState.ACTIVE
    assert member.employment_type == "established"
    assert member.details.dues_paid_through == date(2022, 12, 31)
    assert member.details.frontline is False
    assert member.details.outdoor is None
    assert member.honour is not None
    assert (member.honour.level, member.honour.awarded_on) == (HonourLevel.PROVINCIAL, date(2005, 5, 1))


def test_full_width_blanks_and_many_days_are_read_as_meant() -> None:
    checked = check(
        姓名=" 熊　胜\u3000",
        证件号码="３４００００１９７６０９１６６６７７",
        出生日期="28019",
        手机号="１５１８６０９１３９０",
        单位代码="ＡＨ－Ｚ０１",
        入会时间="1995年5月8日",
    )
    assert not checked.findings
    assert checked.parsed == check().parsed


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"姓名": " \u3000"}, [("姓名", "required_missing")]),
        ({"证件号码": "340000197609166678"}, [("证件号码", "id_checksum")]),
        ({"证件号码": "3.40000197609167e+17"}, [("证件号码", "id_checksum")]),
        ({"证件号码": "340000760916667"}, [("证件号码", "id_retired_15_digits")]),
        ({"出生日期": "1976-09-17"}, [("出生日期", "birth_date_mismatch")]),
        ({"出生日期": "秋天"}, [("出生日期", "date_unreadable")]),
        ({"性别": "女"}, [("性别", "sex_mismatch")]),
        ({"性别": "其他"}, [("性别", "code_unknown")]),
        ({"单位代码": "AH-Z99"}, [("单位代码", "unit_unknown")]),
        ({"单位代码": "AH"}, [("单位代码", "unit_out_of_scope")]),
        ({"用工形式": "外星人"}, [("用工形式", "code_unknown")]),
        ({"会籍状态": "休假"}, [("会籍状态", "code_unknown")]),
        ({"荣誉称号": "最好的人"}, [("荣誉称号", "code_unknown")]),
        ({"一线岗位": "也许"}, [("一线岗位", "code_unknown")]),
        ({"会费缴至": "年底"}, [("会费缴至", "date_unreadable")]),
        ({"手机号": "158490576"}, [("手机号", "phone_malformed")]),
        ({"银行卡号": "6217994628194821998"}, [("银行卡号", "bank_card_checksum")]),
        ({"银行卡号": "6.2179946281948e+18"}, [("银行卡号", "bank_card_checksum")]),
        (
            {"姓名": "", "性别": "", "手机号": "1", "用工形式": "x", "入会时间": "?"},
            [
                ("入会时间", "date_unreadable"),
                ("姓名", "required_missing"),
                ("性别", "required_missing"),
                ("手机号", "phone_malformed"),
                ("用工形式", "code_unknown"),
            ],
        ),
    ],
)
def test_all_findings_of_a_row(changed: dict[str, str], expected: list[tuple[str, str]]) -> None:
    checked = check(**changed)
    assert codes(checked.findings) == expected
    assert checked.parsed is None


def test_another_holder_is_a_warning_and_the_row_is_taken() -> None:
    checked = check(户名="某某某")
    assert codes(checked.findings) == [("户名", "account_holder_mismatch")]
    assert checked.parsed is not None


def test_the_second_and_later_rows_are_duplicates() -> None:
    rows = [(2, GOOD), (3, GOOD | {"单位代码": "AH-Z02"}), (5, GOOD | {"证件号码": "340000197609166677 "})]
    checked = list(check_roster(rows, context("AH-Z01", "AH-Z02")))
    assert [codes(row.findings) for row in checked] == [[], *[[("证件号码", "duplicate_in_file")]] * 2]
    assert checked[2].findings[0].params == {"first_row": 2}


def test_numbers_that_lost_their_digits_are_no_duplicates() -> None:
    lost = GOOD | {"证件号码": "3.40000197609167e+17"}
    checked = list(check_roster([(2, lost), (3, lost)], context("AH-Z01")))
    assert [codes(row.findings) for row in checked] == [[("证件号码", "id_checksum")]] * 2


def test_members_of_another_unit_are_refused_beside_their_other_faults() -> None:
    pair = ("340000197609166677", "AH-Z01")
    rows = [(2, GOOD | {"手机号": "1"})]
    [checked] = check_roster(rows, context("AH-Z01", elsewhere=[pair]))
    assert codes(checked.findings) == [("手机号", "phone_malformed"), ("证件号码", "already_registered")]


def check_file(content: bytes, filename: str, units: Collection[str]) -> dict[str, object]:
    told = RosterContext(TODAY, units, units, nobody_elsewhere)
    with read_table(content, filename, COLUMNS) as table:
        checked = list(check_roster(table.rows, told))
    accepted = sum(row.parsed is not None for row in checked)
    findings = [
        {"row": finding.row, "column": finding.column, "code": finding.code, "severity": finding.severity.value}
        for row in checked
        for finding in row.findings
    ]
    return {"rows": len(checked), "accepted": accepted, "rejected": len(checked) - accepted, "findings": findings}


def test_our_own_small_roster_has_every_code_once() -> None:
    expected = json.loads((SMALL / "roster-30.expected.json").read_text("utf-8"))
    content = (SMALL / "roster-30.csv").read_bytes()
    told = context("AH-D01", "AH-D02", readable=["AH"], elsewhere=[(expected["elsewhere"], "AH-D01")])
    with read_table(content, "roster-30.csv", COLUMNS) as table:
        checked = list(check_roster(table.rows, told))
    found = [[finding.row, finding.column, finding.code] for row in checked for finding in row.findings]
    assert found == expected["findings"]
    assert len({code for _, _, code in found}) == 14
    assert sum(row.parsed is not None for row in checked) == expected["accepted"]


def test_the_generator_knows_its_own_errors() -> None:
    made = list(make_rows(1_200, ["AH-Z01", "AH-Z02"], seed=7))
    checked = check_roster(((at, row.cells) for at, row in enumerate(made)), context("AH-Z01", "AH-Z02"))
    assert [codes(row.findings) for row in checked] == [[row.finding] if row.finding else [] for row in made]


@NO_SAMPLE
@pytest.mark.parametrize("kind", ["xlsx", "csv", "csv in gb18030"])
def test_the_sample_roster_gives_exactly_its_findings(kind: str) -> None:
    expected = json.loads((SAMPLE / "roster.expected.json").read_text("utf-8"))
    sheet = python_calamine.CalamineWorkbook.from_path(SAMPLE / "units.xlsx").get_sheet_by_index(0)
    units = {str(row[0]) for row in sheet.to_python()[1:]}
    if kind == "xlsx":
        content = (SAMPLE / "roster.xlsx").read_bytes()
    else:
        text = io.StringIO()
        rows = python_calamine.CalamineWorkbook.from_path(SAMPLE / "roster.xlsx").get_sheet_by_index(0).to_python()
        csv.writer(text).writerows(rows)
        content = text.getvalue().encode("utf-8-sig" if kind == "csv" else "gb18030")
    assert check_file(content, f"roster.{kind[:4].strip()}", units) == expected
