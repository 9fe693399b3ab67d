"""The live database is as the models declare it: walls, rights, owners, and the triggers of the record."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, text

from models.record import recorded_tables, trigger_function
from models.walls import UNWALLED, WALLS
from tools.provision import Provisioned

# What the serving role may do beyond SELECT, INSERT and UPDATE, and where it may do less. A second list beside that
# of models/walls.py, so that a change there is seen here.
EXPECTED = {
    "account": {"SELECT", "INSERT", "UPDATE"},
    "account_grant": {"SELECT", "INSERT", "UPDATE"},
    "allocation": {"SELECT", "INSERT", "UPDATE"},
    "act": {"SELECT", "INSERT"},
    "application": {"SELECT", "INSERT", "UPDATE"},
    "assessment": {"SELECT", "INSERT"},
    "audit_finding": {"SELECT", "INSERT", "UPDATE"},
    "audit_sample": {"SELECT", "INSERT"},
    "audit_sample_row": {"SELECT", "INSERT", "UPDATE"},
    "bank_result": {"SELECT", "INSERT"},
    "calendar_day": {"SELECT", "INSERT"},
    "census_sheet": {"SELECT", "INSERT", "UPDATE"},
    "check_authorisation": {"SELECT", "INSERT"},
    "claim": {"SELECT", "INSERT", "UPDATE"},
    "cover": {"SELECT", "INSERT", "UPDATE"},
    "disbursement": {"SELECT", "INSERT", "UPDATE"},
    "economic_check": {"SELECT", "INSERT", "UPDATE"},
    "entitlement": {"SELECT", "INSERT", "UPDATE"},
    "exit_objection": {"SELECT", "INSERT", "UPDATE"},
    "exit_step": {"SELECT", "INSERT"},
    "filed_row": {"SELECT", "INSERT"},
    "finding_act": {"SELECT", "INSERT"},
    "finding_paper": {"SELECT", "INSERT"},
    "fund": {"SELECT", "INSERT", "UPDATE"},
    "fund_adjustment": {"SELECT", "INSERT"},
    "goods_adjustment": {"SELECT", "INSERT", "UPDATE"},
    "goods_lot": {"SELECT", "INSERT", "UPDATE"},
    "goods_move": {"SELECT", "INSERT"},
    "heat_day": {"SELECT", "INSERT", "UPDATE"},
    "honour": {"SELECT", "INSERT", "UPDATE"},
    "honour_status": {"SELECT", "INSERT"},
    "household": {"SELECT", "INSERT", "UPDATE"},
    "household_destruction": {"SELECT", "INSERT", "UPDATE"},
    "household_exit": {"SELECT", "INSERT", "UPDATE"},
    "household_income": {"SELECT", "INSERT"},
    "household_member": {"SELECT", "INSERT", "UPDATE"},
    "household_review": {"SELECT", "INSERT", "UPDATE"},
    "household_transfer": {"SELECT", "INSERT"},
    "household_visit": {"SELECT", "INSERT"},
    "idempotency_key": {"SELECT", "INSERT", "DELETE"},
    "leave_settlement": {"SELECT", "INSERT"},
    "membership": {"SELECT", "INSERT", "UPDATE"},
    "paper_task": {"SELECT", "INSERT", "UPDATE"},
    "payee_correction": {"SELECT", "INSERT", "UPDATE"},
    "payment_batch": {"SELECT", "INSERT", "UPDATE"},
    "person": {"SELECT"},
    "place": {"SELECT", "INSERT", "UPDATE"},
    "receipt": {"SELECT", "INSERT"},
    "receivable": {"SELECT", "INSERT", "UPDATE"},
    "premium_payment": {"SELECT", "INSERT"},
    "record_checkpoint": {"SELECT"},
    "record_copy": {"SELECT", "INSERT", "UPDATE"},
    "record_entry": {"SELECT"},
    "record_era": {"SELECT"},
    "record_key": {"SELECT", "INSERT"},
    "record_log": {"SELECT", "INSERT"},
    "record_seal": {"SELECT"},
    "record_tile": {"SELECT"},
    "relief_act": {"SELECT", "INSERT"},
    "relief_point": {"SELECT", "INSERT", "UPDATE"},
    "relief_receipt": {"SELECT", "INSERT", "UPDATE"},
    "relative": {"SELECT", "INSERT", "DELETE"},
    "restoration": {"SELECT", "INSERT", "UPDATE"},
    "reversal": {"SELECT", "INSERT"},
    "round_quota": {"SELECT", "INSERT", "UPDATE"},
    "screening_appointment": {"SELECT", "INSERT", "UPDATE"},
    "screening_attempt": {"SELECT", "INSERT"},
    "screening_consent": {"SELECT", "INSERT", "UPDATE"},
    "screening_detail": {"SELECT", "INSERT"},
    "screening_follow_up": {"SELECT", "INSERT", "UPDATE"},
    "screening_result": {"SELECT", "INSERT", "UPDATE"},
    "sign_in_failure": {"SELECT", "INSERT", "DELETE"},
    "studio": {"SELECT", "INSERT", "UPDATE"},
    "unit": {"SELECT", "INSERT", "UPDATE"},
    "unit_dues": {"SELECT", "INSERT", "UPDATE"},
    "closed_month": {"SELECT", "INSERT"},
    "fund_carry": {"SELECT", "INSERT"},
    "year_closing": {"SELECT", "INSERT", "UPDATE"},
    "voucher": {"SELECT", "INSERT"},
    "voucher_counter": {"SELECT", "INSERT", "UPDATE"},
    "voucher_line": {"SELECT", "INSERT"},
}
MAY_DELETE = {"candidate", "idempotency_key", "relative", "sign_in_failure"}


def rights(on: Connection, role: str) -> dict[str, set[str]]:
    """Every right of a role on every table, however it came to have it."""
    found = on.execute(
        text(
            "SELECT c.relname, array_agg(p.right_) FROM pg_class c, unnest(ARRAY['SELECT','INSERT','UPDATE','DELETE',"
            "'TRUNCATE','REFERENCES','TRIGGER']) AS p(right_) WHERE c.relkind IN ('r', 'p') "
            "AND c.relnamespace = 'public'::regnamespace AND has_table_privilege(:role, c.oid, p.right_) GROUP BY 1"
        ),
        {"role": role},
    )
    return {name: set(held) for name, held in found}


def check_rights(on: Connection, role: str) -> None:
    held = rights(on, role)
    assert {name: held.get(name) for name in EXPECTED} == EXPECTED
    assert held.keys() == WALLS.keys() | UNWALLED.keys() | {"alembic_version"}
    assert held["alembic_version"] == {"SELECT"}
    assert {name for name, some in held.items() if "DELETE" in some} == MAY_DELETE
    assert not any(some & {"TRUNCATE", "REFERENCES", "TRIGGER"} for some in held.values())


def test_the_serving_role_has_these_rights_and_no_others(superuser_connection: Connection, app_role: str) -> None:
    check_rights(superuser_connection, app_role)


@pytest.mark.parametrize("right", ["DELETE ON disbursement", "TRUNCATE ON fund", "INSERT ON record_entry"])
def test_the_check_sees_a_right_too_many(superuser_connection: Connection, app_role: str, right: str) -> None:
    superuser_connection.execute(text(f'GRANT {right} TO "{app_role}"'))
    with pytest.raises(AssertionError):
        check_rights(superuser_connection, app_role)


def test_the_serving_role_changes_nothing_of_a_person_that_matters(
    superuser_connection: Connection, app_role: str
) -> None:
    columns = superuser_connection.scalars(
        text(
            "SELECT attname FROM pg_attribute WHERE attrelid = 'person'::regclass AND attnum > 0 "
            "AND has_column_privilege(:role, attrelid, attnum, 'UPDATE')"
        ),
        {"role": app_role},
    )
    assert set(columns) == {"created_at"}  # a row may be locked only by who may change something of it


def test_the_serving_role_is_nobody_special(superuser_connection: Connection, app_role: str) -> None:
    role = superuser_connection.execute(
        text(
            "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication, "
            "(SELECT count(*) FROM pg_auth_members WHERE member = r.oid) AS groups, "
            "(SELECT count(*) FROM pg_class WHERE relowner = r.oid) AS relations, "
            "(SELECT count(*) FROM pg_proc WHERE proowner = r.oid) AS functions "
            "FROM pg_roles r WHERE rolname = :role"
        ),
        {"role": app_role},
    ).one()
    assert not any(role), role


@pytest.mark.parametrize("name", sorted(WALLS))
def test_wall_stands(superuser_connection: Connection, name: str) -> None:
    wall = superuser_connection.execute(
        text(
            "SELECT relrowsecurity, relforcerowsecurity, (SELECT count(*) FROM pg_policy WHERE polrelid = c.oid "
            "AND polname LIKE 'wall%') AS policies FROM pg_class c WHERE oid = CAST(:name AS regclass)"
        ),
        {"name": f'"{name}"'},
    ).one()
    assert (wall.relrowsecurity, wall.relforcerowsecurity) == (True, True)
    assert wall.policies >= 1


def test_only_the_record_role_passes_every_wall(superuser_connection: Connection, base: Provisioned) -> None:
    passing = superuser_connection.execute(
        text("SELECT DISTINCT roles FROM pg_policies WHERE qual = 'true' OR with_check = 'true'")
    ).scalars()
    assert [list(roles) for roles in passing] == [[base.roles.record]]


def check_triggers(on: Connection, record_role: str) -> None:
    live = {
        row.name: row
        for row in on.execute(
            text(
                "SELECT proname AS name, prosrc AS body, prosecdef AS definer, proowner::regrole::text AS owner "
                "FROM pg_proc WHERE proname LIKE 'record\\_%' AND prorettype = 'trigger'::regtype"
            )
        )
    }
    firing = on.execute(
        text(
            "SELECT c.relname, t.tgname, t.tgenabled FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
            "WHERE t.tgname LIKE 'record\\_%'"
        )
    ).all()
    expected = {f"record_{table.name}": trigger_function(table) for table in recorded_tables()}
    assert {name: row.body for name, row in live.items()} == expected
    assert all((row.definer, row.owner.strip('"')) == (True, record_role) for row in live.values())
    assert {(table, name, enabled) for table, name, enabled in firing} == {
        (table.name, f"record_{table.name}_{event}", "O")
        for table in recorded_tables()
        for event in ("insert", "update", "delete", "truncate")
    }


def test_every_change_of_a_recorded_table_fires_its_generated_trigger(
    superuser_connection: Connection, base: Provisioned
) -> None:
    check_triggers(superuser_connection, base.roles.record)


@pytest.mark.parametrize(
    "tampering",
    [
        "ALTER TABLE fund DISABLE TRIGGER record_fund_update",
        "DROP TRIGGER record_fund_delete ON fund",
        "CREATE OR REPLACE FUNCTION record_fund() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
    ],
)
def test_the_check_sees_tampering(superuser_connection: Connection, base: Provisioned, tampering: str) -> None:
    superuser_connection.execute(text(tampering))
    with pytest.raises(AssertionError):
        check_triggers(superuser_connection, base.roles.record)


def test_functions_of_the_record_role_fix_their_search_path(
    superuser_connection: Connection, base: Provisioned
) -> None:
    """With pg_temp at its end: left out it would come first, and a temporary table could stand in for any other."""
    loose = superuser_connection.scalars(
        text(
            "SELECT proname FROM pg_proc WHERE prosecdef AND proowner = CAST(:role AS regrole) "
            "AND NOT EXISTS (SELECT FROM unnest(proconfig) AS one WHERE one LIKE 'search_path=%, pg_temp')"
        ),
        {"role": base.roles.record},
    )
    assert list(loose) == []
