"""Findings of the auditor: rectified by who is responsible, closed by somebody else, visited again."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import text as sql

from tests.conftest import At
from tests.driver import Api, Caller
from tests.story import account_path, approved, books, colleague, done, identity, new_fund, rows, submitted, today

PDF = b"%PDF-1.7\n secret evidence \n%%EOF"


def account_id(api: Api, username: str) -> str:
    return account_path(api, username).rpartition("/")[2]


@pytest.fixture
def second(api: Api) -> str:
    """Another auditor over the whole union."""
    colleague(api, "auditor2", "auditor", person=621)
    return "auditor2"


def finding_body(api: Api, **other: object) -> dict[str, Any]:
    about = {} if any(name.endswith("_id") and name != "responsible_id" for name in other) else {"unit_code": "AH-D01"}
    return {
        **about,
        "description": "发放签收单缺页，王建国领取两次",
        "clause": "工会经费审查条例",
        "severity": "serious",
        "responsible_id": account_id(api, "officer"),
        "due_on": str(today() + timedelta(days=30)),
        **other,
    }


def opened(api: Api, **other: object) -> str:
    made = done(api("auditor").post("/audit/findings", finding_body(api, **other)))
    return f"/audit/findings/{made['id']}"


def answered(api: Api, **other: object) -> str:
    path = opened(api, **other)
    done(api("officer").act(path, "answer", {"rectification": "已追回"}))
    return path


def closed(api: Api, by: str) -> str:
    path = answered(api)
    done(api(by).act(path, "close", {"note": "已核实"}))
    return path


def code(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.get_json()["code"]


def evidence(who: Caller, path: str, content: bytes = PDF) -> Any:
    form = {"title": "缴款凭证", "file": (BytesIO(content), "x.bin")}
    return who.post(f"{path}/documents", data=form, if_match=who.get(path).headers["ETag"])


def test_a_finding_from_opening_to_revisit(api: Api, second: str) -> None:
    path = opened(api)
    made = done(evidence(api("officer"), path))
    assert done(api("officer").act(path, "answer", {"rectification": "已追回"}))["state"] == "answered"
    again = {"reason": "缺单据", "due_on": str(today() + timedelta(days=9))}
    assert done(api("auditor").act(path, "return", again))["state"] == "returned"
    done(api("officer").act(path, "answer", {"rectification": "已补单据"}))
    assert done(api(second).act(path, "close"))["closed_on"] == str(today())
    visit = {"on": str(today()), "outcome": "held", "note": "现场核对无误"}
    assert done(api("auditor").act(path, "revisit", visit))["state"] == "revisited"
    relapse = {**visit, "outcome": "relapsed", "note": "再次发生", "due_on": str(today() + timedelta(days=5))}
    shown = done(api("auditor").act(path, "revisit", relapse))
    assert shown["state"] == "returned"
    assert [each["act"] for each in shown["acts"]] == [
        *("open", "add_paper", "answer", "return", "answer", "close", "revisit", "revisit"),
    ]
    assert [each["outcome"] for each in shown["acts"]][-2:] == ["held", "relapsed"]
    read = api(second).get(f"{path}/documents/{made['id']}")
    assert (read.status_code, read.data) == (200, PDF)
    (entry,) = done(api("auditor").get("/audit/events?action=finding_paper"))["items"]
    assert (entry["kind"], entry["row"]) == ("reading", made["id"])


def test_the_trail_has_every_act_and_no_plain_words(api: Api, second: str) -> None:
    path = closed(api, second)
    evidence(api("officer"), opened(api))
    entries = done(api("auditor").get("/audit/events?table=finding_act&order=oldest"))["items"]
    assert [each["data"]["act"] for each in entries] == ["open", "answer", "close", "open", "add_paper"]
    written = str(rows(api, "SELECT string_agg(body::text, ' ') AS all FROM record_entry")[0].all)
    for secret in ("王建国领取两次", "已追回", "secret evidence", "缴款凭证"):
        assert secret not in written
    (kept,) = rows(api, "SELECT content FROM finding_paper")
    assert b"secret" not in bytes(kept.content)
    assert done(api("auditor").get(path))["state"] == "closed"


def test_who_opened_it_or_answers_for_it_does_not_close_it(api: Api, second: str) -> None:
    path = answered(api)
    assert code(api("auditor").act(path, "close")) == (403, "own_finding")
    colleague(api, "officer-too", "auditor", person=identity(201, date(1981, 4, 1)))  # the officer's other account
    # The second account of the one who opened it is the same person.
    colleague(api, "auditor-too", "auditor", person=identity(203, date(1970, 2, 5)))
    assert code(api("auditor-too").act(path, "close")) == (403, "own_finding")
    (officer,) = rows(api, "SELECT person_id FROM account WHERE username = 'officer'")
    with books(api) as session:
        session.execute(
            sql("UPDATE account SET person_id = :p WHERE username = 'officer-too'"), {"p": officer.person_id}
        )
    for act, body in (
        ("close", {}),
        ("return", {"reason": "x", "due_on": str(today())}),
    ):
        assert code(api("officer-too").act(path, act, body)) == (403, "own_finding")
    assert done(api(second).act(path, "close"))["state"] == "closed"
    visit = {"on": str(today()), "outcome": "held", "note": "x"}
    assert code(api("officer-too").act(path, "revisit", visit)) == (403, "own_finding")


def test_only_the_responsible_account_answers(api: Api) -> None:
    path = opened(api)
    for who, wanted in (("reviewer", 404), ("finance", 404), ("auditor", 403)):
        tag = api("auditor").get(path).headers["ETag"]
        assert api(who).post(f"{path}/answer", {"rectification": "x"}, if_match=tag).status_code == wanted, who
    assert [each["id"] for each in done(api("officer").get("/audit/findings"))["items"]] == [path[-36:]]
    assert done(api("reviewer").get("/audit/findings"))["items"] == []
    moved = {"responsible_id": account_id(api, "reviewer"), "due_on": str(today()), "reason": "分工调整"}
    assert done(api("auditor").act(path, "assign", moved))["responsible"]["name"] == "何审核"
    assert api("officer").get(path).status_code == 404
    done(api("reviewer").act(path, "answer", {"rectification": "x"}))


def test_acts_that_the_state_forbids(api: Api, second: str) -> None:
    again = {"reason": "x", "due_on": str(today())}
    visit = {"on": str(today()), "outcome": "held", "note": "x"}
    moved = {"responsible_id": account_id(api, "officer"), "due_on": str(today()), "reason": "x"}
    path = opened(api)
    for act, body in (("close", {}), ("return", again), ("revisit", visit), ("reopen", again)):
        assert code(api(second).act(path, act, body)) == (409, "state_forbids"), act
    done(api("officer").act(path, "answer", {"rectification": "x"}))
    assert code(api("officer").act(path, "answer", {"rectification": "x"})) == (409, "state_forbids")
    assert code(evidence(api("officer"), path)) == (409, "state_forbids")
    assert code(api(second).act(path, "assign", moved)) == (409, "state_forbids")
    assert code(api(second).act(path, "reopen", again)) == (409, "state_forbids")
    done(api(second).act(path, "close"))
    assert done(api(second).act(path, "reopen", again))["state"] == "returned"


def test_a_finding_is_overdue_from_the_day_after_its_deadline(at: At) -> None:
    day = date(2026, 3, 2)
    path = opened(at(day), due_on="2026-03-10")
    assert done(at(date(2026, 3, 10))("auditor").get(path))["overdue"] is False
    late = at(date(2026, 3, 11))
    assert done(late("auditor").get(path))["overdue"] is True
    assert len(done(late("auditor").get("/audit/findings?overdue=true&unit_code=AH&state=open"))["items"]) == 1
    assert done(late("auditor").get("/audit/findings?overdue=false"))["items"] == []
    assert done(late("auditor").get("/audit/findings?unit_code=AH-D02"))["items"] == []
    done(late("officer").act(path, "answer", {"rectification": "x"}))
    assert done(late("auditor").get(path))["overdue"] is False


def test_a_revisit_lies_after_the_closure(at: At) -> None:
    first = at(date(2026, 3, 2))
    colleague(first, "auditor2", "auditor", person=621)
    path = answered(first, due_on="2026-03-10")
    done(first("auditor2").act(path, "close"))
    later = at(date(2026, 4, 1))
    for day in ("2026-03-01", "2026-04-02"):
        refused = later("auditor").act(path, "revisit", {"on": day, "outcome": "held", "note": "x"})
        assert refused.get_json()["errors"][0]["code"] == "day_outside"
    for more in ({"outcome": "relapsed"}, {"outcome": "held", "due_on": "2026-05-01"}):
        refused = later("auditor").act(path, "revisit", {"on": "2026-03-30", "note": "x", **more})
        assert refused.get_json()["errors"][0]["code"] == "deadline_of_relapse"
    done(later("auditor").act(path, "revisit", {"on": "2026-03-30", "outcome": "held", "note": "x"}))


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


def test_the_responsible_works_in_that_unit_and_is_no_auditor(api: Api, second: str) -> None:
    for name, unit in ((second, "AH-D01"), ("officer2", "AH-D02")):  # officer2 works in AH-D01
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
