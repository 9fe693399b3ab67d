"""Alembic's door: migrations run as the owner role, with the serving and record roles named by whoever starts them."""

from __future__ import annotations

from alembic import context
from sqlalchemy import create_engine, pool

import models.tables  # noqa: F401 - every table must be known to the metadata
from models.database import Base

_url = context.config.attributes["url"]
_engine = create_engine(_url, poolclass=pool.NullPool)

with _engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        compare_type=True,
        compare_server_default=False,
        transaction_per_migration=False,
    )
    with context.begin_transaction():
        connection.exec_driver_sql("SET LOCAL lock_timeout = '10s'")
        # Functions of the record role keep this path. Without pg_temp at its end it would come first, and the serving
        # role could put a table of its own before the record's.
        connection.exec_driver_sql(
            "SELECT set_config('search_path', current_setting('search_path') || ', pg_temp', true)"
        )
        context.run_migrations()
