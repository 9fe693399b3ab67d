"""The functions of verification as they are now, and a constraint that the model had and the database lacked."""

from __future__ import annotations

from alembic import context, op
from sqlalchemy import inspect

import models.tables  # noqa: F401 - the metadata must be whole
from models.functions import install_functions
from models.record import install_triggers, recorded_tables
from models.walls import install_walls

revision = "0027"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    connection, attributes = op.get_bind(), context.config.attributes
    app_role, record_role = attributes["app_role"], attributes["record_role"]
    op.create_check_constraint(op.f("ck_honour_checked_whole"), "honour", "(checked_by IS NULL) = (checked_on IS NULL)")
    there = set(inspect(connection).get_table_names())
    for table in recorded_tables():
        if table.name in there:
            install_triggers(connection, table, record_role)
    install_functions(connection, app_role=app_role, record_role=record_role)
    install_walls(connection, app_role=app_role, record_role=record_role)


def downgrade() -> None:
    op.drop_constraint(op.f("ck_honour_checked_whole"), "honour")
