"""Makes a synthetic member roster and its unit list, of any length; the same seed, the same rows."""

from __future__ import annotations

import argparse
import csv
import json
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain
from pathlib import Path

import xlsxwriter
from stdnum import luhn
from stdnum.cn import uscc

from benefits.core.code_table import code_table
from benefits.registry import roster, unit_list

HEADER = [*roster.COLUMNS.required, *roster.COLUMNS.optional]
UNIT_HEADER = [*unit_list.COLUMNS.required, *unit_list.COLUMNS.optional]

_SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁单仇解查翟"
_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红梅建国文志海燕晓宇佳怡梓涵欣然博浩"
_RARE = ("㛃", "䶮", "𬭩", "𠮷", "𬬭", "𤧛")
_HONOURS = (("全国劳动模范", "中共中央、国务院"), ("安徽省劳动模范", "安徽省人民政府"), ("市级劳动模范", "市人民政府"))
_FIRST_BIRTH = date(1962, 1, 1)
_BIRTH_DAYS = 15_013  # a prime, to 2003-02-07: a stride through it meets every day before any comes twice
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


@dataclass(frozen=True)
class MadeRow:
    """A row's cells by heading, and the finding that a correct import gives for it, as (column, code)."""

    cells: dict[str, str]
    finding: tuple[str, str] | None


def make_units(schools_per_city: int) -> Iterator[list[str]]:
    """Rows of the unit list below `AH`: sixteen municipal education unions and their schools."""
    serial = 0
    cities = {code: item["zh"] for code, item in code_table("division").labels.items() if code != "340000"}
    for division, city in cities.items():
        code, parent = f"AH-B{division[:4]}", "AH"
        for number in range(schools_per_city + 1):
            serial += 1
            name = f"{city}第{number}学校工会" if number else f"{city}教育工会联合会"
            kind = ["基层工会", "中小学"] if number else ["县级以上工会", "教育工会"]
            own = f"{code}-{number:03}" if number else code
            flags = ["是" if number % 3 == 0 else "否", "是"] if number else ["否", "否"]
            yield [own, name, code if number else parent, *kind, division, _credit_code(serial), *flags]


def make_rows(count: int, units: Sequence[str], seed: int = 1) -> Iterator[MadeRow]:
    """Rows of a roster; one in twenty names holds a rare character, one row in a hundred has each kind of error."""
    dice = random.Random(seed)
    earlier = ""
    for index in range(count):
        cells = _make_member(dice, index, units)
        kind = (index + 50) % 100  # the first rows are good, so that there is one to repeat
        if kind == 11:
            cells |= _identity_cells(earlier)
        finding = _spoil(cells, kind)
        if finding is None:
            earlier = cells["证件号码"]
        yield MadeRow(cells, finding)


