"""What a finding may be about, who may answer for it, who sees it, and how it is printed."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import text as sql

from tests.clock import today
from tests.driver import Api
from tests.findings import account_id, code, finding_body, opened
from tests.story import approved, books, colleague, done, new_fund, rows, submitted


def test_a_finding_on_a_case_a_payment_and_a_sampled_row(api: Api) -> None:
    fund = new_fund(api)
    case, payment = approved(api, fund)
    year = today().year
    plan = {"population": "cases", "unit_code": "AH", "from": f"{year}-01-01", "until": f"{year}-12-31"}
    sample = done(api("auditor").post("/audit/samples", {**plan, "method": "simple", "size": 1}))
    (row,) = done(api("auditor").get(f"/audit/samples/{sample['id']}/rows"))["items"]
    for subject, about in (
        ("case", {"application_id": case[-36:]}),
        ("payment", {"disbursement_id": payment, "indicator": "account_shared"}),
        ("sample_row", {"sample_row_id": row["id"]}),
    ):
        shown = done(api("auditor").get(opened(api, **about)))
        assert (shown["subject"], shown["application_id"], shown["unit_code"]) == (subject, case[-36:], "AH-D01")
    assert len(done(api("auditor").get(f"/audit/findings?application_id={case[-36:]}"))["items"]) == 3


@pytest.mark.parametrize(
    ("other", "pointer", "wanted"),
    [
        ({"unit_code": "XX"}, "/unit_code", "unit_unknown"),
        ({"application_id": "0190a3f0-0000-7000-8000-000000000000"}, "/application_id", "subject_unknown"),
        ({"disbursement_id": "0190a3f0-0000-7000-8000-000000000000"}, "/disbursement_id", "subject_unknown"),
        ({"sample_row_id": "0190a3f0-0000-7000-8000-000000000000"}, "/sample_row_id", "subject_unknown"),
        ({"indicator": "x"}, "/indicator", "code_unknown"),
        ({"due_on": "2020-01-01"}, "/due_on", "day_past"),
        ({"responsible_id": "0190a3f0-0000-7000-8000-000000000000"}, "/responsible_id", "responsible_unknown"),
        ({"severity": "dire"}, "/severity", "choice_unknown"),
        ({"description": ""}, "/description", "length_refused"),
    ],
)
def test_a_finding_that_is_none(api: Api, other: dict[str, Any], pointer: str, wanted: str) -> None:
    refused = api("auditor").post("/audit/findings", finding_body(api, **other))
    assert refused.status_code == 422
    assert [(each["pointer"], each["code"]) for each in refused.get_json()["errors"]] == [(pointer, wanted)]


def test_a_finding_is_about_exactly_one_thing(api: Api) -> None:
    both = finding_body(api, application_id=submitted(api)[-36:]) | {"unit_code": "AH"}
    for body in (both, {name: value for name, value in finding_body(api).items() if name != "unit_code"}):
        refused = api("auditor").post("/audit/findings", body)
        assert refused.get_json()["errors"][0]["code"] == "subject_exactly_one"


def test_the_responsible_works_in_that_unit_and_is_no_auditor(api: Api) -> None:
    colleague(api, "auditor2", "auditor", person=621)
    for name, unit in (("auditor2", "AH-D01"), ("officer2", "AH-D02")):  # officer2 works in AH-D01
        body = finding_body(api, unit_code=unit, responsible_id=account_id(api, name))
        assert api("auditor").post("/audit/findings", body).get_json()["errors"][0]["code"] == "responsible_unknown"
    done(api("auditor").post("/audit/findings", finding_body(api, responsible_id=account_id(api, "officer2"))))


def test_nobody_opens_a_finding_on_their_own_case(api: Api) -> None:
    case = submitted(api)
    (mine,) = rows(api, "SELECT person_id FROM membership WHERE staff_number = 'D01-001'")
    with books(api) as session:
        session.execute(sql("UPDATE account SET person_id = :p WHERE username = 'auditor'"), {"p": mine.person_id})
    refused = api("auditor").post("/audit/findings", finding_body(api, application_id=case[-36:]))
    assert code(refused) == (403, "own_case")


def test_findings_of_other_units_are_not_there(api: Api) -> None:
    path = opened(api)
    colleague(api, "auditor-d02", "auditor", unit="AH-D02", person=622)
    colleague(api, "officer-d02", "officer", unit="AH-D02", person=623)
    for who in ("auditor-d02", "officer-d02", "cashier"):
        for more in ("", "/notice.pdf", "/documents"):
            assert api(who).get(path + more).status_code == 404, who
        assert done(api(who).get("/audit/findings"))["items"] == []
    assert api("auditor-d02").post(f"{path}/close", {}, if_match='"1"').status_code == 404
    refused = api("auditor-d02").post("/audit/findings", finding_body(api))
    assert refused.get_json()["errors"][0]["code"] == "unit_unknown"
    assert api("officer").post("/audit/findings", finding_body(api)).status_code == 403


@pytest.mark.parametrize(
    ("language", "words"),
    [("zh-CN", ("审计整改通知书", "待整改", "方经办")), ("en", ("Notice of Rectification", "to be rectified"))],
)
def test_the_notice_and_the_list_are_printed(api: Api, language: str, words: tuple[str, ...]) -> None:
    path = opened(api)
    notice = api("auditor", language=language).get(f"{path}/notice.pdf")
    printed = "".join(page.extract_text() for page in PdfReader(BytesIO(notice.data)).pages)
    assert all(word in printed for word in words)
    listed = api("auditor", language=language).get("/audit/findings/register.pdf?unit_code=AH")
    assert "AH" not in listed.headers["Content-Disposition"]
    printed = "".join(page.extract_text() for page in PdfReader(BytesIO(listed.data)).pages)
    assert "方经办" in printed
    actions = {each["action"] for each in done(api("auditor").get("/audit/events?kind=reading"))["items"]}
    assert actions == {"finding.notice", "finding.register"}
