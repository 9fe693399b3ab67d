"""The life of a hardship file: visits, checks, incomes, reviews, the paper copy, exit, move and destruction."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context, op
from sqlalchemy.dialects import postgresql

import models.tables  # noqa: F401 - the walls stand around every table
from models.database import Base
from models.functions import install_versions
from models.record import install_triggers
from models.walls import install_walls

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_NEW = (
    *("household_visit", "economic_check", "check_authorisation", "household_income", "household_review"),
    *("paper_task", "household_exit", "exit_step", "exit_objection", "household_destruction", "household_transfer"),
)


def upgrade() -> None:
    op.add_column(
        "household",
        sa.Column(
            "key_wrapped", sa.LargeBinary(), nullable=True, comment="the file's own key; destroyed with its details"
        ),
    )
    op.add_column("household", sa.Column("cause_removed_on", sa.Date(), nullable=True, comment="致困原因消除"))
    op.add_column("household", sa.Column("cause_removed_by", sa.Uuid(), nullable=True))
    op.add_column(
        "household",
        sa.Column("held_for", sa.String(), nullable=True, comment="why it may not be destroyed; null: no hold"),
    )
    op.add_column("household", sa.Column("held_by", sa.Uuid(), nullable=True))
    op.add_column("household", sa.Column("held_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "household", sa.Column("destroyed_at", sa.DateTime(timezone=True), nullable=True, comment="its key is gone")
    )
    op.create_foreign_key(op.f("fk_household_cause_removed_by"), "household", "account", ["cause_removed_by"], ["id"])
    op.create_foreign_key(op.f("fk_household_held_by"), "household", "account", ["held_by"], ["id"])
    op.create_check_constraint(
        op.f("ck_household_key_until_destroyed"),
        "household",
        "(key_wrapped IS NULL) = (destroyed_at IS NOT NULL)",
    )
    op.create_unique_constraint("uq_household_member_file_anchor", "household_member", ["id", "household_id"])
    op.drop_constraint(op.f("fk_household_member_household"), "household_member", type_="foreignkey")
    op.create_foreign_key(
        "fk_household_member_household",
        "household_member",
        "household",
        ["household_id", "unit_id", "person_id"],
        ["id", "unit_id", "person_id"],
        onupdate="CASCADE",
    )
    op.create_table(
        "economic_check",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False, comment="number of the letter or commission"),
        sa.Column("sent_on", sa.Date(), nullable=False),
        sa.Column("sent_by", sa.Uuid(), nullable=False),
        sa.Column("result", sa.String(), nullable=True),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("note_cipher", sa.LargeBinary(), nullable=True),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint(
            "result IN ('consistent', 'inconsistent', 'not_answered')", name=op.f("ck_economic_check_result_known")
        ),
        sa.CheckConstraint("(result IS NULL) = (answered_on IS NULL)", name=op.f("ck_economic_check_answer_dated")),
        sa.CheckConstraint("answered_on >= sent_on", name=op.f("ck_economic_check_days_in_order")),
        sa.ForeignKeyConstraint(["answered_by"], ["account.id"], name=op.f("fk_economic_check_answered_by")),
        sa.ForeignKeyConstraint(
            ["household_id", "unit_id", "person_id"],
            ["household.id", "household.unit_id", "household.person_id"],
            name="fk_economic_check_household",
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(["sent_by"], ["account.id"], name=op.f("fk_economic_check_sent_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_economic_check")),
        sa.UniqueConstraint("id", "household_id", name="uq_economic_check_anchor"),
    )
    op.create_index(op.f("ix_economic_check_household_id_id"), "economic_check", ["household_id", "id"], unique=False)
    op.create_table(
        "household_destruction",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.Uuid(), nullable=False),
        sa.Column("proposed_by_person", sa.Uuid(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_by", sa.Uuid(), nullable=True),
        sa.Column("approved_by_person", sa.Uuid(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "approved_by_person <> proposed_by_person", name=op.f("ck_household_destruction_two_persons")
        ),
        sa.ForeignKeyConstraint(["approved_by"], ["account.id"], name=op.f("fk_household_destruction_approved_by")),
        sa.ForeignKeyConstraint(
            ["approved_by_person"], ["person.id"], name=op.f("fk_household_destruction_approved_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["household_id", "unit_id", "person_id"],
            ["household.id", "household.unit_id", "household.person_id"],
            name="fk_household_destruction_household",
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(["proposed_by"], ["account.id"], name=op.f("fk_household_destruction_proposed_by")),
        sa.ForeignKeyConstraint(
            ["proposed_by_person"], ["person.id"], name=op.f("fk_household_destruction_proposed_by_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_household_destruction")),
        sa.UniqueConstraint("household_id", name=op.f("uq_household_destruction_household_id")),
    )
    op.create_table(
        "household_exit",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column(
            "months",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="month, value, line, gap as they were judged",
        ),
        sa.Column("evidence_cipher", sa.LargeBinary(), nullable=True),
        sa.Column("minutes", sa.String(), nullable=True, comment="of the unit's meeting that decided"),
        sa.Column("shown_name", sa.String(), nullable=True, comment="masked, as the notice shows it"),
        sa.Column("posted_on", sa.Date(), nullable=True),
        sa.Column("working_days", sa.Integer(), nullable=True),
        sa.Column("complete_on", sa.Date(), nullable=True, comment="first day on which it may be approved"),
        sa.Column("notified_on", sa.Date(), nullable=True, comment="written notice to the worker"),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column(
            "touched_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint(
            "(state = 'done') = (notified_on IS NOT NULL)", name=op.f("ck_household_exit_done_when_notified")
        ),
        sa.CheckConstraint(
            "reason IN ('out_of_hardship', 'death', 'transfer', 'refused_verification')",
            name=op.f("ck_household_exit_reason_known"),
        ),
        sa.CheckConstraint(
            "state IN ('proposed', 'on_notice', 'approved', 'done', 'refused', 'withdrawn')",
            name=op.f("ck_household_exit_state_known"),
        ),
        sa.CheckConstraint("(posted_on IS NULL) = (complete_on IS NULL)", name=op.f("ck_household_exit_notice_dated")),
        sa.ForeignKeyConstraint(
            ["household_id", "unit_id", "person_id"],
            ["household.id", "household.unit_id", "household.person_id"],
            name="fk_household_exit_household",
            onupdate="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_household_exit")),
        sa.UniqueConstraint("id", "household_id", name="uq_household_exit_anchor"),
    )
    op.create_index(op.f("ix_household_exit_household_id_id"), "household_exit", ["household_id", "id"], unique=False)
    op.create_index(
        "uq_household_exit_open",
        "household_exit",
        ["household_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('proposed', 'on_notice', 'approved')"),
    )
    op.create_table(
        "household_income",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False, comment="its first day"),
        sa.Column("division", sa.Text(), nullable=False, comment="which row of the table of subsistence lines"),
        sa.Column("income", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("persons", sa.Integer(), nullable=False),
        sa.Column("evidence", sa.String(), nullable=True),
        sa.Column("replaces_id", sa.Uuid(), nullable=True),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("income >= 0 AND income <> 'NaN'", name=op.f("ck_household_income_income_sound")),
        sa.CheckConstraint("extract(day FROM month) = 1", name=op.f("ck_household_income_month_begins")),
        sa.CheckConstraint("persons >= 1", name=op.f("ck_household_income_persons_some")),
        sa.ForeignKeyConstraint(
            ["household_id", "unit_id", "person_id"],
            ["household.id", "household.unit_id", "household.person_id"],
            name="fk_household_income_household",
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(["recorded_by"], ["account.id"], name=op.f("fk_household_income_recorded_by")),
        sa.ForeignKeyConstraint(
            ["replaces_id", "household_id", "month"],
            ["household_income.id", "household_income.household_id", "household_income.month"],
            name="fk_household_income_replaced",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_household_income")),
        sa.UniqueConstraint("id", "household_id", "month", name="uq_household_income_anchor"),
        sa.UniqueConstraint("replaces_id", name=op.f("uq_household_income_replaces_id")),
    )
    op.create_index(
        "uq_household_income_month",
        "household_income",
        ["household_id", "month"],
        unique=True,
        postgresql_where=sa.text("replaces_id IS NULL"),
    )
    op.create_table(
        "household_review",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("reviewed_on", sa.Date(), nullable=False),
        sa.Column("class_before", sa.String(), nullable=True),
        sa.Column("class_found", sa.Text(), nullable=False, comment="deep, relative, accidental, none"),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("policy_id", sa.Uuid(), nullable=False),
        sa.Column("content_cipher", sa.LargeBinary(), nullable=False, comment="facts and canonical findings"),
        sa.Column(
            "content_hash", sa.LargeBinary(), nullable=False, comment="SHA-256 of the content, which bears a nonce"
        ),
        sa.Column("filed_by", sa.Uuid(), nullable=False),
        sa.Column("filed_by_person", sa.Uuid(), nullable=False),
        sa.Column("confirmed_by", sa.Uuid(), nullable=True),
        sa.Column("confirmed_on", sa.Date(), nullable=True),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint(
            "result IN ('keep', 'change_class', 'propose_exit')", name=op.f("ck_household_review_result_known")
        ),
        sa.CheckConstraint(
            "(confirmed_by IS NULL) = (confirmed_on IS NULL)", name=op.f("ck_household_review_confirmation_dated")
        ),
        sa.ForeignKeyConstraint(["confirmed_by"], ["account.id"], name=op.f("fk_household_review_confirmed_by")),
        sa.ForeignKeyConstraint(["filed_by"], ["account.id"], name=op.f("fk_household_review_filed_by")),
        sa.ForeignKeyConstraint(["filed_by_person"], ["person.id"], name=op.f("fk_household_review_filed_by_person")),
        sa.ForeignKeyConstraint(
            ["household_id", "unit_id", "person_id"],
            ["household.id", "household.unit_id", "household.person_id"],
            name="fk_household_review_household",
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(["policy_id"], ["policy.id"], name=op.f("fk_household_review_policy_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_household_review")),
    )
    op.create_index(
        op.f("ix_household_review_household_id_reviewed_on"),
        "household_review",
        ["household_id", "reviewed_on"],
        unique=False,
    )
    op.create_table(
        "household_transfer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False, comment="where the file is now"),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("from_unit_id", sa.Uuid(), nullable=False),
        sa.Column("from_member", sa.Uuid(), nullable=False, comment="the membership that it was kept for"),
        sa.Column("to_unit_id", sa.Uuid(), nullable=False),
        sa.Column("opening_case", sa.Uuid(), nullable=True, comment="stays with the unit that decided it"),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("moved_on", sa.Date(), nullable=False),
        sa.Column("moved_by", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.ForeignKeyConstraint(["from_unit_id"], ["unit.id"], name=op.f("fk_household_transfer_from_unit_id")),
        sa.ForeignKeyConstraint(
            ["household_id", "unit_id", "person_id"],
            ["household.id", "household.unit_id", "household.person_id"],
            name="fk_household_transfer_household",
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(["moved_by"], ["account.id"], name=op.f("fk_household_transfer_moved_by")),
        sa.ForeignKeyConstraint(["to_unit_id"], ["unit.id"], name=op.f("fk_household_transfer_to_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_household_transfer")),
    )
    op.create_index(op.f("ix_household_transfer_from_unit_id"), "household_transfer", ["from_unit_id"], unique=False)
    op.create_index(
        op.f("ix_household_transfer_household_id_id"), "household_transfer", ["household_id", "id"], unique=False
    )
    op.create_table(
        "household_visit",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("visited_on", sa.Date(), nullable=False),
        sa.Column(
            "visitors", postgresql.JSONB(astext_type=sa.Text()), nullable=False, comment="names of those who went"
        ),
        sa.Column("found_cipher", sa.LargeBinary(), nullable=False),
        sa.Column("signed_in_person", sa.Boolean(), nullable=False, comment="the worker signed before the visitors"),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint(
            "purpose IN ('investigation', 'half_yearly', 'follow_up')", name=op.f("ck_household_visit_purpose_known")
        ),
        sa.ForeignKeyConstraint(
            ["household_id", "unit_id", "person_id"],
            ["household.id", "household.unit_id", "household.person_id"],
            name="fk_household_visit_household",
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(["recorded_by"], ["account.id"], name=op.f("fk_household_visit_recorded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_household_visit")),
    )
    op.create_index(
        op.f("ix_household_visit_household_id_visited_on"),
        "household_visit",
        ["household_id", "visited_on"],
        unique=False,
    )
    op.create_table(
        "paper_task",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("changed", sa.Text(), nullable=False, comment="the act that opened it"),
        sa.Column("changed_on", sa.Date(), nullable=False),
        sa.Column("changed_by", sa.Uuid(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("done_by", sa.Uuid(), nullable=True),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("(done_by IS NULL) = (done_on IS NULL)", name=op.f("ck_paper_task_done_dated")),
        sa.ForeignKeyConstraint(["changed_by"], ["account.id"], name=op.f("fk_paper_task_changed_by")),
        sa.ForeignKeyConstraint(["done_by"], ["account.id"], name=op.f("fk_paper_task_done_by")),
        sa.ForeignKeyConstraint(
            ["household_id", "unit_id", "person_id"],
            ["household.id", "household.unit_id", "household.person_id"],
            name="fk_paper_task_household",
            onupdate="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_task")),
    )
    op.create_index(op.f("ix_paper_task_household_id_id"), "paper_task", ["household_id", "id"], unique=False)
    op.create_index(
        "uq_paper_task_open", "paper_task", ["household_id"], unique=True, postgresql_where=sa.text("done_on IS NULL")
    )
    op.create_table(
        "check_authorisation",
        sa.Column("check_id", sa.Uuid(), nullable=False),
        sa.Column("household_member_id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["check_id", "household_id"],
            ["economic_check.id", "economic_check.household_id"],
            name="fk_check_authorisation_check",
        ),
        sa.ForeignKeyConstraint(
            ["household_id", "unit_id", "person_id"],
            ["household.id", "household.unit_id", "household.person_id"],
            name="fk_check_authorisation_household",
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["household_member_id", "household_id"],
            ["household_member.id", "household_member.household_id"],
            name="fk_check_authorisation_member",
        ),
        sa.PrimaryKeyConstraint("check_id", "household_member_id", name=op.f("pk_check_authorisation")),
    )
    op.create_table(
        "exit_objection",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("exit_id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resolution", sa.String(), nullable=True),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["exit_id", "household_id"],
            ["household_exit.id", "household_exit.household_id"],
            name="fk_exit_objection_exit",
        ),
        sa.ForeignKeyConstraint(
            ["household_id", "unit_id", "person_id"],
            ["household.id", "household.unit_id", "household.person_id"],
            name="fk_exit_objection_household",
            onupdate="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exit_objection")),
    )
    op.create_index(op.f("ix_exit_objection_exit_id_id"), "exit_objection", ["exit_id", "id"], unique=False)
    op.create_table(
        "exit_step",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("exit_id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("from_state", sa.String(), nullable=True),
        sa.Column("to_state", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("taken_by", sa.Uuid(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_exit_step_account_id")),
        sa.ForeignKeyConstraint(
            ["exit_id", "household_id"], ["household_exit.id", "household_exit.household_id"], name="fk_exit_step_exit"
        ),
        sa.ForeignKeyConstraint(
            ["household_id", "unit_id", "person_id"],
            ["household.id", "household.unit_id", "household.person_id"],
            name="fk_exit_step_household",
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(["taken_by"], ["person.id"], name=op.f("fk_exit_step_taken_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exit_step")),
    )
    op.create_index(op.f("ix_exit_step_exit_id_id"), "exit_step", ["exit_id", "id"], unique=False)
    connection, attributes = op.get_bind(), context.config.attributes
    install_versions(connection, ["household_exit"])
    for name in ("household", "household_member", *_NEW):
        install_triggers(connection, Base.metadata.tables[name], attributes["record_role"])
    install_walls(connection, app_role=attributes["app_role"], record_role=attributes["record_role"])


def downgrade() -> None:
    op.drop_index(op.f("ix_exit_step_exit_id_id"), table_name="exit_step")
    op.drop_table("exit_step")
    op.drop_index(op.f("ix_exit_objection_exit_id_id"), table_name="exit_objection")
    op.drop_table("exit_objection")
    op.drop_table("check_authorisation")
    op.drop_index("uq_paper_task_open", table_name="paper_task", postgresql_where=sa.text("done_on IS NULL"))
    op.drop_index(op.f("ix_paper_task_household_id_id"), table_name="paper_task")
    op.drop_table("paper_task")
    op.drop_index(op.f("ix_household_visit_household_id_visited_on"), table_name="household_visit")
    op.drop_table("household_visit")
    op.drop_index(op.f("ix_household_transfer_household_id_id"), table_name="household_transfer")
    op.drop_index(op.f("ix_household_transfer_from_unit_id"), table_name="household_transfer")
    op.drop_table("household_transfer")
    op.drop_index(op.f("ix_household_review_household_id_reviewed_on"), table_name="household_review")
    op.drop_table("household_review")
    op.drop_index(
        "uq_household_income_month", table_name="household_income", postgresql_where=sa.text("replaces_id IS NULL")
    )
    op.drop_table("household_income")
    op.drop_index(
        "uq_household_exit_open",
        table_name="household_exit",
        postgresql_where=sa.text("state IN ('proposed', 'on_notice', 'approved')"),
    )
    op.drop_index(op.f("ix_household_exit_household_id_id"), table_name="household_exit")
    op.drop_table("household_exit")
    op.drop_table("household_destruction")
    op.drop_index(op.f("ix_economic_check_household_id_id"), table_name="economic_check")
    op.drop_table("economic_check")
    op.drop_constraint("fk_household_member_household", "household_member", type_="foreignkey")
    op.create_foreign_key(
        op.f("fk_household_member_household"),
        "household_member",
        "household",
        ["household_id", "unit_id", "person_id"],
        ["id", "unit_id", "person_id"],
    )
    op.drop_constraint("uq_household_member_file_anchor", "household_member", type_="unique")
    op.drop_constraint(op.f("ck_household_key_until_destroyed"), "household", type_="check")
    op.drop_constraint(op.f("fk_household_held_by"), "household", type_="foreignkey")
    op.drop_constraint(op.f("fk_household_cause_removed_by"), "household", type_="foreignkey")
    op.drop_column("household", "destroyed_at")
    op.drop_column("household", "held_at")
    op.drop_column("household", "held_by")
    op.drop_column("household", "held_for")
    op.drop_column("household", "cause_removed_by")
    op.drop_column("household", "cause_removed_on")
    op.drop_column("household", "key_wrapped")
    for name in _NEW:
        op.execute(f"DROP FUNCTION record_{name}()")
