"""The state table of the contract (§3.1): each act from each state, the allowed ones and the others."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import Connection

from tests.driver import Api
from tests.story import MEDICAL, books, colleague, done, filed, new_fund, notice_days, rows, submitted

REVIEW = {"submitted", "under_review", "appealed"}
# act -> (who, states it may follow, where it leads)
TABLE: dict[str, tuple[str, set[str], str]] = {
    "submit": ("officer", {"draft", "returned"}, "submitted"),
    "endorse": ("reviewer2", REVIEW, "under_review"),
    "approve": ("reviewer2", REVIEW | {"on_notice"}, "approved"),
    "return": ("reviewer2", {"submitted", "under_review", "on_notice", "approved"}, "returned"),
    "reject": ("reviewer2", REVIEW | {"on_notice"}, "rejected"),
    "withdraw": ("officer", {"draft", "returned", "on_notice"} | REVIEW, "withdrawn"),
    "appeal": ("officer", {"rejected"}, "appealed"),
}
STATES = (
    *("draft", "submitted", "under_review", "on_notice", "approved"),
    *("returned", "rejected", "appealed", "withdrawn", "lapsed"),
)


def reach(api: Api, state: str, fund: str) -> str:
    """The path of a case in this state, by the acts that lead there."""
    if state == "draft":
        return filed(api)
    path = submitted(api)
    if state == "on_notice":
        notice_days(api, 1)
    steps: dict[str, list[tuple[str, str, dict[str, str]]]] = {
        "under_review": [("reviewer", "endorse", {})],
        "on_notice": [("reviewer", "endorse", {})],
        "approved": [("reviewer", "approve", {"fund_id": fund})],
        "returned": [("reviewer", "return", {"reason": "缺证明"})],
        "rejected": [("reviewer", "reject", {"reason": "不符合"})],
        "appealed": [("reviewer", "reject", {"reason": "不符合"}), ("officer", "appeal", {"reason": "有新材料"})],
        "withdrawn": [("officer", "withdraw", {"reason": "本人放弃"})],
    }
    for who, act, body in steps.get(state, []):
        done(api(who).act(path, act, body))
    with books(api) as session:  # what only the system does, and the days of a notice that have passed
        if state == "lapsed":
            session.connection().exec_driver_sql("UPDATE application SET state = 'lapsed'")
        session.connection().exec_driver_sql("UPDATE notice SET complete_on = posted_on")
    assert done(api("officer").get(path))["state"] == state
    return path


def everything(api: Api) -> list[Any]:
    """All rows that an act on a case could change."""
    tables = ("application", "act", "assessment", "disbursement", "entitlement", "fund", "notice", "document")
    return [tuple(row) for name in tables for row in rows(api, f"SELECT * FROM {name} ORDER BY id")]


def body(act: str, fund: str) -> dict[str, str]:
    return {"approve": {"fund_id": fund}, "submit": {}, "endorse": {}}.get(act, {"reason": "说明"})


@pytest.mark.parametrize("state", STATES)
def test_each_act_from_each_state(api: Api, connection: Connection, state: str) -> None:
    colleague(api, "reviewer2", "reviewer", person=601)
    fund = new_fund(api)
    path = reach(api, state, fund)
    tag = api("officer").get(path).headers["ETag"]
    before = everything(api)
    callers = {who: api(who) for who in ("officer", "reviewer2")}  # signed in before the first savepoint
    for act, (who, allowed, leads_to) in TABLE.items():
        with connection.begin_nested() as savepoint:
            answer = callers[who].post(f"{path}/{act}", body(act, fund), if_match=tag)
            shown = answer.get_json()
            if state in allowed:
                to = "on_notice" if (state, act) == ("on_notice", "endorse") else leads_to
                assert (answer.status_code, shown["state"]) == (200, to), (act, shown)
                assert answer.headers["ETag"] not in {tag, None}
            else:
                assert (answer.status_code, shown["code"]) == (409, "state_forbids"), (act, shown)
                assert shown["params"]["state"] == state
                assert everything(api) == before, act
            savepoint.rollback()


@pytest.mark.parametrize("state", STATES)
def test_only_a_draft_and_a_returned_case_are_edited(api: Api, connection: Connection, state: str) -> None:
    path = reach(api, state, new_fund(api))
    got = api("officer").get(path)
    tag, before = got.headers["ETag"], everything(api)
    paper = {"title": "证明", "file": (b"%PDF-1.7 x", "a.pdf")}
    with connection.begin_nested() as savepoint:
        edited = api("officer").patch(path, {"amount": "1999.00"}, if_match=tag)
        if state in {"draft", "returned"}:
            assert (edited.status_code, edited.get_json()["amount"]) == (200, "1999.00")
            assert edited.get_json()["facts"] == got.get_json()["facts"]
        else:
            assert (edited.status_code, edited.get_json()["code"]) == (409, "state_forbids")
            assert everything(api) == before
        savepoint.rollback()
    handed = api("officer").post(f"{path}/documents", data=_form(paper), if_match=tag)
    assert handed.status_code == (201 if state in {"draft", "returned"} else 409), handed.get_json()


def _form(parts: dict[str, Any]) -> dict[str, Any]:
    return {"title": parts["title"], "file": (BytesIO(parts["file"][0]), parts["file"][1])}


def test_acts_that_do_not_exist_are_not_found(api: Api) -> None:
    path = filed(api)
    for act in ("lapse", "change", "file", "pay", ""):
        answer = api("officer").act(path, act)
        assert answer.status_code in {404, 405}, (act, answer.get_json())
        assert answer.content_type == "application/problem+json"


def test_unmet_and_unknown_findings_refuse_the_submission_with_evidence_named(api: Api) -> None:
    unmet = filed(api, facts={**MEDICAL, "homes_owned": 4})
    answer = api("officer").act(unmet, "submit")
    problem = answer.get_json()
    assert (answer.status_code, problem["code"]) == (422, "not_eligible")
    assert {each["code"] for each in problem["findings"] if each["outcome"] == "unmet"} == {"no_exclusion"}

    without = {name: value for name, value in MEDICAL.items() if name != "owns_business"}
    unknown = filed(api, facts=without)
    problem = api("officer").act(unknown, "submit").get_json()
    wanting = [each for each in problem["findings"] if each["outcome"] == "unknown"]
    assert [each["evidence"][0]["fact"] for each in wanting] == ["owns_business"]
    assert done(api("officer").get(unknown))["state"] == "draft"


def test_every_act_is_a_row_with_who_when_and_what_was_seen(api: Api) -> None:
    path = submitted(api)
    done(api("reviewer").act(path, "return", {"reason": "金额有误"}))
    tag = api("officer").get(path).headers["ETag"]
    done(api("officer").patch(path, {"amount": "1500.00"}, if_match=tag))
    done(api("officer").act(path, "submit"))
    done(api("reviewer").act(path, "endorse", {"note": "已核"}))
    done(api("reviewer").act(path, "approve", {"fund_id": new_fund(api), "note": "同意"}))
    items = done(api("auditor").get(f"{path}/trail"))["items"]
    assert [(each["act"], each["from_state"], each["to_state"]) for each in items] == [
        ("file", None, "draft"),
        ("submit", "draft", "submitted"),
        ("return", "submitted", "returned"),
        ("change", "returned", "returned"),
        ("submit", "returned", "submitted"),
        ("endorse", "submitted", "under_review"),
        ("approve", "under_review", "approved"),
    ]
    assert [each["note"] for each in items if each["note"]] == ["金额有误", "已核", "同意"]
    assert items[-1]["amount"] == "1500.00"
    assert len({each["seen"] for each in items}) >= 5  # each edit and assessment is another thing to see
    assert len({each["account_id"] for each in items}) == 2
