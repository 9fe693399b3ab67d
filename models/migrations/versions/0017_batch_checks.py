"""The check before a payment; what the bank said against the books is settled on the evidence itself."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context, op
from sqlalchemy.dialects import postgresql

import models.tables  # noqa: F401 - the metadata must be whole
from models.database import Base
from models.functions import install_functions
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
    op.add_column(
        "payment_batch",
        sa.Column(
            "flags",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=True,
            comment="what the check told when it was approved: serials by reason",
        ),
    )
    connection, attributes = op.get_bind(), context.config.attributes
    app_role, record_role = attributes["app_role"], attributes["record_role"]
    op.execute(f'GRANT SELECT ON disbursement, membership TO "{record_role}"')
    for name in ("bank_result", "payment_batch"):
        install_triggers(connection, Base.metadata.tables[name], record_role)
    install_functions(connection, app_role=app_role, record_role=record_role)
    install_walls(connection, app_role=app_role, record_role=record_role)


def downgrade() -> None:
    op.execute("DROP FUNCTION account_people(bytea[])")
    op.drop_column("payment_batch", "flags")
    op.drop_index("ix_bank_result_open", table_name="bank_result")
    for name in ("evidence_settled", "settled_whole", "settled_as_known"):
        op.drop_constraint(op.f(f"ck_bank_result_{name}"), "bank_result", type_="check")
    op.drop_constraint(op.f("fk_bank_result_settled_by"), "bank_result", type_="foreignkey")
    for name in ("settled_at", "settled_by", "settled_note", "settled_as"):
        op.drop_column("bank_result", name)
