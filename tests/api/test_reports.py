"""Reports over HTTP: every form has the same rows, control totals and digest, within the reader's units."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from pypdf import PdfReader

from benefits.casework.report import show
from benefits.papers.cells import unguarded
from tests.bank import bank_says
from tests.clock import today
from tests.driver import Api
from tests.story import GIFT, approved, done, filed, new_fund, released, rows, submitted

YEAR = today().year
GIFTS = {"programme": "holiday_visit", "on": f"{YEAR}-09-25", "facts": GIFT}


@pytest.fixture
def busy(api: Api) -> Api:
    """A union with cases: one paid, one approved, one rejected, one open, a draft, and gifts elsewhere."""
    fund = new_fund(api, unit="AH")
    _, payment = approved(api, fund, "D01-001", "2000.00")
    bank_says(api, released(api, fund, [payment]), {1: "paid"})  # type: ignore[dict-item]
    approved(api, fund, "D01-002", "1500.00")
    refused = submitted(api, "D01-003", "900.00")
    done(api("reviewer").act(refused, "reject", {"reason": "家庭收入不符"}))
    submitted(api, "D02-001", "800.00")
    filed(api, "D02-002")
    submitted(api, "D03-001", "200.00", **GIFTS)
    return api


def lines(content: bytes) -> list[list[str]]:
    return [[unguarded(cell) for cell in line] for line in csv.reader(io.StringIO(content.decode("utf-8-sig")))]


def cells(content: bytes) -> list[list[Any]]:
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert sheet is not None
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def words(content: bytes) -> str:
    return "".join("".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(content)).pages)


def test_what_was_filed_decided_and_paid_by_programme_kind_and_unit(busy: Api) -> None:
    told = done(busy("auditor").get(f"/reports/programmes?year={YEAR}"))
    by_key = {(row["programme"], row["kind"], row["unit_code"]): row for row in told["rows"]}
    assert by_key["hardship", "hardship/living", "AH-D01"] == {
        "programme": "hardship",
        "kind": "hardship/living",
        "unit_code": "AH-D01",
        "filed": 3,
        "approved": 2,
        "rejected": 1,
        "persons": 2,
        "amount_approved": "3500.00",
        "amount_paid": "2000.00",
    }
    assert by_key["holiday_visit", "holiday_visit/festival_gift", "AH-D03"]["filed"] == 1
    assert told["totals"] == {
        "filed": 5,
        "approved": 2,
        "rejected": 1,
        "amount_approved": "3500.00",
        "amount_paid": "2000.00",
    }
    assert told["count"] == len(told["rows"]) == 3
    assert done(busy("auditor").get("/reports/programmes?year=2019"))["rows"] == []


@pytest.mark.parametrize("name", ["programmes", "benefits-by-member", "turnaround"])
@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_the_forms_agree_to_the_row(busy: Api, name: str, language: str) -> None:
    reader = busy("auditor", language=language)
    told = done(reader.get(f"/reports/{name}?year={YEAR}"))
    titles = [column["title"] for column in told["columns"]]
    table = lines(reader.get(f"/reports/{name}?year={YEAR}&format=csv").data)
    book = cells(reader.get(f"/reports/{name}?year={YEAR}&format=xlsx").data)
    assert table[0] == book[0] == titles
    assert len(table) == len(book) == told["count"] + 3
    for row, line, cell in zip(told["rows"], table[1:], book[1:], strict=False):
        for column, text, value in zip(told["columns"], line, cell, strict=True):
            exact = row[column["name"]]
            if column["kind"] == "text":
                assert text == (value or "")
            else:
                assert text == ("" if exact is None else str(exact))
                assert value == (None if exact is None else pytest.approx(float(exact)))
    summed = [told["totals"].get(column["name"], "") for column in told["columns"]][1:]
    assert table[-2][1:] == [str(total) for total in summed]
    assert table[-1][1] == book[-1][1] == told["digest"]
    printed = words(reader.get(f"/reports/{name}?year={YEAR}&format=pdf").data)
    assert told["digest"] in printed
    assert all("".join(title.split()) in printed for title in titles[:2])


def test_a_snapshot_stays_as_it_was_in_every_form(committed_api: Api, worker: Callable[[], bool]) -> None:
    api = committed_api
    submitted(api, "D01-001", "900.00")
    asked = api("auditor").post("/reports/programmes/snapshots", {"year": YEAR})
    assert asked.status_code == 202, asked.get_json()
    file = f"/reports/snapshots/{asked.get_json()['id']}/file"
    assert api("auditor").get(file).status_code == 409
    assert worker()
    result = done(api("auditor").get(f"/jobs/{asked.get_json()['id']}"))["result"]
    submitted(api, "D02-001", "800.00")
    now = done(api("auditor").get(f"/reports/programmes?year={YEAR}"))
    then = done(api("auditor").get(file))
    assert (then["count"], then["digest"], then["totals"]) == (1, result["digest"], result["totals"])
    assert now["count"] == 2
    assert now["digest"] != then["digest"]
    table = lines(api("auditor").get(f"{file}?format=csv").data)
    assert (len(table), table[-1][1]) == (4, result["digest"])
    assert cells(api("auditor").get(f"{file}?format=xlsx").data)[-1][1] == result["digest"]
    assert result["digest"] in words(api("auditor").get(f"{file}?format=pdf").data)
    assert api("finance").get(file).status_code == 404


def test_a_reader_sees_only_their_units_and_masked_numbers(busy: Api) -> None:
    told = done(busy("officer2").get(f"/reports/benefits-by-member?year={YEAR}"))
    assert {row["unit_code"] for row in told["rows"]} == {"AH-D01"}
    assert {row["name"] for row in told["rows"]} == {"王建国", "李秀英"}
    assert all("*" * 11 in row["id_number"] for row in told["rows"])
    assert [row["amount"] for row in told["rows"]] == ["2000.00", "1500.00"]
    seen = rows(busy, "SELECT 1 FROM record_entry WHERE action = 'report.benefits-by-member'")
    assert len(seen) == 1
    part = done(busy("auditor").get(f"/reports/programmes?year={YEAR}&unit=AH-D03"))
    assert {row["unit_code"] for row in part["rows"]} == {"AH-D03"}
    other = busy("officer2").get("/reports/programmes?unit=AH-D02")
    assert (other.status_code, other.get_json()["errors"][0]["pointer"]) == (422, "/unit")
    assert busy("medical").get("/reports/programmes").status_code == 403
    assert busy("auditor").get("/reports/nothing").status_code == 404
    assert busy("auditor").get("/reports/programmes?format=doc").status_code == 422
    assert busy("auditor").get("/reports/programmes?colour=red").status_code == 422


def test_a_name_that_looks_like_a_formula_is_no_formula(busy: Api) -> None:
    member = rows(busy, "SELECT id FROM membership WHERE staff_number = 'D01-001'")[0].id
    etag = busy("officer").get(f"/members/{member}").headers["ETag"]
    done(busy("officer").patch(f"/members/{member}", {"name": "=1+1"}, if_match=etag))
    content = busy("auditor").get(f"/reports/benefits-by-member?year={YEAR}&format=csv").data.decode()
    assert '"\'=1+1"' in content
    book = cells(busy("auditor").get(f"/reports/benefits-by-member?year={YEAR}&format=xlsx").data)
    assert any("'=1+1" in [str(value) for value in row] for row in book)


def test_how_long_cases_took(busy: Api) -> None:
    told = done(busy("auditor").get(f"/reports/turnaround?year={YEAR}"))
    (hardship,) = [row for row in told["rows"] if row["programme"] == "hardship"]
    assert (hardship["handed_in"], hardship["decided"], hardship["paid"], hardship["open"]) == (4, 3, 1, 1)
    assert hardship["decision_median_days"] == hardship["payment_median_days"] == "0.0"
    assert hardship["oldest_open_days"] == "0.0"
    (gifts,) = [row for row in told["rows"] if row["programme"] == "holiday_visit"]
    assert (gifts["decided"], gifts["decision_median_days"], gifts["paid"]) == (0, None, 0)


def test_a_report_too_long_for_an_answer_says_so(busy: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(show, "MOST_ROWS", 2)
    for form in ("json", "pdf"):
        refused = busy("auditor").get(f"/reports/programmes?year={YEAR}&format={form}")
        assert refused.get_json()["errors"][0]["code"] == "report_too_long"
    assert len(lines(busy("auditor").get(f"/reports/programmes?year={YEAR}&format=csv").data)) == 6


def test_the_reports_are_listed_by_name(api: Api) -> None:
    listed = done(api("auditor").get("/reports"))["items"]
    assert {"programmes", "benefits-by-member", "turnaround"} <= {each["name"] for each in listed}
    assert [each["name"] for each in listed if each["personal"]] == ["benefits-by-member", "honours"]
