"""Imports land in the database, through the walls, once."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from models.database import Scope, session_for
from models.job import Job
from models.membership import Honour, Membership
from models.person import Person
from tests.conftest import SHARED_DATA

SAMPLE = SHARED_DATA / "roster-5k"
NO_SAMPLE = pytest.mark.skipif(not SAMPLE.exists(), reason="the sample roster lies beside the checkout, not in it")
ROSTER_30 = (Path(__file__).parents[2] / "data" / "roster-30.csv").read_bytes()
EXPECTED_30 = json.loads((Path(__file__).parents[2] / "data" / "roster-30.expected.json").read_text("utf-8"))
NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


RECORDED = "SELECT count(*) FROM record_entry WHERE kind = 'change' AND table_name <> 'import'"


def test_a_roster_lands_and_landing_it_again_changes_nothing(union: Any) -> None:
    before = union.count("SELECT count(*) FROM membership")
    first = union.take("officer", "members", ROSTER_30, "roster-30.csv")
    expected = [tuple(finding) for finding in EXPECTED_30["findings"]]
    # Nobody is registered elsewhere yet; AH is the officer's own unit to file for.
    skipped = {"already_registered", "unit_out_of_scope"}
    assert first["findings"] == [finding for finding in expected if finding[2] not in skipped]
    assert first["state"] == "done"
    assert union.count("SELECT count(*) FROM membership") == before + first["accepted"]

    recorded = union.count(RECORDED)
    second = union.take("officer", "members", ROSTER_30, "roster-30.csv")
    assert second == first
    assert union.count(RECORDED) == recorded


def test_a_check_reports_the_same_and_writes_nothing(union: Any) -> None:
    recorded = union.count(RECORDED)
    checked = union.take("officer", "members", ROSTER_30, "roster-30.csv", mode="check")
    assert union.count(RECORDED) == recorded
    applied = union.take("officer", "members", ROSTER_30, "roster-30.csv")
    assert checked == applied


def test_what_a_row_said_can_be_read_again(union: Any) -> None:
    union.take("officer", "members", ROSTER_30, "roster-30.csv")
    with union.session("officer") as session:
        union.acting(session, "officer")
        member = session.scalars(select(Membership).where(Membership.name == "王𬭩")).one()
        person = session.get_one(Person, member.person_id)
        key = union.secrecy.unwrap(person.key_wrapped, person.id)
        number = union.secrecy.decrypt(key, person.id, "id_number", person.id_cipher).decode()
        phone = union.secrecy.decrypt(key, member.id, "phone", member.phone_cipher).decode()
        card = union.secrecy.decrypt(key, member.id, "account", member.account_cipher).decode()
        assert person.id_hash == union.secrecy.index("id_number", number)
        assert number.encode() in ROSTER_30
        assert (member.phone_masked, member.account_last4) == (f"{phone[:3]}****{phone[-4:]}", card[-4:])
        assert member.name_key == "wang weng"
        assert session.scalars(select(Honour.title)).all() == ["全国劳动模范"]
        assert session.scalars(select(Honour.awarded_on)).all() == [date(2015, 5, 1)]


def test_only_what_differs_is_changed_and_blanks_keep_what_is_there(union: Any) -> None:
    header, *lines = ROSTER_30.decode("utf-8-sig").splitlines()
    row = lines[19]  # a good row
    columns = header.split(",")
    cells = dict(zip(columns, row.split(","), strict=True))
    union.take("officer", "members", f"{header}\n{row}\n".encode(), "a.csv")

    def sent(**changed: str) -> bytes:
        return f"{header}\n{','.join((cells | changed)[name] for name in columns)}\n".encode()

    def stored() -> tuple[Any, ...]:
        with union.session("officer") as session:
            union.acting(session, "officer")
            member = session.scalars(select(Membership).where(Membership.staff_number == cells["工号"])).one()
            return member.version, member.phone_cipher, member.department, member.account_last4

    first = stored()
    assert union.take("officer", "members", sent(手机号="", 银行卡号="", 部门=""), "a.csv")["accepted"] == 1
    assert stored() == first
    union.take("officer", "members", sent(部门="新部门"), "a.csv")
    assert stored() == (first[0] + 1, first[1], "新部门", first[3])
    union.take("officer", "members", sent(手机号="13812341234", 部门="新部门"), "a.csv")
    assert stored()[0] == first[0] + 2
    assert stored()[1] != first[1]


def test_an_officer_of_one_unit_sees_and_files_only_there(union: Any) -> None:
    taken = union.take("officer2", "members", ROSTER_30, "roster-30.csv")
    outside = [finding for finding in taken["findings"] if finding[2].startswith("unit_")]
    assert (11, "单位代码", "unit_out_of_scope") in outside  # AH itself is read along the line
    assert (29, "单位代码", "unit_unknown") in outside  # a sister unit is not
    union.take("officer", "members", ROSTER_30.replace(b"AH-D01", b"AH-D03"), "b.csv")
    again = union.take("officer2", "members", ROSTER_30, "roster-30.csv")
    assert "already_registered" not in {finding[2] for finding in again["findings"]}  # elsewhere, but out of sight


def test_members_of_another_unit_in_sight_are_refused(union: Any) -> None:
    union.take("officer", "members", ROSTER_30, "roster-30.csv")
    live = union.count(
        "SELECT count(*) FROM membership WHERE state <> 'left' AND staff_number LIKE 'B%' "
        "AND unit_id = (SELECT id FROM unit WHERE code = 'AH-D01')"
    )
    moved = union.take("officer", "members", ROSTER_30.replace(b"AH-D01", b"AH-D03"), "b.csv")
    codes = [code for _, _, code in moved["findings"]]
    assert codes.count("already_registered") == live > 10


def test_a_file_that_is_no_table_fails_by_its_fault(union: Any) -> None:
    import_id = union.send("officer", "members", ROSTER_30, "roster-30.csv")
    with session_for(union.engine, Scope(paths=("/AH/",)), secrecy=union.secrecy) as session:
        session.execute(text("UPDATE import SET filename = 'roster-30.xlsx' WHERE id = :id"), {"id": import_id})
    assert union.work()
    with union.session("officer") as session:
        union.acting(session, "officer")
        job = session.get_one(Job, import_id)
        assert (job.state, job.result["code"]) == ("failed", "not_a_workbook")


@NO_SAMPLE
def test_the_sample_lands_as_it_should(union: Any) -> None:
    units = union.take("admin", "units", (SAMPLE / "units.xlsx").read_bytes(), "units.xlsx")
    assert (units["state"], units["rows"], units["accepted"], units["findings"]) == ("done", 94, 94, [])
    expected = json.loads((SAMPLE / "roster.expected.json").read_text("utf-8"))
    roster = (SAMPLE / "roster.xlsx").read_bytes()
    wanted = [(found["row"], found["column"], found["code"]) for found in expected["findings"]]
    first = union.take("officer", "members", roster, "roster.xlsx")
    assert (first["rows"], first["accepted"], first["findings"]) == (5000, 4945, wanted)
    recorded = union.count(RECORDED)
    again = union.take("officer", "members", roster, "roster.xlsx")
    assert again == first
    assert union.count(RECORDED) == recorded
    assert union.take("admin", "units", (SAMPLE / "units.xlsx").read_bytes(), "units.xlsx") == units
    assert union.count(RECORDED) == recorded
