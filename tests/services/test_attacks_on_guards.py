"""P13: what a superuser does to triggers, functions, rights, walls, constraints or heads is found, as what it hides."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import create_engine, make_url
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from benefits.assurance.verification.guards import guard_differences
from config.settings import Settings
from tests.conftest import as_superuser
from tests.services.attacked import World, checked, world
from tools.provision import Provisioned

ONE = "(SELECT n FROM record_entry WHERE table_name = 'disbursement' ORDER BY n LIMIT 1)"
BLIND = "RETURNS integer LANGUAGE sql AS 'SELECT 1'"
EVIL = "CREATE SCHEMA evil"
SWALLOW = "CREATE FUNCTION swallow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'"
SEEING = "REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT"
DROPPED = "DROP TRIGGER record_unit_update ON unit"
# A superuser's own entry, as the house would have written it, at another number and instant.
FORGED = """INSERT INTO record_entry (n, xid, at, kind, action, database_user, body, leaf) OVERRIDING SYSTEM VALUE
SELECT (SELECT max(n) + 5 FROM record_entry), (SELECT max(xid) + 1 FROM record_seal), b.at, 'disclosure', 'x', 'app',
       b.body::json, sha256('\\x00'::bytea || convert_to(b.body, 'UTF8'))
FROM (SELECT a.at, jsonb_build_object('at', a.at, 'kind', 'disclosure', 'action', 'x', 'user', 'app')::text AS body
      FROM (SELECT now() + interval '{}' AS at) a) b"""
SEALED = "DO $$ BEGIN PERFORM seal_entries(100000); END $$"
LEAVES = "ALTER TABLE record_entry ALTER leaf DROP NOT NULL"


@pytest.fixture(scope="module")
def told(superuser_url: str, template: Provisioned, settings: Settings) -> Iterator[World]:
    with world(superuser_url, template, settings) as made:
        yield made


def kinds(told: World, *statements: str) -> dict[str, str | None]:
    """The kinds of difference after these statements, each with the table, or the columns, of its first."""
    with told.copy() as made:
        with as_superuser(told.superuser_url, made) as superuser:
            for statement in statements:
                changed = superuser.exec_driver_sql(statement.replace("{app}", made.roles.app)).rowcount
                assert changed, statement
        found = checked(told, made).differences
    return {each.kind: each.table or ", ".join(each.columns) for each in reversed(found)}


def guarded(told: World, *statements: str) -> dict[str, str | None]:
    """The same of the guards alone, looked at by the superuser before all is taken back."""
    address = make_url(told.superuser_url).set(database=make_url(told.made.owner_url).database)
    with create_engine(address, poolclass=NullPool).connect() as superuser:
        for statement in statements:
            superuser.exec_driver_sql(statement.replace("{app}", told.made.roles.app))
        found = list(guard_differences(Session(superuser), told.made.roles.app))
        superuser.rollback()
    return {each.kind: each.table or ", ".join(each.columns) for each in reversed(found)}


def test_nothing_is_said_of_guards_that_stand(told: World) -> None:
    assert guarded(told) == {}


UPDATING = "CREATE TRIGGER record_unit_update AFTER UPDATE ON unit"
INSERTING = "CREATE TRIGGER record_unit_update AFTER INSERT ON unit REFERENCING NEW TABLE AS new_rows"
OTHER = "DO $$ BEGIN EXECUTE replace(pg_get_functiondef('{}'::regproc), 'WHERE', ' WHERE'); END $$"


@pytest.mark.parametrize(
    ("statements", "wanted"),
    [
        ((DROPPED,), {"trigger_down": "unit"}),
        ((DROPPED, f"{UPDATING} {SEEING} WHEN (false) EXECUTE FUNCTION record_unit()"), {"trigger_down": "unit"}),
        ((DROPPED, f"{INSERTING} FOR EACH STATEMENT EXECUTE FUNCTION record_unit()"), {"trigger_down": "unit"}),
        ((DROPPED, f"{UPDATING} {SEEING} EXECUTE FUNCTION record_act()"), {"trigger_down": "unit"}),
        ((DROPPED, f"{UPDATING} {SEEING} EXECUTE FUNCTION record_unit()"), {}),
        (
            (SWALLOW, "CREATE TRIGGER a BEFORE INSERT ON record_entry FOR EACH ROW EXECUTE FUNCTION swallow()"),
            {"trigger_foreign": "record_entry"},
        ),
        (
            ("CREATE RULE a AS ON INSERT TO record_entry WHERE NEW.kind = 'disclosure' DO INSTEAD NOTHING",),
            {"trigger_foreign": "record_entry"},
        ),
        ((EVIL, "ALTER FUNCTION record_unit() SET search_path = evil, public"), {"trigger_altered": "unit"}),
        ((EVIL, "ALTER FUNCTION compare_unit() SET search_path = evil, public"), {"check_altered": "unit"}),
        ((EVIL, "CREATE TABLE evil.unit AS SELECT * FROM unit"), {"check_altered": "evil.unit"}),
        ((OTHER.format("person_key"),), {"function_altered": "person_key"}),
        ((OTHER.format("in_scope"),), {"function_altered": "in_scope"}),
        ((OTHER.format("record_unsound"),), {"check_altered": "record_unsound"}),
        ((f"CREATE FUNCTION pg_catalog.compare_unit() {BLIND}",), {"check_altered": "pg_catalog.compare_unit"}),
        (("DROP FUNCTION compare_unit()",), {"check_altered": "unit"}),
    ],
)
def test_a_trigger_or_function_that_is_not_ours_is_found(
    told: World, statements: tuple[str, ...], wanted: dict[str, str]
) -> None:
    assert guarded(told, *statements) == wanted


@pytest.mark.parametrize(
    ("statement", "wanted"),
    [
        ('GRANT INSERT ON record_entry TO "{app}"', {"right_too_many": "record_entry"}),
        ('GRANT UPDATE (body) ON record_entry TO "{app}"', {"right_too_many": "record_entry"}),
        ('GRANT UPDATE (seed) ON audit_sample TO "{app}"', {}),  # one column may be touched, which one is not looked at
        ("GRANT DELETE ON act TO PUBLIC", {"right_too_many": "act"}),
        ("ALTER TABLE application DISABLE ROW LEVEL SECURITY", {"wall_altered": "application"}),
        ("ALTER TABLE application NO FORCE ROW LEVEL SECURITY", {"wall_altered": "application"}),
        ("CREATE POLICY open ON application USING (true)", {"wall_altered": "application"}),
        ("CREATE POLICY less ON act AS RESTRICTIVE USING (act <> 'approve')", {"wall_altered": "act"}),
        ("ALTER TABLE act DROP CONSTRAINT pk_act CASCADE", {"constraint_gone": "act"}),
        ("DROP INDEX uq_restoration_open", {"constraint_gone": "restoration"}),
        ("ALTER TABLE record_seal ALTER leaf DROP NOT NULL", {"constraint_gone": "record_seal"}),
    ],
)
def test_a_right_too_many_a_wall_down_or_a_constraint_gone_is_found(
    told: World, statement: str, wanted: dict[str, str]
) -> None:
    assert guarded(told, statement) == wanted


def test_an_entry_without_its_hash_is_no_entry_in_order(told: World) -> None:
    """What is null is equal to nothing and different from nothing; that an edit hides behind it was possible."""
    edit = (
        f"UPDATE record_entry SET body = replace(body::text, '2000.00', '9000.00')::json, leaf = NULL WHERE n = {ONE}"
    )
    assert kinds(told, LEAVES, edit).keys() == {"constraint_gone", "entry_altered", "entry_resealed"}


@pytest.mark.parametrize("era", ["DELETE FROM record_era", "UPDATE record_era SET caught_up = false"])
def test_an_entry_put_in_is_found_whatever_is_said_of_the_server(told: World, era: str) -> None:
    put = (
        "INSERT INTO record_entry (n, xid, at, kind, action, table_name, row_id, unit_id, application_id, account_id, "
        "request_id, database_user, body, leaf) OVERRIDING SYSTEM VALUE SELECT -1, xid, at, kind, action, table_name, "
        "row_id, unit_id, application_id, account_id, request_id, database_user, body, leaf FROM record_entry "
        "WHERE n = 5"
    )
    assert "entry_inserted" in kinds(told, era, put)


@pytest.mark.parametrize("away", ["-3 hours", "3 hours"])
def test_an_entry_with_a_false_date_is_found_though_it_is_sealed(told: World, away: str) -> None:
    assert kinds(told, FORGED.format(away), SEALED) == {"entry_misdated": "record_entry"}
    assert (
        kinds(told, FORGED.format("0 hours"), SEALED) == {}
    )  # this much a superuser can write, and it is there to read


def test_a_table_that_cannot_be_compared_is_a_difference(told: World) -> None:
    assert kinds(told, "ALTER TABLE audit_finding RENAME TO x")["table_unreadable"] == "audit_finding"
    assert kinds(told, "ALTER TABLE calendar_day DROP COLUMN source")["table_unreadable"] == "calendar_day"


def test_what_is_written_so_that_the_check_breaks_is_found(told: World) -> None:
    fund = "UPDATE record_entry SET body = replace(body::text, '{}', '{}')::json WHERE table_name = 'fund' {}"
    old = '"appropriated": 50000.00'
    first = "AND action = 'insert'"
    for new in ('"appropriated": "abc"', '"appropriated": 1e999999'):
        assert "entry_altered" in kinds(told, fund.format('"appropriated": ', f'{new}, "x": ', first)), old
    for name in ("\\u0000", "\\ud800"):
        assert "entry_altered" in kinds(told, fund.format('"name"', f'"{name}"', ""))
    assert "entry_columns" in kinds(told, f"UPDATE record_entry SET at = '0044-03-15 BC' WHERE n = {ONE}")


def test_a_backslash_in_a_name_is_no_difference(told: World) -> None:
    """`C:\\users` stands in the body with two, the second of them before a u."""
    assert kinds(told, "UPDATE unit SET name = 'C:\\users\\u0041' || chr(7) WHERE code = 'AH-D01'") == {}


def test_a_root_of_a_group_that_is_not_there_yet_is_found(told: World) -> None:
    for place in ("1, 900", "9, 0"):
        assert guarded(told, f"INSERT INTO record_tile VALUES ({place}, '\\x00')") == {"group_altered": "record_tile"}


def test_heads_taken_away_or_dated_otherwise_are_found(told: World) -> None:
    gone = kinds(told, "DELETE FROM record_checkpoint")
    assert gone.keys() == {"checkpoint_gone"}
    dated = "UPDATE record_checkpoint SET signed_at = {} WHERE size = (SELECT min(size) FROM record_checkpoint)"
    for at in ("signed_at - interval '1 year'", "'infinity'"):
        assert kinds(told, dated.format(at)) == {"checkpoint_altered": "record_checkpoint"}
