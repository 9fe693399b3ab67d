"""A statement that changes many rows is recorded in time in proportion to them."""

from __future__ import annotations

from alembic import context, op
from sqlalchemy import inspect

import models.tables  # noqa: F401 - the metadata must be whole
from models.record import install_triggers, recorded_tables

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    connection = op.get_bind()
    there = set(inspect(connection).get_table_names())
    for table in recorded_tables():
        if table.name in there:
            install_triggers(connection, table, context.config.attributes["record_role"])


def downgrade() -> None:
    """The functions of before record the same."""
