"""Verification: every row against its last image, the record against its seal, balances against their postings."""

from __future__ import annotations

from alembic import context, op
from sqlalchemy import inspect, text

import models.tables  # noqa: F401 - the metadata must be whole
from models.functions import install_functions
from models.record import install_triggers, recorded_tables
from models.walls import install_walls

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_TOLD = ("record_unsound()", "record_misplaced()", "record_disordered()", "books_unsound()", "record_compared(text)")


def upgrade() -> None:
    connection, attributes = op.get_bind(), context.config.attributes
    app_role, record_role = attributes["app_role"], attributes["record_role"]
    there = set(inspect(connection).get_table_names())
    for table in recorded_tables():
        if table.name in there:
            install_triggers(connection, table, record_role)
    install_functions(connection, app_role=app_role, record_role=record_role)
    install_walls(connection, app_role=app_role, record_role=record_role)


def downgrade() -> None:
    connection = op.get_bind()
    names = (
        "SELECT proname FROM pg_proc WHERE proname LIKE 'compare\\_%' AND pronamespace = current_schema()::regnamespace"
    )
    for name in connection.scalars(text(names)).all():
        op.execute(f'DROP FUNCTION "{name}"()')
    for function in _TOLD:
        op.execute(f"DROP FUNCTION {function}")
