"""Sheets of cases as officers send them, and what an import says of them."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

from tests.clock import today
from tests.driver import Api
from tests.story import done, member_id

DAY = f"{today().year}-06-01"
PAIRS = (
    "救助项目=生活救助；家庭人口=3；家庭年可支配收入=48,000元；家庭年刚性支出（元）：28000；当地月低保标准（元）=800.00；"
    "突发意外或重大疾病=否；household_already_filed=否；自有住房套数=1；经商办企业或雇工=否；子女就读高收费学校=否；"
    "拥有非经营性机动车=否"
)
HEADER = ("项目", "证件号码", "单位代码", "事件日期", "申请金额", "提交", "情况")
Row = Sequence[str]


def number_of(api: Api, staff_number: str) -> str:
    """The identity number of a member of the demonstration."""
    path = f"/members/{member_id(api, staff_number)}/disclosures"
    return str(done(api("officer").post(path, {"fields": ["id_number"], "purpose": "导入"}))["id_number"])


def sheet(header: Row, *lines: Row) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([header, *lines])
    return out.getvalue().encode()


def sent(api: Api, content: bytes, *, by: str = "officer", mode: str = "apply", name: str = "cases.csv") -> str:
    form = {"file": (io.BytesIO(content), name), "kind": "cases", "mode": mode}
    answer = api(by).post("/imports", data=form)
    assert answer.status_code == 202, answer.get_json()
    return f"/imports/{answer.get_json()['id']}"


def told(api: Api, path: str, by: str = "officer") -> tuple[dict[str, Any], list[tuple[int, str, str, str]]]:
    shown = done(api(by).get(path))
    found = done(api(by).get(f"{path}/findings?limit=200"))["items"]
    assert all(each["message"] and each["message"] != each["code"] and "…" not in each["message"] for each in found)
    return shown, [(each["row"], each["column"], each["code"], each["severity"]) for each in found]


def cases(api: Api) -> list[dict[str, Any]]:
    listed = done(api("officer").get("/applications?limit=200"))["items"]
    return [done(api("officer").get(f"/applications/{each['id']}")) for each in listed]


def living(number: str, *, unit: str = "AH-D01", amount: str = "2000", hand_in: str = "", pairs: str = PAIRS) -> Row:
    return ("困难职工帮扶", number, unit, DAY, amount, hand_in, pairs)
