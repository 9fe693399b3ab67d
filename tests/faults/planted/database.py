"""Defects in how the database keeps what it has acknowledged."""

from __future__ import annotations

from tests.faults.planted.defect import Defect

_ON_THIS_DATABASE = "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET {}', current_database()); END $$"

DEFECTS = {
    "commits_not_awaited": Defect(
        "the wait of a commit for the disk, set behind the back of the check at the start",
        sql=_ON_THIS_DATABASE.format("synchronous_commit = off"),
    ),
}
