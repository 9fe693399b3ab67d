"""A person is locked with the whole household: what one is given is reserved before another of them is asked about."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from tests.api.test_one_household import hold_wife
from tests.driver import Api
from tests.story import rows
from tools.provision import Provisioned

LOCK = text("SELECT household_lock(ARRAY[CAST(:person AS uuid)])")
# The control removed: a person without the household.
ALONE = """
CREATE OR REPLACE FUNCTION household_people(people_ uuid[]) RETURNS uuid[] LANGUAGE plpgsql AS
$$ BEGIN RETURN people_; END $$
"""


@contextmanager
def held(committed: Provisioned, person: object) -> Iterator[Connection]:
    """The person locked in a transaction of its own."""
    engine = create_engine(committed.app_url, poolclass=NullPool)
    with engine.connect() as connection, connection.begin():
        connection.execute(text("SET LOCAL lock_timeout = '200ms'"))
        connection.execute(LOCK, {"person": person})
        yield connection


def person_of(api: Api, staff_number: str) -> object:
    return rows(api, "SELECT person_id FROM membership WHERE staff_number = :s", s=staff_number)[0].person_id


def test_who_shares_a_file_waits_for_the_other(committed_api: Api, committed: Provisioned) -> None:
    hold_wife(committed_api)
    husband, wife, other = (person_of(committed_api, each) for each in ("D01-001", "D02-001", "D01-003"))
    with held(committed, husband):
        with pytest.raises(OperationalError, match="lock timeout"), held(committed, wife):
            pass
        with held(committed, other):
            pass


def test_without_the_household_nobody_would(committed_api: Api, committed: Provisioned) -> None:
    hold_wife(committed_api)
    owner = create_engine(committed.owner_url, poolclass=NullPool)
    with owner.connect() as connection, connection.begin():
        connection.exec_driver_sql(f"SET LOCAL ROLE {committed.roles.record}; {ALONE}")
    with held(committed, person_of(committed_api, "D01-001")), held(committed, person_of(committed_api, "D02-001")):
        pass
