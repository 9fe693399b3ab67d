"""A connection to the embedded PostgreSQL; the compiled statements bring their rows themselves."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import NullPool

from benefits.rules import assessment


@pytest.fixture(scope="package")
def postgresql(superuser_url: str) -> Iterator[Connection]:
    """A connection that reads and writes no table."""
    with create_engine(superuser_url, poolclass=NullPool, isolation_level="AUTOCOMMIT").connect() as connection:
        yield connection


@pytest.fixture(autouse=True)
def no_search_for_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first passing day belongs to the explanation, and is slow; the answers are what is compared."""
    monkeypatch.setattr(assessment, "first_passing_day", lambda *_: None)
