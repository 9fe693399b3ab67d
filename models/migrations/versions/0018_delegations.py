"""Delegations; an act says in whose name, at which level, by which minutes, and with which assessment it was done."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context, op

import models.tables  # noqa: F401 - the metadata must be whole
from models.database import Base
from models.functions import install_functions, install_versions
from models.record import install_triggers
from models.walls import install_walls

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_ACT = {
    "delegation_id": "done in another's name, by this",
    "on_behalf_of": "the person in whose name; counts as having done it too",
    "grant_unit_id": "of the grant by which it was decided: the level",
    "assessment_id": "what the rules had said when it was done",
}


def upgrade() -> None:
    _make_delegation()
    for name, comment in _ACT.items():
        op.add_column("act", sa.Column(name, sa.Uuid(), nullable=True, comment=comment))
    op.add_column("act", sa.Column("minutes", sa.String(), nullable=True, comment="of the collective decision"))
    op.create_foreign_key(
        "fk_act_delegation", "act", "delegation", ["delegation_id", "on_behalf_of"], ["id", "from_person_id"]
    )
    op.create_foreign_key(op.f("fk_act_grant_unit_id"), "act", "unit", ["grant_unit_id"], ["id"])
    op.create_foreign_key(
        "fk_act_assessment", "act", "assessment", ["assessment_id", "application_id"], ["id", "application_id"]
    )
    op.create_check_constraint(
        op.f("ck_act_delegated_whole"), "act", "(delegation_id IS NULL) = (on_behalf_of IS NULL)"
    )
    op.create_check_constraint(op.f("ck_act_delegated_two_persons"), "act", "on_behalf_of <> person_id")
    op.create_index(
        "uq_act_one_approval_per_principal",
        "act",
        ["application_id", "submission", "on_behalf_of"],
        unique=True,
        postgresql_where=sa.text("act = 'approve' AND disbursement_id IS NULL AND on_behalf_of IS NOT NULL"),
    )
    for name in ("approved_under", "released_under"):
        op.add_column("payment_batch", sa.Column(name, sa.Uuid(), nullable=True))
        op.create_foreign_key(op.f(f"fk_payment_batch_{name}"), "payment_batch", "delegation", [name], ["id"])
    connection, attributes = op.get_bind(), context.config.attributes
    app_role, record_role = attributes["app_role"], attributes["record_role"]
    op.execute(f'GRANT SELECT ON delegation, account_grant TO "{record_role}"')
    install_versions(connection, ["delegation"])
    for name in ("act", "delegation", "payment_batch"):
        install_triggers(connection, Base.metadata.tables[name], record_role)
    install_functions(connection, app_role=app_role, record_role=record_role)
    install_walls(connection, app_role=app_role, record_role=record_role)


def _make_delegation() -> None:
    op.create_table(
        "delegation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False, comment="over its subtree, as far as the giver's grant"),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("from_account_id", sa.Uuid(), nullable=False),
        sa.Column("from_person_id", sa.Uuid(), nullable=False),
        sa.Column("from_name", sa.Text(), nullable=False),
        sa.Column("to_account_id", sa.Uuid(), nullable=False),
        sa.Column("to_person_id", sa.Uuid(), nullable=False),
        sa.Column("to_name", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column(
            "amount_limit",
            sa.Numeric(precision=14, scale=2),
            nullable=False,
            comment="of one act: a case, a roster, a batch",
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("document", sa.String(), nullable=True, comment="number of the paper that authorises it (授权书)"),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by", sa.Uuid(), nullable=True),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column(
            "touched_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("role IN ('reviewer', 'finance', 'cashier')", name=op.f("ck_delegation_role_known")),
        sa.CheckConstraint(
            "amount_limit >= 0.01 AND amount_limit <> 'NaN'", name=op.f("ck_delegation_amount_limit_sound")
        ),
        sa.CheckConstraint("valid_until >= valid_from", name=op.f("ck_delegation_days_in_order")),
        sa.CheckConstraint("from_person_id <> to_person_id", name=op.f("ck_delegation_two_persons")),
        sa.CheckConstraint("(revoked_at IS NULL) = (revoked_by IS NULL)", name=op.f("ck_delegation_revoked_whole")),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_delegation_{column}"))
            for column, table in (
                ("unit_id", "unit"),
                ("from_account_id", "account"),
                ("from_person_id", "person"),
                ("to_account_id", "account"),
                ("to_person_id", "person"),
                ("revoked_by", "account"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delegation")),
        sa.UniqueConstraint("id", "from_person_id", name="uq_delegation_anchor"),
    )
    op.create_index(op.f("ix_delegation_to_account_id_valid_until"), "delegation", ["to_account_id", "valid_until"])
    op.create_index(op.f("ix_delegation_from_account_id"), "delegation", ["from_account_id"])
    op.create_index(op.f("ix_delegation_unit_id_id"), "delegation", ["unit_id", "id"])


def downgrade() -> None:
    for name in ("approved_under", "released_under"):
        op.drop_constraint(op.f(f"fk_payment_batch_{name}"), "payment_batch", type_="foreignkey")
        op.drop_column("payment_batch", name)
    op.drop_index("uq_act_one_approval_per_principal", table_name="act")
    for name in ("minutes", *_ACT):
        op.drop_column("act", name)  # and what stands on it
    op.drop_table("delegation")
    op.execute(
        "DROP FUNCTION record_delegation(); DROP FUNCTION delegation_stands(uuid, date); "
        "DROP FUNCTION delegate_by_username(text, uuid, text)"
    )
