"""The papers of a leave: list of participants and sign-in sheet, of the reader's units, each printing recorded."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests.api.test_places_waiting import contested
from tests.driver import Api
from tests.leave import BEGINS, DRAW, OPEN, QUOTAS, At, candidate, drawn, opened, put, refused
from tests.story import done, member_id, rows

LEAVE = {"destination": "黄山", "lodging": "黄山职工疗养院", "operator": "黄山疗养服务有限公司", "insurer": "人保财险"}
PAPERS = ("participants.pdf", "participants.xlsx", "sign-in-sheet.pdf")


def offered(at: At) -> str:
    """A drawn round of two units whose leave is written down."""
    api = at(OPEN, 9)
    of = opened(api, QUOTAS)
    done(put(api("officer"), of, "leave", LEAVE))
    for member in ("D01-002", "D02-002"):
        candidate(api, of, member)
    drawn(at(DRAW, 9), of)
    return of


def test_what_a_leave_offers_is_written_down(api: Api) -> None:
    of = opened(api)
    assert api("officer").get(f"{of}/leave").status_code == 404
    shown = done(put(api("officer"), of, "leave", LEAVE))
    assert shown == {
        **LEAVE,
        "start_on": BEGINS.isoformat(),
        "days": 5,
        "out_of_province": False,
        "repeat_rule": "three_years",
        "day_rate": "460.00",
    }
    assert done(api("officer2").get(f"{of}/leave")) == shown
    assert put(api("officer2"), of, "leave", LEAVE).status_code == 403
    assert put(api("officer"), of, "leave", {**LEAVE, "insurer": ""}).status_code == 422


def test_only_a_leave_has_a_destination(api: Api) -> None:
    gift = {"kind": "festival_gift", "occasion": "mid_autumn", "form": "goods"}
    of = opened(api, {}, programme="holiday_visit", facts=gift)
    assert refused(put(api("officer"), of, "leave", LEAVE)) == (409, "holiday_visit")


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_workbook_has_the_list_and_the_sheet_to_sign(at: At, language: str) -> None:
    of = offered(at)
    answer = at(DRAW, 10)("officer", language=language).get(f"{of}/participants.xlsx")
    assert answer.status_code == 200
    listed, signed = load_workbook(BytesIO(answer.data)).worksheets
    assert [row[1].value for row in listed.iter_rows(min_row=2)] == ["李秀英", "赵德胜"]
    assert [cell.value for cell in signed[1]][3:8] == [f"2026-11-0{day}" for day in range(2, 7)]
    assert listed["A1"].value == ("序号" if language == "zh-CN" else "#")


@pytest.mark.parametrize("paper", PAPERS)
def test_each_printing_is_recorded(at: At, api: Api, paper: str) -> None:
    of = offered(at)
    then = at(DRAW, 10)
    first = then("officer").get(f"{of}/{paper}")
    assert first.status_code == 200
    assert first.data[:4] in {b"%PDF", b"PK\x03\x04"}
    entries = rows(api, "SELECT action FROM record_entry WHERE kind = 'export' AND table_name = 'round'")
    assert len(entries) == 1
    assert Path(paper).suffix in first.headers["Content-Disposition"]


def test_a_unit_prints_its_own_people_only(at: At) -> None:
    of = offered(at)
    answer = at(DRAW, 10)("officer2").get(f"{of}/participants.xlsx")
    listed, _ = load_workbook(BytesIO(answer.data)).worksheets
    assert [row[1].value for row in listed.iter_rows(min_row=2)] == ["李秀英"]


def test_who_waits_is_on_no_list(at: At) -> None:
    of, _ = contested(at)
    done(put(at(DRAW, 10)("officer"), of, "leave", LEAVE))
    answer = at(DRAW, 10)("officer").get(f"{of}/participants.xlsx")
    listed, _ = load_workbook(BytesIO(answer.data)).worksheets
    assert listed.max_row == 2


def test_the_registration_form_carries_its_fields(at: At) -> None:
    """The form's fields of 疗休养登记表: earlier leaves, way of travelling, emergency contact."""
    api = at(OPEN, 9)
    facts = {"prior_leaves": "2019年黄山", "transport_mode": "train", "emergency_contact": "王某 13900000000"}
    case = candidate(api, opened(api), "D01-002", facts=facts)
    shown = done(api("officer").get(case))
    assert {name: shown["facts"][name] for name in facts} == facts
    assert api("officer").get(f"{case}/form.pdf").status_code == 200
    assert member_id(api, "D01-002") == shown["member_id"]
