"""Defects in how the database keeps what it has acknowledged."""

from __future__ import annotations

from api import problems, service
from tests.faults.planted.defect import Defect

_HERE = "DO $$ BEGIN EXECUTE 'ALTER DATABASE ' || quote_ident(current_database()) || ' SET {}'; END $$"


def _read_only_unforeseen() -> None:
    """A database that takes no writes is a fault like any other."""
    problems.READ_ONLY = "unforeseen"


def _settings_not_asked() -> None:
    """Whatever the server is set to is fine."""
    service.unsafe_settings = lambda _connection: {}  # type: ignore[assignment]


_NOTHING_UNSOUND = """
CREATE OR REPLACE FUNCTION record_unsound() RETURNS TABLE (row_ text, difference_ text, columns_ text[], n_ bigint)
LANGUAGE sql AS 'SELECT NULL::text, NULL::text, NULL::text[], NULL::bigint WHERE false'
"""
DEFECTS = {
    "entries_not_compared": Defect("the check of each entry against its hash and columns", sql=_NOTHING_UNSOUND),
    "settings_not_asked": Defect("the question for unsafe settings behind the health of a server", _settings_not_asked),
    "commits_not_awaited": Defect(
        "the wait of a commit for the disk, set behind the back of the check at the start",
        sql=_HERE.format("synchronous_commit = off"),
    ),
    "statements_logged": Defect(
        "that the server logs no statement that failed", sql=_HERE.format("log_min_error_statement = error")
    ),
    "read_only_unforeseen": Defect("what is told of a database that takes no writes", _read_only_unforeseen),
}
