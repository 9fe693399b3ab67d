"""A sheet of honours over HTTP: landed once, corrected where it differs, every bad cell told."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from tests.driver import Api
from tests.story import done, member_id, rows

HEADER = ("证件号码", "单位代码", "姓名", "称号", "级别", "授予机关", "授予日期", "证书号", "届次", "享受待遇文件")


@pytest.fixture
def numbers(committed_api: Api) -> Callable[[str], str]:
    """Identity numbers of the demonstration's members by staff number."""

    def number(staff_number: str) -> str:
        path = f"/members/{member_id(committed_api, staff_number)}/disclosures"
        return str(done(committed_api("officer").post(path, {"fields": ["id_number"], "purpose": "导入"}))["id_number"])

    return number


def sent(api: Api, worker: Callable[[], bool], *lines: Sequence[str], by: str = "officer") -> Any:
    """What an import says of these rows: its counts and its findings."""
    out = io.StringIO()
    csv.writer(out).writerows([HEADER, *lines])
    form = {"file": (io.BytesIO(out.getvalue().encode()), "honours.csv"), "kind": "honours", "mode": "apply"}
    answer = api(by).post("/imports", data=form)
    assert answer.status_code == 202, answer.get_json()
    path = f"/imports/{answer.get_json()['id']}"
    assert worker()
    found = done(api(by).get(f"{path}/findings?limit=200"))["items"]
    assert all(each["message"] not in {"", each["code"]} and "…" not in each["message"] for each in found)
    shown = done(api(by).get(path))
    return (shown["accepted"], shown["rejected"]), [(each["row"], each["column"], each["code"]) for each in found]


def test_honours_land_once_and_a_correction_must_be_seen_again(
    committed_api: Api, numbers: Callable[[str], str], worker: Callable[[], bool]
) -> None:
    api, number = committed_api, numbers("D01-002")
    line = (number, "", "李秀英", "安徽省劳动模范", "", "安徽省人民政府", "2015年5月1日", "皖劳模831", "", "")
    assert sent(api, worker, line) == ((1, 0), [])
    owner = f"/members/{member_id(api, 'D01-002')}"
    (honour,) = done(api("officer").get(f"{owner}/honours"))["items"]
    assert (honour["level"], honour["awarded_on"], honour["term"]) == ("provincial", "2015-05-01", None)
    path = f"{owner}/honours/{honour['id']}"
    done(api("reviewer").act(path, "check"))
    etag = api("officer").get(path).headers["ETag"]
    assert sent(api, worker, line) == ((1, 0), [])
    assert api("officer").get(path).headers["ETag"] == etag
    assert sent(api, worker, (*line[:7], "", "第十次", "")) == ((1, 0), [])
    changed = done(api("officer").get(path))
    assert (changed["certificate_number"], changed["term"], changed["checked_on"]) == ("皖劳模831", "第十次", None)
    assert api("officer").get(path).headers["ETag"] != etag
    assert len(done(api("officer").get(f"{owner}/honours"))["items"]) == 1


def test_every_bad_cell_is_told(committed_api: Api, numbers: Callable[[str], str], worker: Callable[[], bool]) -> None:
    one = numbers("D01-001")
    tail = ("", "2015-05-01", "", "", "")
    counts, found = sent(
        committed_api,
        worker,
        (one, "AH-D01", "王建国", "全国劳动模范", "", *tail),
        (one, "AH-D01", "王建国", "安徽省五一劳动奖章", "省部级劳模", *tail),
        (one, "AH-D01", "王建新", "全国劳动模范", "特级", *tail),
        (one, "AH-D01", "", "校级优秀教师", "", *tail),
        (one, "AH-D09", "", "", "", "", "2099-01-01", "", "", ""),
        ("340000198703150028", "", "", "全国劳动模范", "", "", "某日", "", "", ""),
        (numbers("D02-001"), "AH-D01", "", "校级优秀教师", "系统或单位先进", *tail),
    )
    assert counts == (1, 6)
    assert set(found) == {
        (3, "级别", "honour_level_mismatch"),
        (4, "姓名", "name_differs"),
        (4, "级别", "code_unknown"),
        (4, "称号", "duplicate_in_file"),
        (5, "级别", "required_missing"),
        (6, "单位代码", "unit_unknown"),
        (6, "称号", "required_missing"),
        (6, "授予日期", "in_future"),
        (7, "证件号码", "id_checksum"),
        (7, "授予日期", "date_unreadable"),
        (8, "证件号码", "member_unknown"),
    }
    kept = rows(committed_api, "SELECT params::text AS params FROM import_finding")
    assert not any(secret in each.params for each in kept for secret in (one, "安徽省五一", "王建"))


def test_another_units_members_and_ones_own_are_not_for_this_officer(
    committed_api: Api, numbers: Callable[[str], str], worker: Callable[[], bool]
) -> None:
    api, far = committed_api, numbers("D02-001")
    line = ("", "全国劳动模范", "", "", "2015-05-01", "", "", "")
    assert sent(api, worker, (far, "", *line), by="officer2")[1] == [(2, "证件号码", "member_unknown")]
    me = done(api("officer").get("/me"))["id"]
    number = numbers("D01-003")
    declared = {"id_number": number, "relation": "母亲"}
    assert api("officer").post(f"/accounts/{me}/relatives", declared).status_code == 201
    assert sent(api, worker, (number, "", *line))[1] == [(2, "证件号码", "own_case")]
    assert rows(api, "SELECT 1 FROM honour") == []
