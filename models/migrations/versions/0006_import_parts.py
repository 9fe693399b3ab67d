"""The files of imports in parts, so that no statement carries a whole one; what was sent before is sent again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context, op

import models.tables  # noqa: F401 - the metadata must be whole
from models.database import Base
from models.record import install_triggers
from models.walls import install_walls

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    record_role = context.config.attributes["record_role"]
    op.create_table(
        "import_part",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False, comment="under the import's key"),
        sa.ForeignKeyConstraint(["import_id"], ["import.id"], name=op.f("fk_import_part_import_id")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_import_part_account_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_import_part_unit_id")),
        sa.PrimaryKeyConstraint("import_id", "part", name=op.f("pk_import_part")),
    )
    op.drop_column("import", "content")
    install_triggers(op.get_bind(), Base.metadata.tables["import"], record_role)
    install_walls(op.get_bind(), app_role=context.config.attributes["app_role"], record_role=record_role)


def downgrade() -> None:
    op.add_column("import", sa.Column("content", sa.LargeBinary(), nullable=True))
    op.drop_table("import_part")
