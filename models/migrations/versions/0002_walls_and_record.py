"""Walls, privileges, functions of the record role, versions and record triggers."""

from __future__ import annotations

from alembic import context, op
from sqlalchemy import Connection, inspect

import models.tables  # noqa: F401 - the walls stand around every table
from models.database import Base
from models.functions import install_functions, install_versions
from models.record import install_triggers, recorded_tables
from models.walls import install_walls

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def existing(connection: Connection) -> set[str]:
    """The tables of the models that are there by now; later migrations make the others, with their walls and triggers."""
    return Base.metadata.tables.keys() & set(inspect(connection).get_table_names())


def upgrade() -> None:
    app_role = context.config.attributes["app_role"]
    record_role = context.config.attributes["record_role"]
    connection = op.get_bind()
    there = existing(connection)
    install_versions(connection, sorted(name for name in there if "version" in Base.metadata.tables[name].columns))
    for table in recorded_tables():
        if table.name in there:
            install_triggers(connection, table, record_role)
    op.execute(
        f'GRANT SELECT ON unit, person, account, relative, application, entitlement TO "{record_role}"; '
        f'GRANT INSERT ON person TO "{record_role}"'
    )
    install_functions(connection, app_role=app_role, record_role=record_role)
    install_walls(connection, app_role=app_role, record_role=record_role)
    op.execute(f'ALTER TABLE record_entry OWNER TO "{record_role}"')
    op.execute(f'GRANT SELECT ON record_entry TO "{app_role}"')


def downgrade() -> None:
    connection = op.get_bind()
    owner = connection.exec_driver_sql("SELECT current_user").scalar()
    op.execute(f'ALTER TABLE record_entry OWNER TO "{owner}"')
    for name in existing(connection):
        for policy in ("wall", "wall_write", "wall_change", "record_passes"):
            op.execute(f'DROP POLICY IF EXISTS {policy} ON "{name}"')
        op.execute(f'ALTER TABLE "{name}" DISABLE ROW LEVEL SECURITY; ALTER TABLE "{name}" NO FORCE ROW LEVEL SECURITY')
    op.execute(
        "DO $$ DECLARE f regprocedure; BEGIN "
        "FOR f IN SELECT p.oid::regprocedure FROM pg_proc p WHERE p.pronamespace = current_schema()::regnamespace "
        "AND p.prokind = 'f' LOOP EXECUTE 'DROP FUNCTION ' || f || ' CASCADE'; END LOOP; END $$"
    )
