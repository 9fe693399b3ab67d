"""Year end: closings of years, what funds carry on; moves of goods name the voucher of 库存物品."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context, op
from sqlalchemy.dialects import postgresql

import models.tables  # noqa: F401 - the walls stand around every table
from models.balance import install_year_guard, remove_year_guard
from models.database import Base
from models.functions import install_versions
from models.ledger import VoucherKind
from models.record import install_triggers
from models.walls import install_walls

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_MADE = ("fund_carry", "year_closing")
_CHANGED = ("fund", "fund_adjustment", "goods_move")


def _kinds(*words: str) -> None:
    allowed = ", ".join(f"'{word}'" for word in words)
    op.drop_constraint(op.f("ck_voucher_kind_known"), "voucher", type_="check")
    op.create_check_constraint(op.f("ck_voucher_kind_known"), "voucher", f"kind IN ({allowed})")


def upgrade() -> None:
    op.create_table(
        "year_closing",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column(
            "figures",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="entries by purse and the funds, as drawn up",
        ),
        sa.Column("drawn_up_by", sa.Uuid(), nullable=False),
        sa.Column("drawn_up_person_id", sa.Uuid(), nullable=False),
        sa.Column("posted_by", sa.Uuid(), nullable=True),
        sa.Column("posted_person_id", sa.Uuid(), nullable=True),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column(
            "touched_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint(
            "num_nonnulls(posted_by, posted_person_id, posted_at) = CASE WHEN state = 'posted' THEN 3 ELSE 0 END",
            name=op.f("ck_year_closing_posted_by_somebody"),
        ),
        sa.CheckConstraint("state IN ('drawn_up', 'posted', 'dropped')", name=op.f("ck_year_closing_state_known")),
        sa.CheckConstraint("posted_person_id <> drawn_up_person_id", name=op.f("ck_year_closing_two_persons")),
        sa.ForeignKeyConstraint(["drawn_up_by"], ["account.id"], name=op.f("fk_year_closing_drawn_up_by")),
        sa.ForeignKeyConstraint(["drawn_up_person_id"], ["person.id"], name=op.f("fk_year_closing_drawn_up_person_id")),
        sa.ForeignKeyConstraint(["posted_by"], ["account.id"], name=op.f("fk_year_closing_posted_by")),
        sa.ForeignKeyConstraint(["posted_person_id"], ["person.id"], name=op.f("fk_year_closing_posted_person_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_year_closing_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_year_closing")),
        sa.UniqueConstraint("id", "unit_id", name="uq_year_closing_anchor"),
    )
    op.create_index(
        "uq_year_closing_once",
        "year_closing",
        ["unit_id", "year"],
        unique=True,
        postgresql_where=sa.text("state <> 'dropped'"),
    )
    op.create_table(
        "fund_carry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("closing_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("fund_id", sa.Uuid(), nullable=False),
        sa.Column("successor_id", sa.Uuid(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("reserved", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("committed", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("spent", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("carried_by", sa.Uuid(), nullable=False),
        sa.Column(
            "carried_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("amount >= 0 AND amount <> 'NaN'", name=op.f("ck_fund_carry_amount_sound")),
        sa.CheckConstraint("committed >= 0 AND committed <> 'NaN'", name=op.f("ck_fund_carry_committed_sound")),
        sa.CheckConstraint("reserved >= 0 AND reserved <> 'NaN'", name=op.f("ck_fund_carry_reserved_sound")),
        sa.CheckConstraint("spent >= 0 AND spent <> 'NaN'", name=op.f("ck_fund_carry_spent_sound")),
        sa.CheckConstraint("fund_id <> successor_id", name=op.f("ck_fund_carry_into_another")),
        sa.ForeignKeyConstraint(["carried_by"], ["account.id"], name=op.f("fk_fund_carry_carried_by")),
        sa.ForeignKeyConstraint(
            ["closing_id", "unit_id"], ["year_closing.id", "year_closing.unit_id"], name="fk_fund_carry_closing"
        ),
        sa.ForeignKeyConstraint(["fund_id", "unit_id"], ["fund.id", "fund.unit_id"], name="fk_fund_carry_fund"),
        sa.ForeignKeyConstraint(
            ["successor_id", "unit_id"], ["fund.id", "fund.unit_id"], name="fk_fund_carry_successor"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fund_carry")),
        sa.UniqueConstraint("id", "unit_id", name="uq_fund_carry_anchor"),
    )
    op.create_index(op.f("ix_fund_carry_fund_id"), "fund_carry", ["fund_id"], unique=False)
    op.create_index(op.f("ix_fund_carry_successor_id"), "fund_carry", ["successor_id"], unique=False)
    op.add_column(
        "fund",
        sa.Column(
            "successor_id",
            sa.Uuid(),
            nullable=True,
            comment="of the next year, once its own is closed; nothing new is reserved here then",
        ),
    )
    op.create_index(op.f("ix_fund_successor_id"), "fund", ["successor_id"], unique=False)
    op.create_foreign_key("fk_fund_successor", "fund", "fund", ["successor_id", "unit_id"], ["id", "unit_id"])
    op.add_column(
        "fund_adjustment",
        sa.Column(
            "carry_id", sa.Uuid(), nullable=True, comment="at the year's end, out of one fund and into its successor"
        ),
    )
    op.create_foreign_key(
        "fk_fund_adjustment_carry", "fund_adjustment", "fund_carry", ["carry_id", "unit_id"], ["id", "unit_id"]
    )
    op.add_column(
        "goods_move",
        sa.Column(
            "voucher_id",
            sa.Uuid(),
            nullable=True,
            comment="what the move did to 库存物品 in the books; none where it cost nothing",
        ),
    )
    op.create_unique_constraint(op.f("uq_goods_move_voucher_id"), "goods_move", ["voucher_id"])
    op.create_foreign_key(
        "fk_goods_move_voucher", "goods_move", "voucher", ["voucher_id", "unit_id"], ["id", "unit_id"]
    )
    _kinds(*VoucherKind)
    connection, attributes = op.get_bind(), context.config.attributes
    install_versions(connection, ["year_closing"])
    install_year_guard(connection)
    for name in (*_MADE, *_CHANGED):
        install_triggers(connection, Base.metadata.tables[name], attributes["record_role"])
    install_walls(connection, app_role=attributes["app_role"], record_role=attributes["record_role"])


def downgrade() -> None:
    remove_year_guard(op.get_bind())
    _kinds(*(kind for kind in VoucherKind if kind != VoucherKind.STOCK))
    op.drop_constraint("fk_goods_move_voucher", "goods_move", type_="foreignkey")
    op.drop_constraint(op.f("uq_goods_move_voucher_id"), "goods_move", type_="unique")
    op.drop_column("goods_move", "voucher_id")
    op.drop_constraint("fk_fund_adjustment_carry", "fund_adjustment", type_="foreignkey")
    op.drop_column("fund_adjustment", "carry_id")
    op.drop_constraint("fk_fund_successor", "fund", type_="foreignkey")
    op.drop_index(op.f("ix_fund_successor_id"), table_name="fund")
    op.drop_column("fund", "successor_id")
    op.drop_index(op.f("ix_fund_carry_successor_id"), table_name="fund_carry")
    op.drop_index(op.f("ix_fund_carry_fund_id"), table_name="fund_carry")
    op.drop_table("fund_carry")
    op.drop_index("uq_year_closing_once", table_name="year_closing", postgresql_where=sa.text("state <> 'dropped'"))
    op.drop_table("year_closing")
    for name in _MADE:
        op.execute(f"DROP FUNCTION record_{name}()")
