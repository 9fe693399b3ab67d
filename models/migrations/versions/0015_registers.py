"""Registers: honours with their states, studios, the census, units' dues, sheets of cases, the house's own jobs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context, op

import models.tables  # noqa: F401 - the walls stand around every table
from models.database import Base
from models.functions import install_functions, install_versions
from models.record import install_triggers
from models.walls import install_walls

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_MADE = ("census_sheet", "filed_row", "honour_status", "studio", "unit_dues")


def upgrade() -> None:
    op.create_unique_constraint("uq_honour_anchor", "honour", ["id", "unit_id", "person_id"])
    op.create_table(
        "census_sheet",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("membership_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("content_cipher", sa.LargeBinary(), nullable=False, comment="income, household, health, hardship"),
        sa.Column("surveyed_by", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column(
            "touched_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("year BETWEEN 1900 AND 2100", name=op.f("ck_census_sheet_year_sound")),
        sa.ForeignKeyConstraint(
            ["membership_id", "unit_id", "person_id"],
            ["membership.id", "membership.unit_id", "membership.person_id"],
            name="fk_census_sheet_membership",
        ),
        sa.ForeignKeyConstraint(["surveyed_by"], ["account.id"], name=op.f("fk_census_sheet_surveyed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_census_sheet")),
        sa.UniqueConstraint("membership_id", "year", name=op.f("uq_census_sheet_membership_id_year")),
    )
    op.create_index(op.f("ix_census_sheet_unit_id_year"), "census_sheet", ["unit_id", "year"], unique=False)
    op.create_table(
        "studio",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("head_id", sa.Uuid(), nullable=False, comment="the head's membership"),
        sa.Column("person_id", sa.Uuid(), nullable=False, comment="the head"),
        sa.Column("founded_on", sa.Date(), nullable=False),
        sa.Column("named_by", sa.String(), nullable=True, comment="the body that gave it the name"),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("state_since", sa.Date(), nullable=False),
        sa.Column("entered_by", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column(
            "touched_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("state IN ('active', 'suspended', 'closed')", name=op.f("ck_studio_state_known")),
        sa.ForeignKeyConstraint(["entered_by"], ["account.id"], name=op.f("fk_studio_entered_by")),
        sa.ForeignKeyConstraint(
            ["head_id", "unit_id", "person_id"],
            ["membership.id", "membership.unit_id", "membership.person_id"],
            name="fk_studio_head",
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_studio_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_studio")),
        sa.UniqueConstraint("unit_id", "name", name=op.f("uq_studio_unit_id_name")),
    )
    op.create_index(op.f("ix_studio_unit_id_id"), "studio", ["unit_id", "id"], unique=False)
    op.create_table(
        "unit_dues",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("paid_through", sa.Date(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("entered_by", sa.Uuid(), nullable=False),
        sa.Column("voided_by", sa.Uuid(), nullable=True),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("void_reason", sa.String(), nullable=True),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column(
            "touched_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.ForeignKeyConstraint(["entered_by"], ["account.id"], name=op.f("fk_unit_dues_entered_by")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_unit_dues_unit_id")),
        sa.ForeignKeyConstraint(["voided_by"], ["account.id"], name=op.f("fk_unit_dues_voided_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_dues")),
    )
    op.create_index(op.f("ix_unit_dues_unit_id_paid_through"), "unit_dues", ["unit_id", "paid_through"], unique=False)
    op.create_table(
        "honour_status",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("honour_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("since_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("entered_by", sa.Uuid(), nullable=True),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint(
            "state IN ('valid', 'revoked', 'suspended', 'deceased', 'lost_contact', 'emigrated')",
            name=op.f("ck_honour_status_state_known"),
        ),
        sa.ForeignKeyConstraint(["entered_by"], ["account.id"], name=op.f("fk_honour_status_entered_by")),
        sa.ForeignKeyConstraint(
            ["honour_id", "unit_id", "person_id"],
            ["honour.id", "honour.unit_id", "honour.person_id"],
            name="fk_honour_status_honour",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_honour_status")),
    )
    op.create_index(
        op.f("ix_honour_status_honour_id_since_on_id"), "honour_status", ["honour_id", "since_on", "id"], unique=False
    )
    op.create_table(
        "filed_row",
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False, comment="as in the sheet"),
        sa.Column("digest", sa.LargeBinary(), nullable=False, comment="keyed hash of what the row says"),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["application_id", "unit_id"], ["application.id", "application.unit_id"], name="fk_filed_row_application"
        ),
        sa.ForeignKeyConstraint(["import_id"], ["import.id"], name=op.f("fk_filed_row_import_id")),
        sa.PrimaryKeyConstraint("application_id", name=op.f("pk_filed_row")),
        sa.UniqueConstraint("unit_id", "digest", name=op.f("uq_filed_row_unit_id_digest")),
    )
    op.add_column(
        "application",
        sa.Column("kind", sa.String(), nullable=True, comment="the ledger's, as the last assessment told it"),
    )
    op.add_column("honour", sa.Column("certificate_number", sa.String(), nullable=True))
    op.add_column("honour", sa.Column("term", sa.String(), nullable=True, comment="届次"))
    op.add_column("honour", sa.Column("treatment_document", sa.String(), nullable=True, comment="享受待遇文件"))
    op.add_column("honour", sa.Column("entered_by", sa.Uuid(), nullable=True, comment="who wrote it last"))
    op.add_column("honour", sa.Column("entered_person_id", sa.Uuid(), nullable=True))
    op.add_column("honour", sa.Column("checked_by", sa.Uuid(), nullable=True, comment="who saw the certificate itself"))
    op.add_column("honour", sa.Column("checked_on", sa.Date(), nullable=True))
    op.create_index(op.f("ix_honour_unit_id_id"), "honour", ["unit_id", "id"], unique=False)
    op.create_foreign_key(op.f("fk_honour_checked_by"), "honour", "account", ["checked_by"], ["id"])
    op.create_foreign_key(op.f("fk_honour_entered_person_id"), "honour", "person", ["entered_person_id"], ["id"])
    op.create_foreign_key(op.f("fk_honour_entered_by"), "honour", "account", ["entered_by"], ["id"])
    record_role = context.config.attributes["record_role"]
    # The owner sees no row behind the walls; the record role does.
    op.execute(
        f'GRANT SELECT ON honour TO "{record_role}"; GRANT INSERT ON honour_status TO "{record_role}"; '
        f'SET LOCAL ROLE "{record_role}"; '
        "INSERT INTO honour_status (id, honour_id, unit_id, person_id, state, since_on) "
        "SELECT overlay(gen_random_uuid()::text PLACING '00000000' FROM 1 FOR 8)::uuid, id, unit_id, person_id, 'revoked', "
        "revoked_on FROM honour WHERE revoked_on IS NOT NULL; RESET ROLE; "
        f'REVOKE SELECT ON honour FROM "{record_role}"; REVOKE INSERT ON honour_status FROM "{record_role}"'
    )
    op.drop_column("honour", "revoked_on")
    op.alter_column("job", "account_id", existing_type=sa.UUID(), nullable=True, comment="null: the system")
    op.create_index(
        "uq_job_daily",
        "job",
        ["kind", "unit_id", sa.literal_column("(params ->> 'day')")],
        unique=True,
        postgresql_where=sa.text("account_id IS NULL"),
    )
    connection, app_role = op.get_bind(), context.config.attributes["app_role"]
    op.execute(
        f'GRANT SELECT ON job TO "{record_role}"; GRANT SELECT, DELETE ON import_part, export_part TO "{record_role}"'
    )
    install_versions(connection, ["census_sheet", "studio", "unit_dues"])
    for name in (*_MADE, "application", "honour"):
        install_triggers(connection, Base.metadata.tables[name], record_role)
    install_functions(connection, app_role=app_role, record_role=record_role)
    install_walls(connection, app_role=app_role, record_role=record_role)


def downgrade() -> None:
    op.execute("DROP FUNCTION files_forget(timestamptz)")
    op.drop_index("uq_job_daily", table_name="job", postgresql_where=sa.text("account_id IS NULL"))
    op.alter_column(
        "job", "account_id", existing_type=sa.UUID(), nullable=False, comment=None, existing_comment="null: the system"
    )
    op.add_column("honour", sa.Column("revoked_on", sa.DATE(), autoincrement=False, nullable=True))
    op.drop_constraint(op.f("fk_honour_entered_by"), "honour", type_="foreignkey")
    op.drop_constraint(op.f("fk_honour_entered_person_id"), "honour", type_="foreignkey")
    op.drop_constraint(op.f("fk_honour_checked_by"), "honour", type_="foreignkey")
    op.drop_index(op.f("ix_honour_unit_id_id"), table_name="honour")
    op.drop_column("honour", "checked_on")
    op.drop_column("honour", "checked_by")
    op.drop_column("honour", "entered_person_id")
    op.drop_column("honour", "entered_by")
    op.drop_column("honour", "treatment_document")
    op.drop_column("honour", "term")
    op.drop_column("honour", "certificate_number")
    op.drop_column("application", "kind")
    op.drop_table("filed_row")
    op.drop_index(op.f("ix_honour_status_honour_id_since_on_id"), table_name="honour_status")
    op.drop_table("honour_status")
    op.drop_constraint("uq_honour_anchor", "honour", type_="unique")
    op.drop_index(op.f("ix_unit_dues_unit_id_paid_through"), table_name="unit_dues")
    op.drop_table("unit_dues")
    op.drop_index(op.f("ix_studio_unit_id_id"), table_name="studio")
    op.drop_table("studio")
    op.drop_index(op.f("ix_census_sheet_unit_id_year"), table_name="census_sheet")
    op.drop_table("census_sheet")
    for name in _MADE:
        op.execute(f"DROP FUNCTION record_{name}()")
