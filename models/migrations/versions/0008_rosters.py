"""Rosters and their lines; a case knows the roster that carries it, and is alone of its member in its round."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context, op
from sqlalchemy.dialects import postgresql

import models.tables  # noqa: F401 - the walls stand around every table
from models.database import Base
from models.functions import install_versions
from models.record import install_triggers
from models.walls import install_walls

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    connection, attributes = op.get_bind(), context.config.attributes
    app_role, record_role = attributes["app_role"], attributes["record_role"]
    op.execute("CREATE SEQUENCE roster_number")
    op.execute(f'GRANT USAGE ON SEQUENCE roster_number TO "{app_role}"')
    op.create_table(
        "roster",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False, comment="who drew it up; lines are of its subtree"),
        sa.Column("programme", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("event_on", sa.Date(), nullable=False),
        sa.Column("cut_off_on", sa.Date(), nullable=False, comment="the first day on which it may be frozen"),
        sa.Column(
            "facts",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="the same for all lines: kind, occasion, form",
        ),
        sa.Column("round_id", sa.Uuid(), nullable=True),
        sa.Column("fund_id", sa.Uuid(), nullable=True, comment="once a reviewer has approved"),
        sa.Column(
            "amount",
            sa.Numeric(precision=14, scale=2),
            nullable=True,
            comment="yuan a line, unless the line has its own",
        ),
        sa.Column("item_name", sa.String(), nullable=True),
        sa.Column("item_specification", sa.String(), nullable=True),
        sa.Column("item_quantity", sa.Integer(), nullable=True, comment="a line, unless the line has its own"),
        sa.Column("item_price", sa.Numeric(precision=14, scale=2), nullable=True, comment="yuan each"),
        sa.Column("skipped", sa.Integer(), nullable=False, comment="members of the round who had a live case in it"),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("drawn_up_by", sa.Uuid(), nullable=False),
        sa.Column("frozen_by", sa.Uuid(), nullable=True),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_by", sa.Uuid(), nullable=True, comment="the deciding reviewer"),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.Uuid(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Uuid(), nullable=True, comment="of the last return, or cancelled"),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_reason", sa.String(), nullable=True),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column(
            "touched_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("(state = 'closed') = (closed_by IS NOT NULL)", name=op.f("ck_roster_closed_by_somebody")),
        sa.CheckConstraint(
            "(state IN ('approved', 'closed')) <= (approved_by IS NOT NULL)",
            name=op.f("ck_roster_approved_by_somebody"),
        ),
        sa.CheckConstraint("amount >= 0.01 AND amount <> 'NaN'", name=op.f("ck_roster_amount_sound")),
        sa.CheckConstraint("item_price >= 0.01 AND item_price <> 'NaN'", name=op.f("ck_roster_item_price_sound")),
        sa.CheckConstraint(
            "state IN ('drawn_up', 'frozen', 'approved', 'closed', 'cancelled')", name=op.f("ck_roster_state_known")
        ),
        sa.CheckConstraint(
            "(item_name IS NULL) = (item_price IS NULL) AND (item_name IS NULL) = (item_quantity IS NULL)",
            name=op.f("ck_roster_item_whole"),
        ),
        sa.CheckConstraint("item_quantity > 0", name=op.f("ck_roster_item_quantity_sound")),
        sa.ForeignKeyConstraint(["approved_by"], ["account.id"], name=op.f("fk_roster_approved_by")),
        sa.ForeignKeyConstraint(["closed_by"], ["account.id"], name=op.f("fk_roster_closed_by")),
        sa.ForeignKeyConstraint(["drawn_up_by"], ["account.id"], name=op.f("fk_roster_drawn_up_by")),
        sa.ForeignKeyConstraint(["ended_by"], ["account.id"], name=op.f("fk_roster_ended_by")),
        sa.ForeignKeyConstraint(["frozen_by"], ["account.id"], name=op.f("fk_roster_frozen_by")),
        sa.ForeignKeyConstraint(["fund_id"], ["fund.id"], name=op.f("fk_roster_fund_id")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_roster_round_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_roster_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster")),
        sa.UniqueConstraint("id", "unit_id", name="uq_roster_anchor"),
        sa.UniqueConstraint("number", name=op.f("uq_roster_number")),
    )
    op.create_index(op.f("ix_roster_round_id"), "roster", ["round_id"], unique=False)
    op.create_index(op.f("ix_roster_unit_id_id"), "roster", ["unit_id", "id"], unique=False)
    op.create_table(
        "roster_line",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("roster_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False, comment="the member's own"),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("membership_id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=True, comment="null: left out before it was filed"),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=True),
        sa.Column(
            "form", sa.String(), nullable=True, comment="what is given: money, goods, service, cover; since the cut-off"
        ),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column(
            "reasons", postgresql.JSONB(astext_type=sa.Text()), nullable=False, comment="why it was left out: codes"
        ),
        sa.Column("received_on", sa.Date(), nullable=True),
        sa.Column("signed_by", sa.String(), nullable=True),
        sa.Column("proxy_cipher", sa.LargeBinary(), nullable=True, comment="name, relation, authorisation"),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("handed_out_by", sa.Uuid(), nullable=True),
        sa.Column("unclaimed_reason", sa.String(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column(
            "touched_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint(
            "(signed_by = 'proxy') = (proxy_cipher IS NOT NULL)", name=op.f("ck_roster_line_proxy_named")
        ),
        sa.CheckConstraint(
            "application_id IS NOT NULL OR state = 'left_out'", name=op.f("ck_roster_line_case_unless_left_out")
        ),
        sa.CheckConstraint("signed_by IN ('self', 'proxy')", name=op.f("ck_roster_line_signed_by_known")),
        sa.CheckConstraint(
            "state <> 'issued' OR form <> 'goods' OR signed_by IS NOT NULL",
            name=op.f("ck_roster_line_goods_issued_against_signature"),
        ),
        sa.CheckConstraint(
            "state <> 'unclaimed' OR unclaimed_reason IS NOT NULL", name=op.f("ck_roster_line_unclaimed_with_reason")
        ),
        sa.CheckConstraint(
            "state IN ('listed', 'left_out', 'issued', 'unclaimed')", name=op.f("ck_roster_line_state_known")
        ),
        sa.CheckConstraint("(signed_by IS NULL) = (received_on IS NULL)", name=op.f("ck_roster_line_receipt_whole")),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_roster_line_quantity_sound")),
        sa.ForeignKeyConstraint(
            ["application_id", "unit_id", "person_id"],
            ["application.id", "application.unit_id", "application.person_id"],
            name="fk_roster_line_application",
        ),
        sa.ForeignKeyConstraint(["handed_out_by"], ["account.id"], name=op.f("fk_roster_line_handed_out_by")),
        sa.ForeignKeyConstraint(
            ["membership_id", "unit_id", "person_id"],
            ["membership.id", "membership.unit_id", "membership.person_id"],
            name="fk_roster_line_membership",
        ),
        sa.ForeignKeyConstraint(["roster_id"], ["roster.id"], name=op.f("fk_roster_line_roster_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_line")),
        sa.UniqueConstraint("application_id", name=op.f("uq_roster_line_application_id")),
        sa.UniqueConstraint("roster_id", "serial", name=op.f("uq_roster_line_roster_id_serial")),
    )
    op.create_index(op.f("ix_roster_line_membership_id"), "roster_line", ["membership_id"], unique=False)
    op.create_index(
        "uq_roster_line_person",
        "roster_line",
        ["roster_id", "person_id"],
        unique=True,
        postgresql_where=sa.text("state <> 'left_out'"),
    )
    op.add_column(
        "application",
        sa.Column(
            "roster_id", sa.Uuid(), nullable=True, comment="the list that carries it; null again once it is left out"
        ),
    )
    op.create_index(op.f("ix_application_roster_id"), "application", ["roster_id"], unique=False)
    op.create_index(
        "uq_application_live_in_round",
        "application",
        ["round_id", "membership_id"],
        unique=True,
        postgresql_where=sa.text("round_id IS NOT NULL AND state NOT IN ('withdrawn', 'rejected', 'lapsed')"),
    )
    op.create_foreign_key(op.f("fk_application_roster_id"), "application", "roster", ["roster_id"], ["id"])
    install_versions(connection, ["roster", "roster_line"])
    for name in ("application", "roster", "roster_line"):
        install_triggers(connection, Base.metadata.tables[name], record_role)
    install_walls(connection, app_role=app_role, record_role=record_role)


def downgrade() -> None:
    op.drop_constraint(op.f("fk_application_roster_id"), "application", type_="foreignkey")
    op.drop_index(
        "uq_application_live_in_round",
        table_name="application",
        postgresql_where=sa.text("round_id IS NOT NULL AND state NOT IN ('withdrawn', 'rejected', 'lapsed')"),
    )
    op.drop_index(op.f("ix_application_roster_id"), table_name="application")
    op.drop_column("application", "roster_id")
    op.drop_index("uq_roster_line_person", table_name="roster_line", postgresql_where=sa.text("state <> 'left_out'"))
    op.drop_index(op.f("ix_roster_line_membership_id"), table_name="roster_line")
    op.drop_table("roster_line")
    op.drop_index(op.f("ix_roster_unit_id_id"), table_name="roster")
    op.drop_index(op.f("ix_roster_round_id"), table_name="roster")
    op.drop_table("roster")
    op.execute("DROP FUNCTION record_roster()")
    op.execute("DROP FUNCTION record_roster_line()")
    op.execute("DROP SEQUENCE roster_number")
