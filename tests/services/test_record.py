"""The audit record: every change is in it whoever makes it, no server can touch it, nothing personal is in it."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine, make_url, text
from sqlalchemy.exc import DBAPIError, ProgrammingError
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from models.account import Account
from models.columns import new_id
from models.database import Scope, set_scope
from models.money import Fund
from models.unit import Unit
from tests.driver import Api
from tools.provision import Provisioned


def entries(on: Connection | Session, **wanted: object) -> list[Any]:
    """The entries with these columns, oldest first, with the exact text of their bodies."""
    where = " AND ".join(f"{name} = :{name}" for name in wanted) or "true"
    query = text(f"SELECT *, body::text AS exact FROM record_entry WHERE {where} ORDER BY n")
    return list(on.execute(query, wanted))


def count(on: Connection | Session) -> int:
    total: int = on.execute(text("SELECT count(*) FROM record_entry")).scalar_one()
    return total


def image(entry: Any) -> dict[str, Any]:
    shown: dict[str, Any] = json.loads(entry.exact)["data"]
    return shown


def check_renaming_is_recorded(superuser: Connection) -> None:
    unit_id = superuser.scalar(text("UPDATE unit SET name = '改名工会' WHERE code = 'AH-D01' RETURNING id"))
    entry = entries(superuser, table_name="unit", row_id=str(unit_id))[-1]
    assert (entry.kind, entry.action, entry.unit_id) == ("change", "update", unit_id)
    assert (entry.database_user, entry.account_id, entry.request_id) == ("postgres", None, None)
    assert image(entry)["name"] == "改名工会"
    assert image(entry)["code"] == "AH-D01"


def test_change_by_the_application(session: Session, app_role: str) -> None:
    account_id = session.query(Account.id).where(Account.username == "finance").scalar()
    set_scope(session, Scope(account_id=account_id, request_id="request-77", paths=("/AH/",)))
    unit_id = session.query(Unit.id).where(Unit.code == "AH-D01").scalar()
    fund = Fund(
        id=new_id(), unit_id=unit_id, name="慰问金", year=2026, source="union_funds", appropriated="1234567890.10"
    )
    session.add(fund)
    session.flush()
    (entry,) = entries(session, table_name="fund", row_id=str(fund.id))
    assert (entry.kind, entry.action, entry.unit_id) == ("change", "insert", unit_id)
    assert (entry.account_id, entry.request_id, entry.database_user) == (account_id, "request-77", app_role)
    assert image(entry)["name"] == "慰问金"
    assert '"appropriated": 1234567890.10' in entry.exact
    assert set(image(entry)) == {column.name for column in Fund.__table__.columns}


def test_change_by_a_superuser(superuser_connection: Connection) -> None:
    check_renaming_is_recorded(superuser_connection)


def test_the_check_sees_a_change_that_is_not_recorded(superuser_connection: Connection) -> None:
    superuser_connection.execute(text("ALTER TABLE unit DISABLE TRIGGER record_unit_update"))
    with pytest.raises(AssertionError):
        check_renaming_is_recorded(superuser_connection)


def test_deletion_by_a_superuser(superuser_connection: Connection) -> None:
    day = superuser_connection.scalar(text("DELETE FROM calendar_day WHERE day = '2026-01-01' RETURNING day"))
    entry = entries(superuser_connection, table_name="calendar_day", row_id=f"{day}/1")[-1]
    assert (entry.action, image(entry)) == ("delete", None)


def test_truncation_by_a_superuser(superuser_connection: Connection) -> None:
    superuser_connection.execute(text("TRUNCATE calendar_day"))
    entry = entries(superuser_connection, table_name="calendar_day")[-1]
    assert (entry.kind, entry.action, entry.row_id) == ("change", "truncate", None)


def test_each_row_of_one_statement_is_an_entry(superuser_connection: Connection) -> None:
    before = count(superuser_connection)
    days = "SELECT date '2090-01-01' + n, 1, true, 'x' FROM generate_series(1, 1000) n"
    superuser_connection.execute(text(f"INSERT INTO calendar_day (day, edition, working, source) {days}"))
    assert count(superuser_connection) - before == 1000
    rows = {entry.row_id for entry in entries(superuser_connection, table_name="calendar_day", action="insert")}
    assert {"2090-01-02/1", "2092-09-27/1"} <= rows


def test_update_that_changes_nothing_is_no_entry(superuser_connection: Connection) -> None:
    before = count(superuser_connection)
    assert superuser_connection.execute(text("UPDATE account_grant SET role = role")).rowcount > 5
    assert count(superuser_connection) == before
    superuser_connection.execute(text("UPDATE account_grant SET valid_until = '2099-01-01' WHERE role = 'auditor'"))
    assert count(superuser_connection) == before + 1


def test_what_was_undone_leaves_nothing(session: Session) -> None:
    before = count(session)
    with session.begin_nested() as savepoint:
        session.execute(text("UPDATE unit SET name = '未曾发生'"))
        assert count(session) > before
        savepoint.rollback()
    assert count(session) == before


def check_leaves(superuser: Connection) -> None:
    every = entries(superuser)
    assert len(every) > 50
    for entry in every:
        assert bytes(entry.leaf) == hashlib.sha256(b"\0" + entry.exact.encode()).digest()
        body = json.loads(entry.exact)
        columns = (entry.kind, entry.action, entry.table_name, entry.row_id, entry.request_id, entry.database_user)
        assert tuple(body[name] for name in ("kind", "action", "table", "row", "request", "user")) == columns
        named = (entry.unit_id, entry.application_id, entry.account_id)
        assert tuple(body[name] for name in ("unit", "application", "account")) == tuple(
            None if one is None else str(one) for one in named
        )


def test_leaf_is_the_hash_of_the_exact_body(superuser_connection: Connection) -> None:
    check_leaves(superuser_connection)


def test_the_check_sees_an_altered_body(superuser_connection: Connection) -> None:
    superuser_connection.execute(text("UPDATE record_entry SET body = replace(body::text, '示范', '示 范')::json"))
    with pytest.raises(AssertionError):
        check_leaves(superuser_connection)


def check_nothing_personal(superuser: Connection) -> None:
    bodies = "\n".join(entry.exact for entry in entries(superuser))
    personal = superuser.execute(text("SELECT name, staff_number, phone_masked, bank FROM membership")).all()
    secret = superuser.execute(
        text(
            "SELECT encode(salt, 'hex'), encode(key_wrapped, 'hex') FROM person "
            "UNION ALL SELECT password_hash, encode(refresh_hash, 'hex') FROM account LEFT JOIN sign_in ON true"
        )
    ).all()
    for value in {value for row in [*personal, *secret] for value in row if value}:
        assert json.dumps(value, ensure_ascii=False)[1:-1] not in bodies


def test_personal_columns_are_salted_digests(superuser_connection: Connection) -> None:
    check_nothing_personal(superuser_connection)
    member = superuser_connection.execute(
        text("SELECT m.id, m.name, p.salt FROM membership m JOIN person p ON p.id = m.person_id ORDER BY m.id LIMIT 1")
    ).one()
    shown = image(entries(superuser_connection, table_name="membership", row_id=str(member.id))[0])
    assert shown["name"] == hashlib.sha256(bytes(member.salt) + f"name:{member.name}".encode()).hexdigest()
    assert shown["state"] == "active"
    assert shown["ethnicity"] is None


def test_the_check_sees_a_personal_value(superuser_connection: Connection) -> None:
    superuser_connection.execute(
        text("UPDATE unit SET name = (SELECT max(name) FROM membership) WHERE code = 'AH-D01'")
    )
    with pytest.raises(AssertionError):
        check_nothing_personal(superuser_connection)


FORGERY = (
    "INSERT INTO record_entry (xid, at, kind, action, database_user, body, leaf) "
    "VALUES (1, now(), 'x', 'x', 'x', '{}', '')"
)
ATTACKS = [
    FORGERY,
    "UPDATE record_entry SET kind = 'x'",
    "DELETE FROM record_entry",
    "TRUNCATE record_entry",
    "DROP TABLE record_entry",
    "ALTER TABLE record_entry DISABLE ROW LEVEL SECURITY",
    "ALTER TABLE unit DISABLE TRIGGER ALL",
    "DROP TRIGGER record_unit_update ON unit",
    "SET session_replication_role = replica",
    "CREATE OR REPLACE FUNCTION record_unit() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
    "DROP FUNCTION record_unit() CASCADE",
    "SELECT record_write('change', 'update', 'unit', 'x', NULL, NULL, '{}')",
    "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
]


def attack(connection: Connection, app_role: str, statement: str) -> None:
    connection.execute(text("SELECT set_config('benefits.scope', '{/}', true)"))
    connection.execute(text(f'SET LOCAL ROLE "{app_role}"'))
    connection.execute(text(statement.replace(":", "\\:")))


@pytest.mark.parametrize("statement", ATTACKS)
def test_the_serving_role_cannot_touch_the_record(
    superuser_connection: Connection, app_role: str, serving_url: str, statement: str
) -> None:
    engine = create_engine(serving_url, poolclass=NullPool)
    with engine.connect() as connection, pytest.raises(DBAPIError) as refused:
        attack(connection, app_role, statement)
    reasons = ("permission denied", "must be owner", "by triggers only")
    assert any(reason in str(refused.value.orig) for reason in reasons)


@pytest.mark.parametrize("statement", ATTACKS[:4])
def test_a_role_with_too_much_could(superuser_connection: Connection, app_role: str, statement: str) -> None:
    superuser_connection.execute(text(f'GRANT ALL ON record_entry TO "{app_role}"'))
    superuser_connection.execute(text("ALTER TABLE record_entry NO FORCE ROW LEVEL SECURITY"))
    superuser_connection.execute(text("ALTER TABLE record_entry DISABLE ROW LEVEL SECURITY"))
    attack(superuser_connection, app_role, statement)


def test_with_the_right_alone_the_wall_still_stands(superuser_connection: Connection, app_role: str) -> None:
    superuser_connection.execute(text(f'GRANT ALL ON record_entry TO "{app_role}"'))
    with pytest.raises(ProgrammingError, match="row-level security"), superuser_connection.begin_nested():
        attack(superuser_connection, app_role, FORGERY)
    attack(superuser_connection, app_role, "UPDATE record_entry SET kind = 'x'")
    superuser_connection.execute(text("RESET ROLE"))
    assert entries(superuser_connection, kind="x") == []


def test_a_temporary_table_does_not_stand_in_for_the_record(serving_url: str, superuser_connection: Connection) -> None:
    before = count(superuser_connection)
    with create_engine(serving_url, poolclass=NullPool).connect() as connection:
        connection.execute(text("SELECT set_config('benefits.scope', '{/}', true)"))
        connection.execute(text("CREATE TEMP TABLE record_entry (LIKE public.record_entry)"))
        connection.execute(text("ALTER TABLE record_entry ALTER n DROP NOT NULL"))
        connection.execute(text("GRANT ALL ON record_entry TO PUBLIC"))
        connection.execute(text("UPDATE unit SET name = '悄悄改名' WHERE code = 'AH-D01'"))
        assert connection.scalar(text("SELECT count(*) FROM pg_temp.record_entry")) == 0
        assert connection.scalar(text("SELECT count(*) FROM public.record_entry")) == before + 1


def test_refusal_is_there_after_its_rollback(committed_api: Api, committed: Provisioned, superuser_url: str) -> None:
    answer = committed_api("officer").get("/audit/events", headers={"X-Request-Id": "refused-request-1"})
    assert answer.status_code == 403
    address = make_url(superuser_url).set(database=make_url(committed.owner_url).database)
    with create_engine(address, poolclass=NullPool).connect() as superuser:
        (entry,) = entries(superuser, kind="refusal", request_id="refused-request-1")
        officer = superuser.scalar(text("SELECT id FROM account WHERE username = 'officer'"))
    assert entry.account_id == officer
    assert entry.action == "GET /api/v1/audit/events"
    assert image(entry)["code"] == "not_permitted"
