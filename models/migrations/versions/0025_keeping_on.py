"""What was erased stays erased, some rows go one way, bank files grow old, reasons enter the record as digests."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context, op

import models.tables  # noqa: F401 - the metadata must be whole
from models.database import Base
from models.erased import install_erased, remove_erased
from models.functions import install_functions
from models.one_way import install_one_way, remove_one_way
from models.record import install_triggers

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


# Free text of tables that belong to no person.
_FREE_TEXT = (
    ("goods_adjustment", "reason"),
    ("goods_adjustment", "note"),
    ("relief_act", "note"),
    ("roster", "ended_reason"),
)
_NEW_FUNCTIONS = ("case_held(uuid, uuid)", "bank_answers_forget(timestamptz)")


def upgrade() -> None:
    connection, attributes = op.get_bind(), context.config.attributes
    told = "of file and key, when they need not be kept any longer"
    op.add_column("payment_batch", sa.Column("destroyed_at", sa.DateTime(timezone=True), nullable=True, comment=told))
    op.alter_column("payment_batch", "key_wrapped", nullable=True)
    op.alter_column("payment_batch", "file", nullable=True)
    op.create_check_constraint(
        op.f("ck_payment_batch_file_until_destroyed"),
        "payment_batch",
        "num_nulls(key_wrapped, file) = CASE WHEN destroyed_at IS NULL THEN 0 ELSE 2 END",
    )
    op.create_check_constraint(
        op.f("ck_payment_batch_kept_thirty_years"),
        "payment_batch",
        "destroyed_at IS NULL OR state IN ('settled', 'cancelled') AND destroyed_at >= created_at + interval '30 years'",
    )
    op.alter_column(
        "import",
        "key_wrapped",
        nullable=True,
        existing_type=sa.LargeBinary(),
        comment="destroyed with the content when its time is over",
    )
    op.execute(f'GRANT UPDATE (key_wrapped) ON "import" TO "{attributes["record_role"]}"')
    for table in ("payment_batch", *sorted({table for table, _ in _FREE_TEXT})):
        install_triggers(connection, Base.metadata.tables[table], attributes["record_role"])
    # What was said before enters once more, now as a digest: the last image is what a row is compared with.
    op.execute("SELECT set_config('benefits.scope', '{/}', true)")
    for table, column in _FREE_TEXT:
        op.execute(f"UPDATE {table} SET {column} = {column} || ' ' WHERE {column} IS NOT NULL")
        op.execute(f"UPDATE {table} SET {column} = left({column}, -1) WHERE {column} IS NOT NULL")
    op.execute("SELECT set_config('benefits.scope', '', true)")
    op.create_index("ix_person_erased", "person", ["id"], unique=False, postgresql_where=sa.text("key_wrapped IS NULL"))
    install_functions(connection, app_role=attributes["app_role"], record_role=attributes["record_role"])
    install_one_way(connection)
    install_erased(connection, attributes["record_role"])


def downgrade() -> None:
    remove_erased(op.get_bind())
    remove_one_way(op.get_bind())
    op.drop_index("ix_person_erased", table_name="person")
    for signature in _NEW_FUNCTIONS:
        op.execute(f"DROP FUNCTION {signature}")
    op.alter_column("import", "key_wrapped", nullable=False, existing_type=sa.LargeBinary(), comment=None)
    op.drop_column("payment_batch", "destroyed_at")
    op.alter_column("payment_batch", "key_wrapped", nullable=False)
    op.alter_column("payment_batch", "file", nullable=False)
