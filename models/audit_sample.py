"""Samples of the auditor: a population frozen with its digest, the seed, the rows drawn and what came of each."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    Numeric,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.audit_vocabulary import ExaminationResult, Population, SampleMethod, StrataBy
from models.columns import PERSONAL, SECRET, Created, Key, Versioned, Word, Yuan, amount_sound, one_of
from models.database import Base
from models.unit import Unit


class AuditSample(Versioned, Base):
    """A sample; never drawn again nor changed: only the examinations of its rows are added."""

    __tablename__ = "audit_sample"

    id: Mapped[Key]
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"), comment="the population is of its subtree")
    population: Mapped[Word]
    filters: Mapped[dict[str, Any]] = mapped_column(JSONB, comment="from, until, programme, amount_from, amount_until")
    method: Mapped[Word]
    size: Mapped[int]
    strata_by: Mapped[str | None]
    bands: Mapped[list[str]] = mapped_column(JSONB, comment="upper bounds of the amount's strata, in yuan")
    seed: Mapped[Word]
    seed_given: Mapped[bool] = mapped_column(comment="false: drawn by the server after the population was frozen")
    rows: Mapped[int]
    total: Mapped[Yuan]
    digest: Mapped[bytes] = mapped_column(LargeBinary, comment="SHA-256 of the frozen population's file")
    population_file: Mapped[str] = mapped_column(Text, info=SECRET, deferred=True, comment="the rows, as CSV")
    strata: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, comment="name, rows, total, drawn; of each stratum")
    step: Mapped[Decimal | None] = mapped_column(Numeric(14, 2), comment="monetary unit: yuan between two hits")
    first_hit: Mapped[Decimal | None] = mapped_column(Numeric(14, 2), comment="monetary unit: the first hit")
    drawn_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[Created]

    unit: Mapped[Unit] = relationship(lazy="raise", viewonly=True)

    __table_args__ = (
        one_of("population", Population),
        one_of("method", SampleMethod),
        one_of("strata_by", StrataBy),
        amount_sound("total"),
        amount_sound("step", least="0.01"),
        amount_sound("first_hit", least="0.01"),
        CheckConstraint("size > 0 AND rows > 0", name="something_drawn"),
        CheckConstraint("(method = 'stratified') = (strata_by IS NOT NULL)", name="strata_of_stratified"),
        CheckConstraint(
            "num_nulls(step, first_hit) = CASE method WHEN 'monetary_unit' THEN 0 ELSE 2 END",
            name="step_of_monetary_unit",
        ),
        Index(None, "unit_id", "id"),
    )


class AuditSampleRow(Versioned, Base):
    """A drawn row: why it was drawn, and what its examination came to."""

    __tablename__ = "audit_sample_row"

    id: Mapped[Key]
    sample_id: Mapped[UUID] = mapped_column(ForeignKey("audit_sample.id"))
    number: Mapped[int]
    application_id: Mapped[UUID]
    unit_id: Mapped[UUID] = mapped_column(comment="the case's")
    person_id: Mapped[UUID]
    disbursement_id: Mapped[UUID | None] = mapped_column(comment="null: a sample of cases")
    programme: Mapped[Word]
    amount: Mapped[Yuan] = mapped_column(comment="as frozen")
    stratum: Mapped[str | None]
    hits: Mapped[int]
    reason: Mapped[Word] = mapped_column(comment="of the code table sample_reason")
    figures: Mapped[dict[str, str]] = mapped_column(JSONB, comment="that fill the reason's sentence")
    result: Mapped[str | None]
    error_amount: Mapped[Decimal | None] = mapped_column(Numeric(14, 2))
    note: Mapped[str | None] = mapped_column(info=PERSONAL)
    examined_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    examined_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    unit: Mapped[Unit] = relationship(
        lazy="raise", viewonly=True, primaryjoin="foreign(AuditSampleRow.unit_id) == Unit.id"
    )

    __table_args__ = (
        one_of("result", ExaminationResult),
        amount_sound("amount"),
        amount_sound("error_amount"),
        CheckConstraint("error_amount <= amount", name="error_within_amount"),
        CheckConstraint("result = 'exception' OR coalesce(error_amount, 0) = 0", name="error_of_exception"),
        CheckConstraint("num_nulls(result, error_amount, examined_by, examined_at) IN (0, 4)", name="examined_whole"),
        CheckConstraint("result <> 'exception' OR note IS NOT NULL", name="exception_explained"),
        ForeignKeyConstraint(
            ["application_id", "unit_id", "person_id"],
            ["application.id", "application.unit_id", "application.person_id"],
            name="fk_audit_sample_row_application",
        ),
        ForeignKeyConstraint(
            ["disbursement_id", "application_id"],
            ["disbursement.id", "disbursement.application_id"],
            name="fk_audit_sample_row_disbursement",
        ),
        UniqueConstraint("sample_id", "number"),
        UniqueConstraint("id", "application_id", name="uq_audit_sample_row_anchor"),
    )
