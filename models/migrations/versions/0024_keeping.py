"""Erasure: requests, and the record role's part in them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context, op

import models.tables  # noqa: F401 - the metadata must be whole
from models.database import Base
from models.erasure_functions import personal_tables
from models.functions import install_functions, install_versions
from models.record import install_triggers
from models.walls import install_walls

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "erasure",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("membership_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("requested_by", sa.Uuid(), nullable=False),
        sa.Column("requested_by_person", sa.Uuid(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.Column("ended_by_person", sa.Uuid(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column(
            "touched_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("state IN ('requested', 'withdrawn', 'done')", name=op.f("ck_erasure_state_known")),
        sa.CheckConstraint("origin IN ('member', 'union')", name=op.f("ck_erasure_origin_known")),
        sa.CheckConstraint(
            "num_nulls(ended_by, ended_by_person, ended_at) IN (0, 3)", name=op.f("ck_erasure_end_whole")
        ),
        sa.CheckConstraint("(state = 'requested') = (ended_at IS NULL)", name=op.f("ck_erasure_ended_once")),
        sa.CheckConstraint(
            "state <> 'done' OR ended_by_person <> requested_by_person", name=op.f("ck_erasure_two_persons")
        ),
        sa.ForeignKeyConstraint(
            ["membership_id", "unit_id", "person_id"],
            ["membership.id", "membership.unit_id", "membership.person_id"],
            name="fk_erasure_membership",
        ),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_erasure_{column}"))
            for column, table in (
                ("requested_by", "account"),
                ("requested_by_person", "person"),
                ("ended_by", "account"),
                ("ended_by_person", "person"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure")),
    )
    op.create_index(op.f("ix_erasure_unit_id_id"), "erasure", ["unit_id", "id"])
    op.create_index(
        "uq_erasure_open",
        "erasure",
        ["membership_id"],
        unique=True,
        postgresql_where=sa.text("state = 'requested'"),
    )
    connection, attributes = op.get_bind(), context.config.attributes
    app_role, record_role = attributes["app_role"], attributes["record_role"]
    for table, columns in personal_tables().items():
        op.execute(f'GRANT SELECT, UPDATE ({", ".join(columns)}) ON "{table.name}" TO "{record_role}"')
    op.execute(
        f'GRANT SELECT ON receivable, household, audit_finding, erasure, account TO "{record_role}"; '
        f'GRANT UPDATE (account_hash) ON membership TO "{record_role}"; '
        f'GRANT UPDATE (key_wrapped, salt, id_cipher, id_hash, birth_date) ON person TO "{record_role}"'
    )
    op.drop_constraint(op.f("uq_receipt_bank_serial"), "receipt", type_="unique")
    op.create_unique_constraint("uq_receipt_bank_serial", "receipt", ["unit_id", "bank_serial"])
    install_versions(connection, ["erasure"])
    install_triggers(connection, Base.metadata.tables["erasure"], record_role)
    install_functions(connection, app_role=app_role, record_role=record_role)
    install_walls(connection, app_role=app_role, record_role=record_role)


def downgrade() -> None:
    op.execute(
        "DROP FUNCTION person_erase(uuid, date, integer, integer); "
        "DROP FUNCTION person_kept_until(uuid, integer, integer)"
    )
    op.drop_constraint("uq_receipt_bank_serial", "receipt", type_="unique")
    op.create_unique_constraint(op.f("uq_receipt_bank_serial"), "receipt", ["bank_serial"])
    op.drop_table("erasure")
    op.execute("DROP FUNCTION record_erasure()")
