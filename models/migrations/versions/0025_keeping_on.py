"""What was erased stays erased; what was lent and what was restored go one way; heads of this record alone are kept."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context, op

import models.tables  # noqa: F401 - the metadata must be whole
from models.erased import install_erased, remove_erased
from models.functions import install_functions
from models.one_way import install_one_way, remove_one_way

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    connection, attributes = op.get_bind(), context.config.attributes
    op.create_index("ix_person_erased", "person", ["id"], unique=False, postgresql_where=sa.text("key_wrapped IS NULL"))
    install_functions(connection, app_role=attributes["app_role"], record_role=attributes["record_role"])
    install_one_way(connection)
    install_erased(connection, attributes["record_role"])


def downgrade() -> None:
    remove_erased(op.get_bind())
    remove_one_way(op.get_bind())
    op.drop_index("ix_person_erased", table_name="person")
