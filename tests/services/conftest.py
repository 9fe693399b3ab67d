"""A superuser at the door of the tests' database, and the serving role as it signs in."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, create_engine, make_url
from sqlalchemy.pool import NullPool

from tools.provision import Provisioned


@pytest.fixture
def superuser_connection(superuser_url: str, base: Provisioned) -> Iterator[Connection]:
    """A superuser's connection with a transaction that is undone after the test."""
    address = make_url(superuser_url).set(database=make_url(base.owner_url).database)
    with create_engine(address, poolclass=NullPool).connect() as connection:
        yield connection
        connection.rollback()


@pytest.fixture
def app_role(base: Provisioned) -> str:
    """The name of the serving role."""
    return base.roles.app


@pytest.fixture
def serving_url(base: Provisioned) -> str:
    """The address by which the serving role signs in."""
    return base.app_url
