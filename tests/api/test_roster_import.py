"""Lines of rosters from a table: a finding for each cell, the good rows landed, the same file again changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from io import BytesIO
from typing import Any

from tests.driver import Api
from tests.rosters import drawn, lines
from tests.story import done, identity


def sent(api: Api, number: str, body: str, mode: str = "apply") -> dict[str, Any]:
    text = "花名册编号,证件号码,会员工号,数量,金额\n" + body.replace("@", number)
    form = {"file": (BytesIO(text.encode()), "lines.csv"), "kind": "roster_lines", "mode": mode}
    started: dict[str, Any] = api("officer").post("/imports", data=form).get_json()
    return started


def test_lines_come_from_a_table_with_a_finding_for_each_cell(committed_api: Api, worker: Callable[[], bool]) -> None:
    api = committed_api
    path = drawn(api, fill="nothing")
    number = done(api("officer").get(path))["number"]
    table = (
        f"@,{identity(104, date(1955, 6, 1))},,1,\n"
        "@,,D01-001,2,120.00\n"
        "@,,D01-002,2,121.00\n"
        "@,,D02-001,2,\n"
        "@,,D01-001,2,\n"
        "@,340000195506011111,,0,x\n"
        "2020-999999,,D01-001,,\n"
        "@,,,,\n"
        ",,D01-003,,\n"
    )
    for mode in ("check", "apply", "apply"):
        started = sent(api, number, table, mode)
        assert worker()
        found = done(api("officer").get(f"/imports/{started['id']}"))
        assert (found["state"], found["rows"], found["accepted"], found["rejected"]) == ("done", 9, 2, 7)
        items = done(api("officer").get(f"/imports/{started['id']}/findings?limit=200"))["items"]
        assert [(each["row"], each["column"], each["code"]) for each in items] == [
            (4, "金额", "amount_differs"),
            (5, "会员工号", "member_unknown"),
            (6, "会员工号", "duplicate_in_file"),
            (7, "证件号码", "id_checksum"),
            (7, "数量", "number_malformed"),
            (7, "金额", "money_malformed"),
            (8, "花名册编号", "roster_unknown"),
            (9, "证件号码", "required_missing"),
            (10, "花名册编号", "required_missing"),
        ]
        assert all(each["message"] != each["code"] for each in items)
        assert len(lines(api, path)) == (0 if mode == "check" else 2)
    assert {line["amount"] for line in lines(api, path)} == {"60.00", "120.00"}
    sent(api, number, "@,,D01-001,5,\n")
    assert worker()
    assert {line["amount"] for line in lines(api, path)} == {"60.00", "300.00"}
    done(api("officer").act(path, "freeze"))
    late = sent(api, number, "@,,D01-004,1,\n")
    assert worker()
    assert done(api("officer").get(f"/imports/{late['id']}"))["accepted"] == 0
