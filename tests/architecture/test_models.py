"""What the tables promise before there is a database: walls, anchors of cases, words for every closed list."""

from __future__ import annotations

import pytest
from sqlalchemy import ForeignKeyConstraint, Table

import models.tables  # noqa: F401 - the metadata must be whole
from models.database import Base
from models.record import UNRECORDED
from models.walls import UNWALLED, WALLS

TABLES = sorted(Base.metadata.tables.values(), key=lambda table: table.name)
CASES = [table for table in TABLES if "application_id" in table.columns and table.name != "record_entry"]


def name(table: Table) -> str:
    return table.name


@pytest.mark.parametrize("table", TABLES, ids=name)
def test_table_has_a_wall_or_a_reason(table: Table) -> None:
    assert (table.name in WALLS) != (table.name in UNWALLED)
    assert UNWALLED.get(table.name, "a wall")


def test_no_wall_stands_for_a_table_that_is_gone() -> None:
    names = {table.name for table in TABLES}
    assert WALLS.keys() | UNWALLED.keys() == names
    assert names >= UNRECORDED


def test_tables_of_cases_were_found() -> None:
    assert {table.name for table in CASES} >= {"act", "assessment", "disbursement", "document", "entitlement"}


@pytest.mark.parametrize("table", CASES, ids=name)
def test_row_of_a_case_cannot_lie_in_another_unit(table: Table) -> None:
    """A key to a case carries the case's unit, so that no row of one unit hangs on another's case."""
    keys = [
        sorted(element.target_fullname for element in constraint.elements)
        for constraint in table.constraints
        if isinstance(constraint, ForeignKeyConstraint) and constraint.referred_table.name == "application"
    ]
    assert keys, "it names a case without a foreign key"
    for key in keys:
        assert {"application.id", "application.unit_id"} <= set(key)


@pytest.mark.parametrize("table", [table for table in TABLES if "membership_id" in table.columns], ids=name)
def test_what_hangs_on_a_membership_is_of_its_unit_and_person(table: Table) -> None:
    keys = [
        {element.target_fullname for element in constraint.elements}
        for constraint in table.constraints
        if isinstance(constraint, ForeignKeyConstraint) and constraint.referred_table.name == "membership"
    ]
    assert keys == [{"membership.id", "membership.unit_id", "membership.person_id"}]
