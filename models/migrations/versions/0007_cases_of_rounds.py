"""A case may be filed in a round."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context, op

import models.tables  # noqa: F401 - the metadata must be whole
from models.database import Base
from models.record import install_triggers

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("application", sa.Column("round_id", sa.Uuid(), nullable=True, comment="in which it was filed"))
    op.create_foreign_key(op.f("fk_application_round_id"), "application", "round", ["round_id"], ["id"])
    op.create_index(op.f("ix_application_round_id"), "application", ["round_id"], unique=False)
    install_triggers(op.get_bind(), Base.metadata.tables["application"], context.config.attributes["record_role"])


def downgrade() -> None:
    op.drop_index(op.f("ix_application_round_id"), table_name="application")
    op.drop_constraint(op.f("fk_application_round_id"), "application", type_="foreignkey")
    op.drop_column("application", "round_id")
