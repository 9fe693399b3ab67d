"""The second wall: whatever a query asks, a scope shows and takes only its own unions' rows."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models.database import NOBODY, Scope, session_for, set_scope
from tests.rows import insert, row_of
from tests.services import walls
from tests.services.walls import BEHIND_WALL, NO_RIGHT, TABLES, Border

# A published or shipped policy, a unit and a fund's name belong to a line; here both unions are siblings, so that
# neither is on the other's line.
APPEND_ONLY = {
    "fund_carry",
    "reversal",
    "act",
    "assessment",
    "audit_sample",
    "bank_result",
    "check_authorisation",
    "closed_month",
    "exit_step",
    "export_part",
    "filed_row",
    "finding_act",
    "finding_paper",
    "fund_adjustment",
    "goods_move",
    "honour_status",
    "household_income",
    "household_transfer",
    "household_visit",
    "import_finding",
    "import_part",
    "leave_settlement",
    "premium_payment",
    "receipt",
    "relief_act",
    "screening_attempt",
    "screening_detail",
    "voucher",
    "voucher_line",
}
NO_INSERT = {"person", "record_entry"}
NO_UPDATE = APPEND_ONLY | {"idempotency_key", "relative", "record_entry"}


@pytest.fixture
def border(superuser_connection: Connection, app_role: str) -> Border:
    return walls.build(superuser_connection, app_role)


def check_sight(border: Border, name: str) -> None:
    assert walls.seen(border, name, border.ours.scope) == ["ours"]
    assert walls.seen(border, name, border.theirs.scope) == ["theirs"]
    assert walls.seen(border, name, NOBODY) == []


def check_writing(border: Border, name: str) -> None:
    assert walls.try_insert(border, name, border.theirs) == (NO_RIGHT if name in NO_INSERT else BEHIND_WALL)
    assert walls.try_update(border, name, border.theirs) == (NO_RIGHT if name in NO_UPDATE else 0)


@pytest.mark.parametrize("name", TABLES)
def test_scope_shows_its_own_rows_only(border: Border, name: str) -> None:
    check_sight(border, name)


@pytest.mark.parametrize("name", TABLES)
def test_scope_writes_its_own_rows_only(border: Border, name: str) -> None:
    check_writing(border, name)
    # What is ours goes through, so that the refusals above are the wall's.
    assert walls.try_insert(border, name, border.ours) == (NO_RIGHT if name in NO_INSERT else "")
    assert walls.try_update(border, name, border.ours) in ({NO_RIGHT} if name in NO_UPDATE else {1, ""})


@pytest.mark.parametrize("name", TABLES)
def test_without_the_wall_the_checks_fail(border: Border, name: str) -> None:
    walls.open_wall(border, name)
    with pytest.raises(AssertionError):
        check_sight(border, name)
    if not (name in NO_INSERT and name in NO_UPDATE):
        with pytest.raises(AssertionError):
            check_writing(border, name)


def file_a_case_for_their_member(border: Border) -> None:
    membership = border.theirs.rows["membership"]
    stray = row_of(
        TABLES["application"],
        unit_id=border.ours.unit_id,
        membership_id=membership["id"],
        person_id=membership["person_id"],
        filed_by=border.ours.rows["account"]["id"],
    )
    insert(border.connection, TABLES["application"], stray)


def test_a_case_cannot_hang_on_another_units_member(border: Border) -> None:
    with pytest.raises(IntegrityError, match="fk_application_membership"):
        file_a_case_for_their_member(border)


def test_without_the_key_to_the_member_it_could(border: Border) -> None:
    border.connection.execute(text("ALTER TABLE application DROP CONSTRAINT fk_application_membership"))
    file_a_case_for_their_member(border)


@pytest.mark.parametrize("name", ["act", "assessment", "disbursement", "document", "entitlement", "notice"])
def test_nothing_of_one_unit_hangs_on_anothers_case(border: Border, name: str) -> None:
    table, ours = TABLES[name], border.ours.rows
    keys = {key.parent.name: ours[key.column.table.name]["id"] for key in table.foreign_keys if not key.parent.nullable}
    person = ours["person"]["id"]
    own_case = {
        **keys,
        "unit_id": border.ours.unit_id,
        "application_id": ours["application"]["id"],
        "person_id": person,
    }
    insert(border.connection, table, row_of(table, **own_case))
    stray = row_of(table, **own_case | {"application_id": border.theirs.rows["application"]["id"], "instalment": 2})
    with pytest.raises(IntegrityError, match=f"fk_{name}_application"):
        insert(border.connection, table, stray)


@pytest.fixture
def narrow_engine(serving_url: str) -> Iterator[Engine]:
    """One pooled connection, so that every transaction meets the one before it."""
    engine = create_engine(serving_url, pool_size=1, max_overflow=0)
    yield engine
    engine.dispose()


_LOOK = text("SELECT pg_backend_pid() AS process, count(*) AS units FROM unit")


def look(engine: Engine) -> tuple[int, int]:
    with engine.begin() as connection:
        process, units = connection.execute(_LOOK).one()
    return process, units


def test_scope_ends_with_its_transaction(narrow_engine: Engine) -> None:
    with session_for(narrow_engine, Scope(account_id=uuid.uuid4(), paths=("/",))) as session:
        process, units = session.execute(_LOOK).one()
    assert units > 0
    assert look(narrow_engine) == (process, 0)


def test_scope_ends_with_a_transaction_that_fails(narrow_engine: Engine) -> None:
    process = look(narrow_engine)[0]
    with pytest.raises(ZeroDivisionError), session_for(narrow_engine, Scope(paths=("/",))):
        raise ZeroDivisionError
    assert look(narrow_engine) == (process, 0)


def test_the_check_of_leaks_sees_a_leak(narrow_engine: Engine) -> None:
    with narrow_engine.begin() as connection:
        connection.execute(text("SET benefits.scope = '{/}'"))  # not LOCAL
    assert look(narrow_engine)[1] > 0


def test_scope_changes_within_an_open_transaction(narrow_engine: Engine) -> None:
    with Session(narrow_engine, info={"scope": Scope(paths=("/",))}) as session:
        assert session.execute(_LOOK).one().units > 0
        set_scope(session, NOBODY)
        assert session.execute(_LOOK).one().units == 0
