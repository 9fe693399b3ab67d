"""A connection to the embedded PostgreSQL; the compiled statements bring their rows themselves."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import NullPool


@pytest.fixture(scope="package")
def postgresql(superuser_url: str) -> Iterator[Connection]:
    """A connection that reads and writes no table."""
    with create_engine(superuser_url, poolclass=NullPool, isolation_level="AUTOCOMMIT").connect() as connection:
        yield connection
