"""Files of exports; and the serving role may see which migration it serves."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context, op

from models.walls import install_walls

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    app_role = context.config.attributes["app_role"]
    op.create_table(
        "export_part",
        sa.Column("export_id", sa.Uuid(), nullable=False, comment="the job that made it"),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False, comment="the account that may fetch it"),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["export_id"], ["job.id"], name=op.f("fk_export_part_export_id")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_export_part_account_id")),
        sa.PrimaryKeyConstraint("export_id", "part", name=op.f("pk_export_part")),
    )
    install_walls(op.get_bind(), app_role=app_role, record_role=context.config.attributes["record_role"])
    op.execute(f'GRANT SELECT ON alembic_version TO "{app_role}"')


def downgrade() -> None:
    app_role = context.config.attributes["app_role"]
    op.execute(f'REVOKE SELECT ON alembic_version FROM "{app_role}"')
    op.drop_table("export_part")
