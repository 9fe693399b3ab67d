"""Which migration the database stands at, and which one this code needs."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text


@cache
def newest() -> str | None:
    """The last migration of this checkout."""
    return ScriptDirectory(str(Path(__file__).with_name("migrations"))).get_current_head()


def reached(connection: Connection) -> str | None:
    """The migration that the database of `connection` stands at; None before the first."""
    version: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return version
