"""Findings of the auditor: rectified by who is responsible, closed by somebody else, visited again."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import text as sql

from tests.clock import today
from tests.conftest import At
from tests.driver import Api
from tests.findings import PDF, account_id, answered, closed, code, evidence, opened
from tests.story import books, colleague, done, identity, rows


@pytest.fixture
def second(api: Api) -> str:
    """Another auditor over the whole union."""
    colleague(api, "auditor2", "auditor", person=621)
    return "auditor2"


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
