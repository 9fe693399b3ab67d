"""Sealing: the record's entries in their order as a Merkle tree, its signed heads, and their copies outside."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context, op
from sqlalchemy.dialects import postgresql

import models.tables  # noqa: F401 - the metadata must be whole
from models.database import Base
from models.functions import install_functions, install_versions
from models.record import install_triggers
from models.walls import install_walls

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_OF_THE_RECORD = ("record_seal", "record_tile", "record_era", "record_checkpoint")
_AT = sa.DateTime(timezone=True)
_NOW = sa.text("clock_timestamp()")


def upgrade() -> None:
    op.create_table(
        "record_seal",
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False, comment="the entry's number; it may be gone from the record"),
        sa.Column("xid", sa.BigInteger(), nullable=False),
        sa.Column("leaf", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_record_seal")),
        sa.UniqueConstraint("n", name=op.f("uq_record_seal_n")),
    )
    op.create_table(
        "record_tile",
        sa.Column("level", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("level", "position", name=op.f("pk_record_tile")),
    )
    op.create_table(
        "record_era",
        sa.Column("number", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("server", sa.BigInteger(), nullable=False),
        sa.Column("from_position", sa.BigInteger(), nullable=False),
        sa.Column("from_xid", sa.BigInteger(), nullable=False, comment="the oldest transaction that ran when it began"),
        sa.Column("until_n", sa.BigInteger(), nullable=False),
        sa.Column("caught_up", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("begun_at", _AT, server_default=_NOW, nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_record_era")),
    )
    op.create_table(
        "record_log",
        sa.Column("generation", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column(
            "from_size", sa.BigInteger(), nullable=False, comment="what it has in common with the generation before"
        ),
        sa.Column("opened_at", _AT, server_default=_NOW, nullable=False),
        sa.PrimaryKeyConstraint("generation", name=op.f("pk_record_log")),
        sa.UniqueConstraint("origin", name=op.f("uq_record_log_origin")),
    )
    op.create_table(
        "record_key",
        sa.Column("verifier", sa.Text(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("since_at", _AT, nullable=False),
        sa.PrimaryKeyConstraint("verifier", name=op.f("pk_record_key")),
        sa.ForeignKeyConstraint(["generation"], ["record_log.generation"], name=op.f("fk_record_key_generation")),
    )
    op.create_table(
        "record_checkpoint",
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("signed_at", _AT, nullable=False),
        sa.PrimaryKeyConstraint("size", name=op.f("pk_record_checkpoint")),
        sa.ForeignKeyConstraint(
            ["generation"], ["record_log.generation"], name=op.f("fk_record_checkpoint_generation")
        ),
    )
    op.create_table(
        "record_copy",
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default=sa.text("'waiting'"), nullable=False),
        sa.Column("tries", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("tried_at", _AT, nullable=True),
        sa.Column("sent_at", _AT, nullable=True),
        sa.Column("answer", sa.Text(), nullable=True, comment="where it lies, or the cosignatures; or why it failed"),
        sa.CheckConstraint("kind IN ('folder', 'mail', 'witness')", name=op.f("ck_record_copy_kind_known")),
        sa.CheckConstraint("state IN ('waiting', 'sent', 'refused')", name=op.f("ck_record_copy_state_known")),
        sa.CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name=op.f("ck_record_copy_sent_with_instant")),
        sa.ForeignKeyConstraint(["size"], ["record_checkpoint.size"], name=op.f("fk_record_copy_size")),
        sa.PrimaryKeyConstraint("size", "kind", name=op.f("pk_record_copy")),
    )
    _restoration()
    connection, attributes = op.get_bind(), context.config.attributes
    app_role, record_role = attributes["app_role"], attributes["record_role"]
    install_versions(connection, ["restoration"])
    for name in ("record_key", "record_log", "restoration"):
        install_triggers(connection, Base.metadata.tables[name], record_role)
    for name in _OF_THE_RECORD:
        op.execute(f'ALTER TABLE {name} OWNER TO "{record_role}"')
    install_functions(connection, app_role=app_role, record_role=record_role)
    install_walls(connection, app_role=app_role, record_role=record_role)


def _restoration() -> None:
    op.create_table(
        "restoration",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), server_default=sa.text("'found'"), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False, comment="of the record as it was found"),
        sa.Column("size", sa.BigInteger(), nullable=False, comment="entries up to its own newest checkpoint"),
        sa.Column("held_in", sa.Text(), nullable=False, comment="which copy told: folder or witness"),
        sa.Column("held_size", sa.BigInteger(), nullable=False),
        sa.Column(
            "held_note", sa.Text(), nullable=True, comment="the checkpoint held outside; a witness tells its size"
        ),
        sa.Column("found_at", _AT, nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column(
            "lost",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=True,
            comment="what was lost and how each was made good",
        ),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("recorded_by_person", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", _AT, nullable=True),
        sa.Column("released_by", sa.Uuid(), nullable=True),
        sa.Column("released_by_person", sa.Uuid(), nullable=True),
        sa.Column("released_at", _AT, nullable=True),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("touched_at", _AT, server_default=_NOW, nullable=False),
        sa.CheckConstraint("state IN ('found', 'recorded', 'released')", name=op.f("ck_restoration_state_known")),
        sa.CheckConstraint("held_in IN ('folder', 'mail', 'witness')", name=op.f("ck_restoration_held_in_known")),
        sa.CheckConstraint(
            "num_nulls(reason, lost, recorded_by, recorded_by_person, recorded_at) "
            "= CASE state WHEN 'found' THEN 5 ELSE 0 END",
            name=op.f("ck_restoration_recorded_whole"),
        ),
        sa.CheckConstraint(
            "num_nulls(released_by, released_by_person, released_at) = CASE state WHEN 'released' THEN 0 ELSE 3 END",
            name=op.f("ck_restoration_released_whole"),
        ),
        sa.CheckConstraint("recorded_by_person <> released_by_person", name=op.f("ck_restoration_two_persons")),
        *(
            sa.ForeignKeyConstraint([f"{act}_by"], ["account.id"], name=op.f(f"fk_restoration_{act}_by"))
            for act in ("recorded", "released")
        ),
        *(
            sa.ForeignKeyConstraint([f"{act}_by_person"], ["person.id"], name=op.f(f"fk_restoration_{act}_by_person"))
            for act in ("recorded", "released")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_restoration")),
    )
    op.create_index(
        "uq_restoration_open",
        "restoration",
        [sa.text("(true)")],
        unique=True,
        postgresql_where=sa.text("state <> 'released'"),
    )


def downgrade() -> None:
    for signature in (
        "entry_sealed_at(bigint)",
        "entries_unsealed_since()",
        "entries_unsealed()",
        "checkpoint_keep(bigint, integer, bytea, text, timestamptz)",
        "seal_entries(integer)",
    ):
        op.execute(f"DROP FUNCTION {signature}")
    for name in (
        *("restoration", "record_copy", "record_checkpoint", "record_key", "record_log", "record_era"),
        *("record_tile", "record_seal"),
    ):
        op.drop_table(name)
