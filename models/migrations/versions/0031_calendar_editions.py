"""The official calendar in editions: what a later notice says of a day stands beside what was known of it before.

A day's row has another name in the record from here on, so every row goes and comes anew, and both are recorded.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context, op
from sqlalchemy import Connection

import models.tables  # noqa: F401 - the metadata must be whole
from models.database import Base
from models.record import install_triggers
from models.walls import privileges_of

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

_BEFORE = sa.Table(
    "calendar_day",
    sa.MetaData(),
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("working", sa.Boolean),
    sa.Column("name", sa.Text),
    sa.Column("source", sa.Text),
)
_AFTER = Base.metadata.tables["calendar_day"]


def upgrade() -> None:
    connection = op.get_bind()
    rows = _taken_out(connection, _BEFORE)
    op.drop_constraint("pk_calendar_day", "calendar_day", type_="primary")
    op.add_column("calendar_day", sa.Column("edition", sa.Integer, nullable=False))
    op.create_primary_key("pk_calendar_day", "calendar_day", ["day", "edition"])
    _put_back(connection, _AFTER, [{**row, "edition": 1} for row in rows])
    app_role = context.config.attributes["app_role"]
    connection.exec_driver_sql(f'REVOKE ALL ON calendar_day FROM "{app_role}"')
    connection.exec_driver_sql(f'GRANT {privileges_of("calendar_day")} ON calendar_day TO "{app_role}"')


def downgrade() -> None:
    connection = op.get_bind()
    rows = _taken_out(connection, _AFTER)
    op.drop_column("calendar_day", "edition")  # and the key with it
    op.create_primary_key("pk_calendar_day", "calendar_day", ["day"])
    latest = {row.pop("day"): row for row in rows if row.pop("edition")}
    _put_back(connection, _BEFORE, [{"day": day, **row} for day, row in latest.items()])
    connection.exec_driver_sql(f'GRANT UPDATE ON calendar_day TO "{context.config.attributes["app_role"]}"')


def _taken_out(connection: Connection, table: sa.Table) -> list[dict[str, object]]:
    install_triggers(connection, table, context.config.attributes["record_role"])
    rows = [dict(row) for row in connection.execute(sa.select(table).order_by(*table.primary_key)).mappings()]
    connection.execute(sa.delete(table))
    return rows


def _put_back(connection: Connection, table: sa.Table, rows: list[dict[str, object]]) -> None:
    install_triggers(connection, table, context.config.attributes["record_role"])
    if rows:
        connection.execute(sa.insert(table), rows)
