"""Reversals of paid money, and the two ends of a case whose money did not stay: `unpaid`, `reversed`."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context, op

import models.tables  # noqa: F401 - the walls stand around every table
from models.database import Base
from models.record import install_triggers
from models.walls import install_walls

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_BEFORE = (
    *("draft", "submitted", "under_review", "on_notice", "approved", "returned"),
    *("rejected", "appealed", "withdrawn", "lapsed"),
)
_OVER_BEFORE = ("withdrawn", "rejected", "lapsed")
_NEW = ("unpaid", "reversed")
_CHECKS = {
    "reversed_amount_sound": "reversed_amount >= 0 AND reversed_amount <> 'NaN'",
    "reversed_within_amount": "reversed_amount <= amount",
    "reversed_whole": "(state = 'reversed') = (reversed_amount = amount)",
    "reversed_when_paid": "reversed_amount = 0 OR state IN ('paid', 'reversed')",
}


def upgrade() -> None:
    _case_states((*_BEFORE, *_NEW), (*_OVER_BEFORE, *_NEW))
    op.add_column(
        "disbursement",
        sa.Column(
            "reversed_amount",
            sa.Numeric(precision=14, scale=2),
            server_default="0",
            nullable=False,
            comment="of what was paid, taken back since",
        ),
    )
    for name, rule in _CHECKS.items():
        op.create_check_constraint(op.f(f"ck_disbursement_{name}"), "disbursement", rule)
    op.create_table(
        "reversal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("disbursement_id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("minutes", sa.Text(), nullable=False, comment="of the decision"),
        sa.Column("bank_serial", sa.String(), nullable=True, comment="under which the bank brought it back"),
        sa.Column("received_on", sa.Date(), nullable=True),
        sa.Column("receivable_id", sa.Uuid(), nullable=True, comment="what is owed while the money is outside"),
        sa.Column("original_id", sa.Uuid(), nullable=True, comment="that booked the payment"),
        sa.Column("voucher_id", sa.Uuid(), nullable=False, comment="the red one"),
        sa.Column("reversed_by", sa.Uuid(), nullable=False),
        sa.Column("reversed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('paid_too_much', 'not_entitled', 'wrong_payee', 'bank_took_back')",
            name=op.f("ck_reversal_kind_known"),
        ),
        sa.CheckConstraint("amount >= 0.01 AND amount <> 'NaN'", name=op.f("ck_reversal_amount_sound")),
        sa.CheckConstraint("num_nulls(bank_serial, received_on) IN (0, 2)", name=op.f("ck_reversal_come_back_whole")),
        sa.CheckConstraint(
            "(kind = 'bank_took_back') = (bank_serial IS NOT NULL)", name=op.f("ck_reversal_back_when_bank_says")
        ),
        sa.CheckConstraint(
            "(receivable_id IS NULL) = (bank_serial IS NOT NULL)", name=op.f("ck_reversal_owed_or_back")
        ),
        sa.ForeignKeyConstraint(
            ["application_id", "unit_id"], ["application.id", "application.unit_id"], name="fk_reversal_application"
        ),
        sa.ForeignKeyConstraint(
            ["disbursement_id", "application_id"],
            ["disbursement.id", "disbursement.application_id"],
            name="fk_reversal_disbursement",
        ),
        sa.ForeignKeyConstraint(
            ["receivable_id", "application_id"],
            ["receivable.id", "receivable.application_id"],
            name="fk_reversal_receivable",
        ),
        sa.ForeignKeyConstraint(["original_id"], ["voucher.id"], name=op.f("fk_reversal_original_id")),
        sa.ForeignKeyConstraint(["voucher_id"], ["voucher.id"], name=op.f("fk_reversal_voucher_id")),
        sa.ForeignKeyConstraint(["reversed_by"], ["account.id"], name=op.f("fk_reversal_reversed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reversal")),
        sa.UniqueConstraint("unit_id", "bank_serial", name=op.f("uq_reversal_bank_serial")),
        sa.UniqueConstraint("receivable_id", name=op.f("uq_reversal_receivable_id")),
    )
    op.create_index(op.f("ix_reversal_disbursement_id"), "reversal", ["disbursement_id"], unique=False)
    connection, attributes = op.get_bind(), context.config.attributes
    for name in ("reversal", "disbursement"):
        install_triggers(connection, Base.metadata.tables[name], attributes["record_role"])
    install_walls(connection, app_role=attributes["app_role"], record_role=attributes["record_role"])


def downgrade() -> None:
    op.drop_index(op.f("ix_reversal_disbursement_id"), table_name="reversal")
    op.drop_table("reversal")
    op.execute("DROP FUNCTION record_reversal()")
    for name in _CHECKS:
        op.drop_constraint(op.f(f"ck_disbursement_{name}"), "disbursement", type_="check")
    op.drop_column("disbursement", "reversed_amount")
    _case_states(_BEFORE, _OVER_BEFORE)


def _case_states(known: tuple[str, ...], over: tuple[str, ...]) -> None:
    """Which states a case may have, and in which its member may file again in the same round."""
    op.drop_constraint(op.f("ck_application_state_known"), "application", type_="check")
    op.create_check_constraint(op.f("ck_application_state_known"), "application", f"state IN {known}")
    op.drop_index("uq_application_live_in_round", table_name="application")
    op.create_index(
        "uq_application_live_in_round",
        "application",
        ["round_id", "membership_id"],
        unique=True,
        postgresql_where=sa.text(f"round_id IS NOT NULL AND state NOT IN {over}"),
    )
