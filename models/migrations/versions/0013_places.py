"""Scarce places of rounds, their draw and what became of them; what members owe."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context, op
from sqlalchemy.dialects import postgresql

import models.tables  # noqa: F401 - the walls stand around every table
from models.database import Base
from models.functions import install_functions, install_versions
from models.record import install_triggers
from models.walls import install_walls

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_TABLES = ("allocation", "leave_batch", "leave_settlement", "place", "receipt", "receivable", "round_quota")


def upgrade() -> None:
    op.create_unique_constraint("uq_round_anchor", "round", ["id", "unit_id"])
    op.create_table(
        "allocation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("commitment", sa.LargeBinary(), nullable=False, comment="SHA-256 of the secret, published at once"),
        sa.Column("secret_wrapped", sa.LargeBinary(), nullable=False, comment="until it is revealed"),
        sa.Column("public_source", sa.String(), nullable=True, comment="what nobody can foresee, named beforehand"),
        sa.Column("committed_by", sa.Uuid(), nullable=False),
        sa.Column("committed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=True, comment="revealed"),
        sa.Column("public_value", sa.String(), nullable=True),
        sa.Column("seed", sa.LargeBinary(), nullable=True, comment="SHA-256 of secret and public value"),
        sa.Column("outcome", postgresql.JSONB(), nullable=True, comment="as published"),
        sa.Column(
            "pool", sa.Integer(), server_default="0", nullable=False, comment="places that no waiting list wanted"
        ),
        sa.Column("allocated_by", sa.Uuid(), nullable=True),
        sa.Column("allocated_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(allocated_at IS NULL) = (secret IS NULL) AND (secret IS NULL) = (seed IS NULL) AND (seed IS NULL) = (outcome IS NULL)",
            name=op.f("ck_allocation_revealed_together"),
        ),
        sa.CheckConstraint("pool >= 0", name=op.f("ck_allocation_pool_sound")),
        sa.ForeignKeyConstraint(["allocated_by"], ["account.id"], name=op.f("fk_allocation_allocated_by")),
        sa.ForeignKeyConstraint(["committed_by"], ["account.id"], name=op.f("fk_allocation_committed_by")),
        sa.ForeignKeyConstraint(["round_id", "unit_id"], ["round.id", "round.unit_id"], name="fk_allocation_round"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_allocation")),
        sa.UniqueConstraint("round_id", name=op.f("uq_allocation_round_id")),
    )
    op.create_table(
        "leave_batch",
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("destination", sa.Text(), nullable=False),
        sa.Column("lodging", sa.Text(), nullable=False, comment="the listed base"),
        sa.Column("operator", sa.Text(), nullable=False, comment="procured openly; invoices the union"),
        sa.Column("insurer", sa.Text(), nullable=False, comment="accident insurance of every participant"),
        sa.Column("set_by", sa.Uuid(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["round_id", "unit_id"], ["round.id", "round.unit_id"], name="fk_leave_batch_round"),
        sa.ForeignKeyConstraint(["set_by"], ["account.id"], name=op.f("fk_leave_batch_set_by")),
        sa.PrimaryKeyConstraint("round_id", name=op.f("pk_leave_batch")),
    )
    op.create_table(
        "round_quota",
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False, comment="whose members"),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("set_by", sa.Uuid(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("places >= 0", name=op.f("ck_round_quota_places_sound")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_round_quota_round_id")),
        sa.ForeignKeyConstraint(["set_by"], ["account.id"], name=op.f("fk_round_quota_set_by")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_round_quota_unit_id")),
        sa.PrimaryKeyConstraint("round_id", "unit_id", name=op.f("pk_round_quota")),
    )
    op.create_table(
        "place",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("quota_unit_id", sa.Uuid(), nullable=False, comment="in whose order"),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("ranked_by", postgresql.JSONB(), nullable=False, comment="value by ranking criterion"),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True, comment="why declined or released"),
        sa.Column("insurance_number", sa.String(), nullable=True),
        sa.Column("health_declared_on", sa.Date(), nullable=True, comment="nothing to declare, once more"),
        sa.Column("attended_days", sa.Integer(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True, comment="last day attended"),
        sa.Column("moved_by", sa.Uuid(), nullable=False),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column(
            "touched_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint(
            "(state IN ('returned', 'settled')) = (ended_on IS NOT NULL) AND (ended_on IS NULL) = (attended_days IS NULL)",
            name=op.f("ck_place_attended_when_returned"),
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'held', 'confirmed', 'departed', 'returned', 'settled', 'declined', 'released')",
            name=op.f("ck_place_state_known"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('confirmed', 'departed', 'returned', 'settled') OR (insurance_number IS NOT NULL AND health_declared_on IS NOT NULL)",
            name=op.f("ck_place_insured_before_departure"),
        ),
        sa.ForeignKeyConstraint(
            ["application_id", "unit_id", "person_id"],
            ["application.id", "application.unit_id", "application.person_id"],
            name="fk_place_application",
        ),
        sa.ForeignKeyConstraint(["moved_by"], ["account.id"], name=op.f("fk_place_moved_by")),
        sa.ForeignKeyConstraint(["quota_unit_id"], ["unit.id"], name=op.f("fk_place_quota_unit_id")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_place_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_place")),
        sa.UniqueConstraint("application_id", name=op.f("uq_place_application_id")),
        sa.UniqueConstraint("id", "application_id", name="uq_place_anchor"),
        sa.UniqueConstraint("round_id", "quota_unit_id", "rank", name=op.f("uq_place_round_id_quota_unit_id_rank")),
    )
    op.create_index(op.f("ix_place_person_id_ended_on"), "place", ["person_id", "ended_on"], unique=False)
    op.create_index(op.f("ix_place_unit_id_id"), "place", ["unit_id", "id"], unique=False)
    op.create_table(
        "receivable",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("received", sa.Numeric(precision=14, scale=2), server_default="0", nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("raised_by", sa.Uuid(), nullable=False),
        sa.Column("written_off_by", sa.Uuid(), nullable=True),
        sa.Column("written_off_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=True, comment="why it was written off"),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column(
            "touched_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint(
            "(state = 'recovered') = (received = amount)", name=op.f("ck_receivable_recovered_when_received")
        ),
        sa.CheckConstraint(
            "(state = 'written_off') = (written_off_by IS NOT NULL)", name=op.f("ck_receivable_written_off_by_somebody")
        ),
        sa.CheckConstraint("amount >= 0.01 AND amount <> 'NaN'", name=op.f("ck_receivable_amount_sound")),
        sa.CheckConstraint("origin IN ('leave_excess', 'overpayment')", name=op.f("ck_receivable_origin_known")),
        sa.CheckConstraint("received >= 0 AND received <> 'NaN'", name=op.f("ck_receivable_received_sound")),
        sa.CheckConstraint(
            "state IN ('owed', 'partly', 'recovered', 'written_off')", name=op.f("ck_receivable_state_known")
        ),
        sa.CheckConstraint("received <= amount", name=op.f("ck_receivable_never_overpaid")),
        sa.ForeignKeyConstraint(
            ["application_id", "unit_id", "person_id"],
            ["application.id", "application.unit_id", "application.person_id"],
            name="fk_receivable_application",
        ),
        sa.ForeignKeyConstraint(["raised_by"], ["account.id"], name=op.f("fk_receivable_raised_by")),
        sa.ForeignKeyConstraint(["written_off_by"], ["account.id"], name=op.f("fk_receivable_written_off_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receivable")),
        sa.UniqueConstraint("id", "application_id", name="uq_receivable_anchor"),
    )
    op.create_index(op.f("ix_receivable_application_id"), "receivable", ["application_id"], unique=False)
    op.create_index(op.f("ix_receivable_unit_id_id"), "receivable", ["unit_id", "id"], unique=False)
    op.create_table(
        "leave_settlement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("place_id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("invoice", sa.Text(), nullable=False, comment="number of the operator's invoice"),
        sa.Column("covered_cost", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("transport_cost", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("cap", sa.Numeric(precision=14, scale=2), nullable=False, comment="day rate by days attended"),
        sa.Column("borne", sa.Numeric(precision=14, scale=2), nullable=False, comment="by the union"),
        sa.Column("owed", sa.Numeric(precision=14, scale=2), nullable=False, comment="by the member"),
        sa.Column("settled_by", sa.Uuid(), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("borne >= 0 AND borne <> 'NaN'", name=op.f("ck_leave_settlement_borne_sound")),
        sa.CheckConstraint("cap >= 0 AND cap <> 'NaN'", name=op.f("ck_leave_settlement_cap_sound")),
        sa.CheckConstraint(
            "covered_cost >= 0 AND covered_cost <> 'NaN'", name=op.f("ck_leave_settlement_covered_cost_sound")
        ),
        sa.CheckConstraint("owed >= 0 AND owed <> 'NaN'", name=op.f("ck_leave_settlement_owed_sound")),
        sa.CheckConstraint(
            "transport_cost >= 0 AND transport_cost <> 'NaN'", name=op.f("ck_leave_settlement_transport_cost_sound")
        ),
        sa.ForeignKeyConstraint(
            ["application_id", "unit_id"],
            ["application.id", "application.unit_id"],
            name="fk_leave_settlement_application",
        ),
        sa.ForeignKeyConstraint(
            ["place_id", "application_id"], ["place.id", "place.application_id"], name="fk_leave_settlement_place"
        ),
        sa.ForeignKeyConstraint(["settled_by"], ["account.id"], name=op.f("fk_leave_settlement_settled_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leave_settlement")),
        sa.UniqueConstraint("place_id", name=op.f("uq_leave_settlement_place_id")),
    )
    op.create_table(
        "receipt",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("receivable_id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("bank_serial", sa.Text(), nullable=False),
        sa.Column("entered_by", sa.Uuid(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount >= 0.01 AND amount <> 'NaN'", name=op.f("ck_receipt_amount_sound")),
        sa.ForeignKeyConstraint(
            ["application_id", "unit_id"], ["application.id", "application.unit_id"], name="fk_receipt_application"
        ),
        sa.ForeignKeyConstraint(["entered_by"], ["account.id"], name=op.f("fk_receipt_entered_by")),
        sa.ForeignKeyConstraint(
            ["receivable_id", "application_id"],
            ["receivable.id", "receivable.application_id"],
            name="fk_receipt_receivable",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt")),
        sa.UniqueConstraint("bank_serial", name=op.f("uq_receipt_bank_serial")),
    )
    op.create_index(op.f("ix_receipt_receivable_id"), "receipt", ["receivable_id"], unique=False)

    connection, attributes = op.get_bind(), context.config.attributes
    app_role, record_role = attributes["app_role"], attributes["record_role"]
    install_versions(connection, ["place", "receivable"])
    for name in _TABLES:
        install_triggers(connection, Base.metadata.tables[name], record_role)
    op.execute(
        f'GRANT SELECT ON round, place, round_quota, allocation TO "{record_role}"; '
        f'GRANT UPDATE ON round, place, round_quota, allocation TO "{record_role}"'
    )
    install_functions(connection, app_role=app_role, record_role=record_role)
    install_walls(connection, app_role=app_role, record_role=record_role)


def downgrade() -> None:
    op.drop_index(op.f("ix_receipt_receivable_id"), table_name="receipt")
    op.drop_table("receipt")
    op.drop_table("leave_settlement")
    op.drop_index(op.f("ix_receivable_unit_id_id"), table_name="receivable")
    op.drop_index(op.f("ix_receivable_application_id"), table_name="receivable")
    op.drop_table("receivable")
    op.drop_index(op.f("ix_place_unit_id_id"), table_name="place")
    op.drop_index(op.f("ix_place_person_id_ended_on"), table_name="place")
    op.drop_table("place")
    op.drop_table("round_quota")
    op.drop_table("leave_batch")
    op.drop_table("allocation")
    op.drop_constraint("uq_round_anchor", "round", type_="unique")
    for name in _TABLES:
        op.execute(f"DROP FUNCTION record_{name}()")
