"""Erasure: kept while a duty runs in any union, shown to nobody meanwhile, done by two, and nothing is left to read."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from models.database import Base
from models.vocabulary import BankOutcome
from tests.bank import bank_says
from tests.clock import today
from tests.conftest import At
from tests.driver import Api
from tests.families import number_of
from tests.story import HOSPITAL, approved, books, colleague, done, member_id, new_fund, released, rows

MEMBER = "D01-002"


def left(api: Api, staff_number: str = MEMBER) -> str:
    """The id of a member who has left."""
    path = f"/members/{member_id(api, staff_number)}"
    tag = api("officer").get(path).headers["ETag"]
    done(api("officer").patch(path, {"state": "left"}, if_match=tag))
    return path.rpartition("/")[2]


def asked(api: Api, member: str) -> str:
    """The path of a request to erase a former member."""
    return f"/erasures/{done(api('officer').post(f'/members/{member}/erasures', {'origin': 'member'}))['id']}"


def refusal(answer: Any) -> tuple[int, str, str]:
    said = answer.get_json()
    return answer.status_code, said["code"], said["params"].get("until", said["params"].get("state", ""))


def paid_case(api: Api) -> str:
    fund = new_fund(api)
    path, payment = approved(api, fund, MEMBER, "500.00", programme="holiday_visit", facts=HOSPITAL)
    batch = released(api, fund, [payment])
    bank_says(api, batch, {1: BankOutcome.PAID})
    return path


def traces(api: Api, words: list[str]) -> list[tuple[str, str]]:
    """In which tables one of these words can be read, the record's included; and which word."""
    found = []
    for name in sorted(Base.metadata.tables):
        for word in words:
            # A row as text shows a bytea in hex: whatever is readable in it is looked for in that form too.
            query = f'SELECT count(*) AS n FROM "{name}" t WHERE t::text LIKE :word OR t::text LIKE :hex'
            (row,) = rows(api, query, word=f"%{word}%", hex=f"%{word.encode().hex()}%")
            if row.n:
                found.append((name, word))
    return found


def test_a_paid_member_is_kept_for_the_vouchers_and_then_erased_by_two(api: Api, at: At) -> None:
    case = paid_case(api)
    number, name = number_of(api, MEMBER), rows(api, "SELECT name FROM membership WHERE staff_number = :s", s=MEMBER)[0]
    assert {table for table, _ in traces(api, [name.name])} >= {"membership"}
    member = left(api)
    made = done(api("officer").post(f"/members/{member}/erasures", {"origin": "member"}))
    path, year = f"/erasures/{made['id']}", today().year
    until = {duty["kind"]: duty["until"] for duty in made["duties"]}
    assert until == {"voucher": f"{year + 30}-12-31", "file": f"{year + 10}-12-31"}

    shown = api("officer").post(f"/members/{member}/disclosures", {"fields": ["id_number"], "purpose": "核对"})
    assert refusal(shown) == (409, "state_forbids", "restricted")
    assert refusal(api("reviewer").act(path, "approve")) == (409, "retention_runs", f"{year + 31}-01-01")
    eve = at(date(year + 30, 12, 31))
    assert refusal(eve("reviewer").act(path, "approve"))[1] == "retention_runs"

    over = at(date(year + 31, 1, 1))
    before = rows(over, "SELECT n, leaf FROM record_entry ORDER BY n")
    assert done(over("auditor").get(path))["duties"] == []
    ended = done(over("reviewer").act(path, "approve"))
    assert (ended["state"], ended["duties"]) == ("done", [])

    assert over("officer").get(f"/members/{member}").status_code == 404
    found = done(over("officer").post("/members/searches", {"id_number": number}))
    assert found["items"] == []
    page = done(over("auditor").get(case))
    assert (page["facts"], page["assessment"], page["approved_amount"]) == ({}, None, "500.00")
    assert page["disbursements"][0]["amount"] == "500.00"
    assert over("officer").get(f"{case}/form.pdf").status_code in {404, 409}
    assert [table for table, _ in traces(over, [number, name.name]) if table not in {"account", "record_entry"}] == []
    bodies = rows(over, "SELECT body::text AS body, leaf, n FROM record_entry ORDER BY n")
    assert all(hashlib.sha256(b"\0" + row.body.encode()).digest() == bytes(row.leaf) for row in bodies)
    assert [(row.n, bytes(row.leaf)) for row in bodies][: len(before)] == [(n, bytes(leaf)) for n, leaf in before]
    (person,) = rows(over, "SELECT p.* FROM person p JOIN membership m ON m.person_id = p.id WHERE m.id = :m", m=member)
    assert (person.key_wrapped, person.salt, bytes(person.id_cipher)) == (None, None, b"")

    # Who comes back is somebody new: nothing ties them to what was.
    body = {"unit_code": "AH-D01", "name": "新人", "id_number": number, "employment_type": "established"}
    again = done(over("officer").post("/members", body))
    (new,) = rows(over, "SELECT person_id FROM membership WHERE id = :m", m=again["id"])
    assert new.person_id != person.id


