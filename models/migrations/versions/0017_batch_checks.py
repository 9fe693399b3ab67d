"""What the bank said against the books is settled on the evidence itself."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context, op

import models.tables  # noqa: F401 - the metadata must be whole
from models.database import Base
from models.record import install_triggers
from models.walls import install_walls

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "bank_result",
        sa.Column("settled_as", sa.String(), nullable=True, comment="evidence only: how finance settled it"),
    )
    op.add_column("bank_result", sa.Column("settled_note", sa.String(), nullable=True))
    op.add_column("bank_result", sa.Column("settled_by", sa.Uuid(), nullable=True))
    op.add_column("bank_result", sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True))
    op.create_foreign_key(op.f("fk_bank_result_settled_by"), "bank_result", "account", ["settled_by"], ["id"])
    op.create_check_constraint(
        op.f("ck_bank_result_settled_as_known"), "bank_result", "settled_as IN ('paid', 'returned', 'upheld')"
    )
    op.create_check_constraint(
        op.f("ck_bank_result_settled_whole"),
        "bank_result",
        "num_nulls(settled_as, settled_note, settled_by, settled_at) IN (0, 4)",
    )
    op.create_check_constraint(
        op.f("ck_bank_result_evidence_settled"), "bank_result", "settled_at IS NULL OR NOT booked"
    )
    op.create_index(
        "ix_bank_result_open",
        "bank_result",
        ["disbursement_id"],
        postgresql_where=sa.text("NOT booked AND settled_at IS NULL"),
    )
    attributes = context.config.attributes
    for name in ("bank_result",):
        install_triggers(op.get_bind(), Base.metadata.tables[name], attributes["record_role"])
    install_walls(op.get_bind(), app_role=attributes["app_role"], record_role=attributes["record_role"])


def downgrade() -> None:
    op.drop_index("ix_bank_result_open", table_name="bank_result")
    for name in ("evidence_settled", "settled_whole", "settled_as_known"):
        op.drop_constraint(op.f(f"ck_bank_result_{name}"), "bank_result", type_="check")
    op.drop_constraint(op.f("fk_bank_result_settled_by"), "bank_result", type_="foreignkey")
    for name in ("settled_at", "settled_by", "settled_note", "settled_as"):
        op.drop_column("bank_result", name)
