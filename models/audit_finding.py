"""Findings of the auditor (审计发现): opened, answered with evidence, closed by somebody else, visited again."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    LargeBinary,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.account import Account
from models.audit_vocabulary import FindingSeverity, FindingState, FindingSubject, RevisitOutcome
from models.columns import PERSONAL, SECRET, Created, Key, Versioned, Word, one_of
from models.database import Base
from models.unit import Unit


class AuditFinding(Versioned, Base):
    """A finding. `person_id` is of whom it speaks: the member of its case, else the one who answers for it."""

    __tablename__ = "audit_finding"

    id: Mapped[Key]
    number: Mapped[int] = mapped_column(BigInteger, Identity(always=True), unique=True)
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"), comment="that rectifies")
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    subject: Mapped[Word]
    application_id: Mapped[UUID | None]
    disbursement_id: Mapped[UUID | None]
    sample_row_id: Mapped[UUID | None]
    indicator: Mapped[str | None] = mapped_column(comment="the risk indicator that led to it")
    description: Mapped[Word] = mapped_column(info=PERSONAL)
    clause: Mapped[Word]
    severity: Mapped[Word]
    state: Mapped[Word]
    responsible_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    due_on: Mapped[date]
    opened_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    closed_on: Mapped[date | None] = mapped_column(comment="of the last closure")
    created_at: Mapped[Created]

    unit: Mapped[Unit] = relationship(
        lazy="raise", viewonly=True, primaryjoin="foreign(AuditFinding.unit_id) == Unit.id"
    )
    responsible: Mapped[Account | None] = relationship(
        lazy="raise", viewonly=True, primaryjoin="foreign(AuditFinding.responsible_id) == Account.id"
    )

    __table_args__ = (
        one_of("subject", FindingSubject),
        one_of("severity", FindingSeverity),
        one_of("state", FindingState),
        CheckConstraint("(subject = 'unit') = (application_id IS NULL)", name="case_of_subject"),
        CheckConstraint("subject <> 'payment' OR disbursement_id IS NOT NULL", name="payment_of_subject"),
        CheckConstraint("(subject = 'sample_row') = (sample_row_id IS NOT NULL)", name="row_of_subject"),
        CheckConstraint("state NOT IN ('closed', 'revisited') OR closed_on IS NOT NULL", name="closed_on_a_day"),
        ForeignKeyConstraint(
            ["application_id", "unit_id", "person_id"],
            ["application.id", "application.unit_id", "application.person_id"],
            name="fk_audit_finding_application",
        ),
        ForeignKeyConstraint(
            ["disbursement_id", "application_id"],
            ["disbursement.id", "disbursement.application_id"],
            name="fk_audit_finding_disbursement",
        ),
        ForeignKeyConstraint(
            ["sample_row_id", "application_id"],
            ["audit_sample_row.id", "audit_sample_row.application_id"],
            name="fk_audit_finding_sample_row",
        ),
        UniqueConstraint("id", "unit_id", "person_id", name="uq_audit_finding_anchor"),
        Index(None, "unit_id", "id"),
        Index(None, "responsible_id", "id"),
    )


def _of_finding(table: str) -> ForeignKeyConstraint:
    """A foreign key that keeps what belongs to a finding in its unit and under its person's key."""
    return ForeignKeyConstraint(
        ["finding_id", "unit_id", "person_id"],
        ["audit_finding.id", "audit_finding.unit_id", "audit_finding.person_id"],
        name=f"fk_{table}_finding",
    )


class FindingAct(Base):
    """One act on a finding, by whom; a re-visit bears its own day and outcome."""

    __tablename__ = "finding_act"

    id: Mapped[Key]
    finding_id: Mapped[UUID]
    unit_id: Mapped[UUID]
    person_id: Mapped[UUID]
    act: Mapped[Word]
    from_state: Mapped[str | None]
    to_state: Mapped[Word]
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    actor_person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    note: Mapped[str | None] = mapped_column(info=PERSONAL)
    visited_on: Mapped[date | None]
    outcome: Mapped[str | None]
    acted_at: Mapped[Created]

    __table_args__ = (
        one_of("outcome", RevisitOutcome),
        CheckConstraint("num_nulls(visited_on, outcome) = CASE act WHEN 'revisit' THEN 0 ELSE 2 END", name="visited"),
        _of_finding("finding_act"),
        Index(None, "finding_id", "id"),
    )


class FindingPaper(Base):
    """Evidence of a rectification, encrypted under the key of the finding's person."""

    __tablename__ = "finding_paper"

    id: Mapped[Key]
    finding_id: Mapped[UUID]
    unit_id: Mapped[UUID]
    person_id: Mapped[UUID]
    title: Mapped[Word] = mapped_column(info=PERSONAL)
    media_type: Mapped[Word]
    size: Mapped[int]
    digest: Mapped[bytes] = mapped_column(LargeBinary, comment="SHA-256 of the file")
    content: Mapped[bytes] = mapped_column(LargeBinary, info=SECRET, deferred=True)
    added_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[Created]

    __table_args__ = (_of_finding("finding_paper"), Index(None, "finding_id", "id"))
