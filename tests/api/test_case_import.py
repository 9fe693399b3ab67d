"""A sheet of cases over HTTP: good rows become drafts once, bad cells are told, and sent twice changes nothing."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import partial

import openpyxl
import pytest

from tests.case_sheet import DAY, HEADER, PAIRS, cases, living, number_of, sent, sheet, told
from tests.clock import today
from tests.driver import Api
from tests.story import LIVING, card, done, filed, rows


@pytest.fixture
def numbers(committed_api: Api) -> Callable[[str], str]:
    """Identity numbers of the demonstration's members by staff number."""
    return partial(number_of, committed_api)


def test_rows_become_cases_once(committed_api: Api, numbers: Callable[[str], str], worker: Callable[[], bool]) -> None:
    api = committed_api
    content = sheet(
        HEADER,
        living(numbers("D01-001")),
        living(numbers("D01-002"), hand_in="是"),
        living(numbers("D02-001"), unit="AH-D02", hand_in="是", pairs=PAIRS.replace("48,000元", "480000")),
    )
    checked = sent(api, content, mode="check")
    assert worker()
    shown, foreseen = told(api, checked)
    assert (shown["rows"], shown["accepted"], shown["warnings"], cases(api)) == (3, 3, 1, [])
    path = sent(api, content)
    assert worker()
    shown, found = told(api, path)
    assert (shown["accepted"], shown["rejected"], shown["warnings"]) == (3, 0, 1)
    assert found == foreseen == [(4, "提交", "case_not_ready", "warning")]
    made = cases(api)
    assert [case["state"] for case in made] == ["draft", "submitted", "draft"]
    assert made[0]["facts"] == LIVING
    assert (made[0]["amount"], made[0]["on"], made[0]["payee"] is not None) == ("2000.00", DAY, True)
    again = sent(api, content)
    assert worker()
    shown, found = told(api, again)
    assert (shown["accepted"], found) == (3, [])
    assert cases(api) == made


def test_every_bad_cell_is_told_and_the_good_rows_are_in(
    committed_api: Api, numbers: Callable[[str], str], worker: Callable[[], bool]
) -> None:
    one, far = numbers("D01-001"), numbers("D02-001")
    header = (*HEADER, "姓名", "收款户名", "收款账号", "开户行")
    blank = ("", "", "", "")
    content = sheet(
        header,
        (*living(one), "王建国", "王建国", card(7), "徽商银行"),
        ("困难帮助", one, "AH-D01", DAY, "1", "", "", *blank),
        (*living("340000198703150028"), *blank),
        (*living(far), *blank),
        (*living(one, unit="AH-D09"), *blank),
        ("困难职工帮扶", one, "AH-D01", "六月一日", "1.234", "也许", PAIRS, *blank),
        (*living(one, pairs="救助项目=救急；家庭人口=三；血型=A；自有住房套数"), *blank),
        (*living(one, pairs="家庭人口=3；家庭人口=4"), "王国建", "王建国", "6217990000000000000", ""),
        (*living(one), "王建国", "王建国", card(7), "徽商银行"),
    )
    path = sent(committed_api, content)
    assert worker()
    shown, found = told(committed_api, path)
    assert (shown["rows"], shown["accepted"], shown["rejected"]) == (9, 1, 8)
    assert {(row, column, code) for row, column, code, _ in found} == {
        (3, "项目", "programme_unknown"),
        (4, "证件号码", "id_checksum"),
        (5, "证件号码", "member_unknown"),
        (6, "单位代码", "unit_unknown"),
        (7, "申请金额", "money_malformed"),
        (7, "提交", "code_unknown"),
        (7, "事件日期", "date_unreadable"),
        (8, "情况", "pair_malformed"),
        (8, "情况", "choice_unknown"),
        (8, "情况", "wrong_type"),
        (8, "情况", "fact_unknown"),
        (9, "姓名", "name_differs"),
        (9, "开户行", "required_missing"),
        (9, "收款账号", "bank_card_checksum"),
        (9, "情况", "fact_twice"),
        (10, "证件号码", "duplicate_in_file"),
    }
    assert len(cases(committed_api)) == 1
    kept = rows(committed_api, "SELECT params::text AS params FROM import_finding")
    assert not any(secret in each.params for each in kept for secret in ("血型", "救急", one, "王国建"))
    marked = committed_api("officer").get(f"{path}/workbook.xlsx?only_rejected=true")
    book = openpyxl.load_workbook(io.BytesIO(marked.data)).active
    assert book is not None
    assert book.max_row == 9


def test_no_one_files_for_themselves_or_a_relative(
    committed_api: Api, numbers: Callable[[str], str], worker: Callable[[], bool]
) -> None:
    number = numbers("D01-001")
    me = done(committed_api("officer").get("/me"))["id"]
    declared = {"id_number": number, "relation": "父亲"}
    assert committed_api("officer").post(f"/accounts/{me}/relatives", declared).status_code == 201
    path = sent(committed_api, sheet(HEADER, living(number)))
    assert worker()
    assert told(committed_api, path)[1] == [(2, "证件号码", "own_case", "error")]
    assert cases(committed_api) == []


