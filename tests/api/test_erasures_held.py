"""What the auditors still need holds an erasure, and an erasing that is under way leaves nothing to read."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from tests.api.test_audit_samples import drawn
from tests.api.test_erasures import MEMBER, asked, left, paid_case, refusal, traces
from tests.clock import today
from tests.conftest import At
from tests.driver import Api
from tests.families import number_of
from tests.findings import opened
from tests.story import HOSPITAL, approved, books, done, member_id, new_fund, rows

_ERASE = text("SELECT person_erase(:person, CURRENT_DATE, 30, 10)")


def case_of_one_who_left(api: Api) -> tuple[str, str]:
    """An approved case, its payment given up, and the membership of the member who left since."""
    path, _ = approved(api, new_fund(api), MEMBER, "500.00", programme="holiday_visit", facts=HOSPITAL)
    done(api("reviewer").act(path, "return", {"reason": "退回"}))
    done(api("officer").act(path, "withdraw", {"reason": "撤回"}))
    return path.rpartition("/")[2], left(api)


def held_for(api: Api, path: str) -> list[str]:
    """Kinds of the duties that stand against a request; the approval is refused without a day while there is one."""
    duties = done(api("auditor").get(path))["duties"]
    if duties:
        assert {duty["until"] for duty in duties} == {None}
        assert refusal(api("reviewer").act(path, "approve")) == (409, "retention_runs", "")
    return [duty["kind"] for duty in duties]


def test_a_drawn_row_that_nobody_examined_holds_an_erasure(api: Api, at: At) -> None:
    paid_case(api)
    row = f"/audit/samples/{drawn(api, size=1)['id']}/rows/1"
    path = asked(api, left(api))
    later = at(date(today().year + 40, 1, 1))
    assert held_for(later, path) == ["audit_sample"]
    done(later("auditor").act(row, "examination", {"result": "ok"}))
    assert held_for(later, path) == []
    assert done(later("reviewer").act(path, "approve"))["state"] == "done"


def test_an_open_finding_holds_it(api: Api, at: At) -> None:
    case, member = case_of_one_who_left(api)
    opened(api, application_id=case)
    path = asked(api, member)
    assert held_for(at(date(today().year + 40, 1, 1)), path) == ["audit_finding"]


@pytest.mark.parametrize("way", ["application_id", "member_id", "application_ids", "period"])
def test_an_evidence_package_that_is_not_done_holds_it(api: Api, at: At, way: str) -> None:
    case, member = case_of_one_who_left(api)
    period = {"from": f"{today()}T00:00:00+08:00", "until": f"{today().year + 1}-12-31T00:00:00+08:00"}
    subject: dict[str, Any] = {
        "application_id": {"application_id": case},
        "member_id": {"member_id": member},
        "application_ids": {"application_ids": [case]},
        "period": period,
    }[way]
    path = asked(api, member)
    job = api("auditor").post("/audit/exports", {"format": "package", "subject": subject}).get_json()["id"]
    later = at(date(today().year + 40, 1, 1))
    assert held_for(later, path) == ["evidence_package"]
    with books(later) as session:
        session.execute(text("UPDATE job SET state = 'failed', finished_at = now() WHERE id = :id"), {"id": job})
    assert held_for(later, path) == []


def erasing(api: Api) -> tuple[dict[str, Any], Any]:
    """A former member whose erasure was asked for; what person_erase is told, and who else is there to approve."""
    asked(api, left(api))
    query = (
        "SELECT m.person_id AS person, a.id AS reviewer FROM membership m, account a"
        " WHERE m.staff_number = :s AND a.username = 'reviewer'"
    )
    (row,) = rows(api, query, s=MEMBER)
    return {"person": row.person}, row.reviewer


def test_who_is_registered_while_being_erased_is_somebody_new(committed_api: Api) -> None:
    """Control: the trigger `erased_membership`: the new row has waited for the erasing and is refused."""
    api, number = committed_api, number_of(committed_api, MEMBER)
    (before,) = rows(api, "SELECT name FROM membership WHERE staff_number = :s", s=MEMBER)
    person, reviewer = erasing(api)
    body = {"unit_code": "AH-D02", "name": "归来", "id_number": number, "employment_type": "established"}
    officer = api("officer")
    with ThreadPoolExecutor(1) as pool:
        with books(api, reviewer) as session:
            session.execute(_ERASE, person)
            answer = pool.submit(officer.post, "/members", body)
            time.sleep(1.5)
            assert not answer.done()
        assert refusal(answer.result()) == (409, "state_forbids", "erased")
    made = done(officer.post("/members", body))
    (new,) = rows(api, "SELECT person_id FROM membership WHERE id = :id", id=made["id"])
    assert new.person_id != person["person"]
    kept = {table for table, _ in traces(api, [before.name, number])} - {"record_entry"}
    assert not kept


@pytest.mark.parametrize(
    "write",
    [
        "UPDATE membership SET name = '又见' WHERE person_id = :person",
        "UPDATE membership SET phone_masked = '138****0000' WHERE person_id = :person",
        "UPDATE application SET payee_holder = '又见' WHERE person_id = :person",
        """INSERT INTO act SELECT (jsonb_populate_record(t, '{"id": "0190a3f0-0000-7000-8000-000000000000",
           "act": "endorse", "note": "又见"}')).* FROM act t JOIN application c ON c.id = t.application_id
           WHERE c.person_id = :person AND t.act = 'withdraw'""",
    ],
)
def test_nothing_personal_is_written_of_one_who_was_erased(api: Api, at: At, write: str) -> None:
    """Control: the triggers `erased_…`, whoever writes."""
    _, member = case_of_one_who_left(api)
    path = asked(api, member)
    done(at(date(today().year + 40, 1, 1))("reviewer").act(path, "approve"))
    (row,) = rows(api, "SELECT person_id AS person FROM membership WHERE id = :m", m=member)
    with books(api) as session, pytest.raises(IntegrityError, match="the person was erased"), session.begin_nested():
        session.execute(text(write), {"person": row.person})


def test_a_change_that_waited_for_the_erasing_is_refused(committed_api: Api) -> None:
    """An officer has the page of the former member open and saves it at that moment."""
    api = committed_api
    person, reviewer = erasing(api)
    path = f"/members/{member_id(api, MEMBER)}"
    officer, tag = api("officer"), api("officer").get(path).headers["ETag"]
    with ThreadPoolExecutor(1) as pool:
        with books(api, reviewer) as session:
            session.execute(_ERASE, person)
            answer = pool.submit(officer.patch, path, {"name": "又见"}, if_match=tag)
            time.sleep(1.5)
            assert not answer.done()
        assert answer.result().status_code in {404, 409, 412}
    assert traces(api, ["又见"]) == []