def test_nothing_readable_of_an_erased_member_enters_the_record(api: Api, at: At) -> None:
    """The entries that the erasing itself makes hold no digest of a name: the salt went first."""
    member = left(api)
    path = asked(api, member)
    over = at(date(today().year + 40, 1, 1))
    last = rows(over, "SELECT max(n) AS n FROM record_entry")[0].n
    done(over("reviewer").act(path, "approve"))
    made = rows(
        over, "SELECT body::jsonb->'data' AS d FROM record_entry WHERE n > :n AND table_name = 'membership'", n=last
    )
    assert made
    assert all(row.d[column] is None for row in made for column in ("name", "name_key", "staff_number", "phone_masked"))


def test_every_personal_column_is_taken_off(api: Api, at: At) -> None:
    paid_case(api)
    member = left(api)
    path = asked(api, member)
    over = at(date(today().year + 40, 1, 1))
    done(over("reviewer").act(path, "approve"))
    for name, table in Base.metadata.tables.items():
        personal = [c.name for c in table.columns if c.info.get("record") == "personal" and name != "person"]
        owner = "person_id" in table.columns
        if not personal or not owner:
            continue
        query = f'SELECT t.* FROM "{name}" t JOIN membership m ON m.person_id = t.person_id WHERE m.id = :m'
        for row in rows(over, query, m=member):
            said = {column: getattr(row, column) for column in personal}
            assert all(v in (None, [], {}, "erased") or str(v).startswith("erased-") for v in said.values()), (
                name,
                said,
            )


def test_what_another_union_must_keep_holds_too_and_is_not_told(api: Api, at: At) -> None:
    member, number = left(api), number_of(api, MEMBER)
    body = {"unit_code": "AH-D02", "name": "同一人", "id_number": number, "employment_type": "established"}
    done(api("officer").post("/members", body))
    later = at(date(today().year + 40, 1, 1))
    path = asked_by_own_union(later, member)
    shown = done(later("officer2").get(path))
    assert shown["duties"] == [{"kind": "elsewhere", "things": 1, "until": None}]
    refused = later("reviewer-d01").act(path, "approve")
    assert refusal(refused) == (409, "retention_runs", "")
    assert "AH-D02" not in refused.get_data(as_text=True)


def asked_by_own_union(api: Api, member: str) -> str:
    colleague(api, "reviewer-d01", "reviewer", unit="AH-D01", person=640)
    return f"/erasures/{done(api('officer2').post(f'/members/{member}/erasures', {'origin': 'union'}))['id']}"


def test_the_database_itself_refuses_while_a_duty_runs(api: Api) -> None:
    paid_case(api)
    (row,) = rows(api, "SELECT person_id FROM membership WHERE staff_number = :s", s=MEMBER)
    erase = text("SELECT person_erase(:p, :on, 0, 0)")
    kept = pytest.raises(IntegrityError, match="a duty to keep runs")  # vouchers, whatever years are told
    with books(api) as session, kept, session.begin_nested():
        session.execute(erase, {"p": row.person_id, "on": today().replace(year=today().year + 29)})


def test_the_database_erases_nobody_for_whom_no_other_person_asked(api: Api) -> None:
    member = left(api)
    (row,) = rows(
        api,
        "SELECT m.person_id, a.id AS officer FROM membership m, account a WHERE m.id = :m AND a.username = 'officer'",
        m=member,
    )
    erase = text("SELECT person_erase(:p, CURRENT_DATE, 30, 10)")
    for asked_before in (False, True):
        if asked_before:
            asked(api, member)
        alone = pytest.raises(IntegrityError, match="nobody else asked for it")
        with books(api, row.officer) as session, alone, session.begin_nested():
            session.execute(erase, {"p": row.person_id})


def test_who_may_ask_and_approve_and_when(api: Api, at: At) -> None:
    path = f"/members/{member_id(api, MEMBER)}/erasures"
    early = api("officer").post(path, {"origin": "member"})
    assert refusal(early) == (409, "state_forbids", "active")
    member = left(api)
    assert api("reviewer").post(path, {"origin": "member"}).status_code == 403
    assert api("officer").post(path, {"origin": "nobody"}).get_json()["errors"][0]["pointer"] == "/origin"
    request = asked(api, member)
    assert refusal(api("officer").post(path, {"origin": "member"})) == (409, "state_forbids", "restricted")
    assert api("finance").get(request).status_code == 403
    assert api("reviewer").post(f"{request}/approve", {}).status_code == 428
    assert api("officer").act(request, "approve").status_code == 403
    (listed,) = done(api("auditor").get("/erasures?state=requested"))["items"]
    assert listed["member_id"] == member
    done(api("officer").act(request, "withdraw"))
    assert refusal(api("reviewer").act(request, "approve")) == (409, "state_forbids", "withdrawn")
    seen = api("officer").post(f"/members/{member}/disclosures", {"fields": ["id_number"], "purpose": "核对"})
    assert seen.status_code == 200


def test_another_unions_request_is_not_there(api: Api) -> None:
    member = left(api, "D02-001")
    request = asked(api, member)
    assert api("officer2").get(request).status_code == 404
    assert api("officer2").post(f"/members/{member}/erasures", {"origin": "union"}).status_code == 404
    assert done(api("officer2").get("/erasures"))["items"] == []