def test_another_units_rows_are_out_of_scope(
    committed_api: Api, numbers: Callable[[str], str], worker: Callable[[], bool]
) -> None:
    content = sheet(HEADER, living(numbers("D02-001"), unit="AH-D02"), living(numbers("D02-001"), unit="AH"))
    path = sent(committed_api, content, by="officer2")
    assert worker()
    assert told(committed_api, path, "officer2")[1] == [
        (2, "单位代码", "unit_unknown", "error"),
        (3, "单位代码", "unit_out_of_scope", "error"),
    ]
    assert cases(committed_api) == []
    refused = committed_api("auditor").post(
        "/imports", data={"file": (io.BytesIO(content), "a.csv"), "kind": "cases", "mode": "apply"}
    )
    assert refused.status_code == 403


def test_another_live_case_of_the_same_kind_is_a_warning_and_one_that_is_over_is_not_filed_again(
    committed_api: Api, numbers: Callable[[str], str], worker: Callable[[], bool]
) -> None:
    api = committed_api
    filed(api, "D01-001", "1000.00", on=DAY)
    content = sheet(
        HEADER, living(numbers("D01-001")), living(numbers("D01-002")), living(numbers("D01-002"), amount="9")
    )
    path = sent(api, content)
    assert worker()
    assert [(row, code) for row, _, code, _ in told(api, path)[1]] == [(2, "case_duplicate"), (4, "case_duplicate")]
    assert len(cases(api)) == 4
    mine = next(case for case in cases(api) if case["amount"] == "9.00")
    done(api("officer").act(f"/applications/{mine['id']}", "withdraw", {"reason": "重复"}))
    again = sent(api, content)
    assert worker()
    assert [(row, code) for row, _, code, _ in told(api, again)[1]] == [(4, "case_ended")]
    assert len(cases(api)) == 4


def test_a_row_may_be_of_a_round_and_take_its_day_and_facts(
    committed_api: Api, numbers: Callable[[str], str], worker: Callable[[], bool]
) -> None:
    api = committed_api
    facts = {"kind": "festival_gift", "occasion": "mid_autumn", "form": "goods"}
    day = f"{today().year}-09-25"
    dates = {"event_on": day, "opens_on": f"{today().year}-01-01", "closes_on": f"{today().year}-12-31"}
    body = {"unit_code": "AH", "programme": "holiday_visit", "title": "中秋慰问", "facts": facts, **dates}
    opened = done(api("officer").post("/rounds", body))
    header = ("项目", "证件号码", "单位代码", "事件日期", "批次", "申请金额", "提交", "Festival", "form of the gift")
    labels = done(api("officer").get("/programmes/holiday_visit"))["facts"]["properties"]
    header = (*header[:7], labels["occasion"]["title"], labels["form"]["title"])
    number = numbers("D01-001")
    line = ("holiday_visit", number, "AH-D01", "", "中秋慰问", "200", "是")
    path = sent(
        api,
        sheet(
            header,
            (*line, "", ""),
            (*line[:4], "没有的批次", *line[5:], "", ""),
            (*line[:3], DAY, *line[4:], "", ""),
            (*line, "spring_festival", ""),
        ),
    )
    assert worker()
    assert [(row, code) for row, _, code, _ in told(api, path)[1]] == [
        (3, "round_unknown"),
        (3, "required_missing"),
        (4, "differs_from_round"),
        (5, "differs_from_round"),
    ]
    (case,) = cases(api)
    assert (case["round_id"], case["on"], case["facts"], case["state"]) == (opened["id"], day, facts, "submitted")


def test_the_template_of_a_programme_is_filled_in_and_sent(
    committed_api: Api, numbers: Callable[[str], str], worker: Callable[[], bool]
) -> None:
    officer = committed_api("officer")
    for language in ("zh-CN", "en"):
        reader = committed_api("officer", language=language)
        blank = reader.get("/imports/templates/cases.xlsx?programme=green_travel")
        book = openpyxl.load_workbook(io.BytesIO(blank.data))
        page = book["申请"]
        titles = [cell.value for cell in page[1]]
        values = {"项目": "绿色出行普惠", "单位代码": "AH-D01", "事件日期": "2022-06-01", "申请金额": "50.00"}
        values["证件号码"] = numbers("D01-001" if language == "en" else "D01-002")
        page.append([values.get(str(title), "") for title in titles])
        out = io.BytesIO()
        book.save(out)
        path = sent(committed_api, out.getvalue(), name="cases.xlsx")
        assert worker()
        assert told(committed_api, path)[0]["accepted"] == 1
    assert officer.get("/imports/templates/cases.xlsx?programme=nothing").status_code == 404
    assert officer.get("/imports/templates/members.xlsx?programme=hardship").status_code == 404