def _make_member(dice: random.Random, index: int, units: Sequence[str]) -> dict[str, str]:
    born = _FIRST_BIRTH + timedelta(days=index * 7_919 % _BIRTH_DAYS)
    number = _identity_number(born, 2 * (index // _BIRTH_DAYS) + dice.randrange(2))
    name = dice.choice(_SURNAMES) + "".join(dice.choices(_GIVEN, k=dice.randint(1, 2)))
    if index % 20 == 7:
        name = name[:-1] + dice.choice(_RARE)
    started = date(born.year + dice.randint(18, 19), dice.randint(1, 12), 1)
    card = "621799" + f"{dice.randrange(10**12):012}"
    honour = (*dice.choice(_HONOURS), f"{dice.randint(2000, 2021)}-05-01") if index % 50 == 3 else ("", "", "")
    return {
        "工号": f"B{index:07}",
        "姓名": name,
        "证件类型": "居民身份证",
        **_identity_cells(number),
        "民族": dice.choice(("汉", "汉", "汉", "回", "畲")),
        "学历": dice.choice(("本科", "专科", "研究生", "高中")),
        "政治面貌": dice.choice(("群众", "中共党员", "共青团员", "民盟")),
        "手机号": f"1{dice.randint(3, 9)}{dice.randrange(10**9):09}",
        "单位代码": dice.choice(units),
        "部门": dice.choice(("一部", "二部", "综合", "后勤")),
        "岗位": dice.choice(("教师", "班主任", "行政", "安保")),
        "用工形式": dice.choice(("在编", "在编", "编外聘用", "合同制", "劳务派遣")),
        "会籍状态": dice.choice(("在职",) * 18 + ("保留会籍", "转出")),
        "参加工作时间": started.isoformat(),
        "入会时间": f"{started.year + 1}年{started.month}月8日"
        if index % 9 == 0
        else (started + timedelta(300)).isoformat(),
        "会费缴至": dice.choice(("2022-12", "2022-06", "2021-12", "")),
        "一线岗位": dice.choice("是否"),
        "户外高温岗位": dice.choice("是否"),
        "荣誉称号": honour[0],
        "授予机关": honour[1],
        "授予日期": honour[2],
        "开户行": dice.choice(("徽商银行", "中国工商银行合肥分行", "中国邮政储蓄银行")),
        "银行卡号": card + luhn.calc_check_digit(card),
        "户名": name,
    }


def _identity_cells(number: str) -> dict[str, str]:
    return {
        "证件号码": number,
        "性别": "男" if int(number[16]) % 2 else "女",
        "出生日期": f"{number[6:10]}-{number[10:12]}-{number[12:14]}",
    }


def _spoil(cells: dict[str, str], kind: int) -> tuple[str, str] | None:
    """Put the error of this kind into the row (0 to 11 are kinds, others stay good)."""
    number = cells["证件号码"]
    spoilt = {
        0: ("姓名", "required_missing", ""),
        1: ("证件号码", "id_checksum", number[:-1] + ("0" if number[-1] != "0" else "1")),
        2: ("证件号码", "id_retired_15_digits", number[:6] + number[8:17]),
        3: ("出生日期", "birth_date_mismatch", f"{int(cells['出生日期'][:4]) - 1}-01-01"),
        4: ("性别", "sex_mismatch", "女" if cells["性别"] == "男" else "男"),
        5: ("单位代码", "unit_unknown", "AH-9999-77"),
        6: ("用工形式", "code_unknown", "外星人"),
        7: ("入会时间", "date_unreadable", "二零一九年春"),
        8: ("手机号", "phone_malformed", cells["手机号"][:9]),
        9: ("银行卡号", "bank_card_checksum", cells["银行卡号"][:-1] + str((int(cells["银行卡号"][-1]) + 1) % 10)),
        10: ("户名", "account_holder_mismatch", "某某某"),
        11: ("证件号码", "duplicate_in_file", number),
    }.get(kind)
    if spoilt is None:
        return None
    column, code, cells[column] = spoilt
    return column, code


def _identity_number(born: date, order: int) -> str:
    digits = f"340000{born:%Y%m%d}{order:03}"
    total = sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=True))
    return digits + "10X98765432"[total % 11]


def _credit_code(serial: int) -> str:
    digits = f"81340000{serial:08}B"
    return digits + uscc.calc_check_digit(digits)


def write_table(path: Path, sheet: str, rows: Iterable[Sequence[str]]) -> None:
    """Write rows as text cells, row by row, to XLSX or CSV by the ending."""
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file).writerows(rows)
        return
    with xlsxwriter.Workbook(str(path), {"constant_memory": True, "strings_to_formulas": False}) as book:
        page = book.add_worksheet(sheet)
        for at, row in enumerate(rows):
            page.write_row(at, 0, row)


def write_expected(path: Path, rows: Iterable[MadeRow]) -> None:
    """Write the findings of a correct import, in the shape of the sample's `roster.expected.json`."""
    findings, count = [], 0
    for count, row in enumerate(rows, 1):
        if row.finding:
            column, code = row.finding
            severity = "warning" if code == "account_holder_mismatch" else "error"
            findings.append({"row": count + 1, "column": column, "code": code, "severity": severity})
    rejected = sum(finding["severity"] == "error" for finding in findings)
    result = {"rows": count, "accepted": count - rejected, "rejected": rejected, "findings": findings}
    path.write_text(json.dumps(result, ensure_ascii=False, indent=1), "utf-8")


def main() -> None:
    """Write FILE, and next to it FILE.units.xlsx and FILE.expected.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--out", type=Path, required=True, help="where to write; .xlsx or .csv")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    units = list(make_units(max(4, min(250, chosen.rows // 3_200))))
    codes = [unit[0] for unit in units if unit[0].count("-") == 2]
    write_table(chosen.out.with_suffix(".units.xlsx"), "单位", chain([UNIT_HEADER], units))
    rows = make_rows(chosen.rows, codes, chosen.seed)
    write_table(chosen.out, "会员花名册", chain([HEADER], ([row.cells[name] for name in HEADER] for row in rows)))
    write_expected(chosen.out.with_suffix(".expected.json"), make_rows(chosen.rows, codes, chosen.seed))


if __name__ == "__main__":
    main()
