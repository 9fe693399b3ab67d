"""Women's screening before a result: appointments that an approved invitation makes, and consents to what is done."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.application import of_application
from models.columns import Created, Key, Versioned, Word, one_of
from models.database import Base
from models.membership import Membership
from models.screening_vocabulary import AppointmentState, ConsentPurpose, Deferral, ScreeningParts, SignedHow
from models.unit import Unit


def of_appointment(table: str) -> ForeignKeyConstraint:
    """A foreign key that keeps what hangs on an appointment with its unit and its woman."""
    return ForeignKeyConstraint(
        ["appointment_id", "unit_id", "person_id"],
        ["screening_appointment.id", "screening_appointment.unit_id", "screening_appointment.person_id"],
        name=f"fk_{table}_appointment",
    )


class ScreeningAppointment(Versioned, Base):
    """One woman's place in one screening; made by the approval of her case, withdrawn with its return."""

    __tablename__ = "screening_appointment"

    id: Mapped[Key]
    application_id: Mapped[UUID]
    unit_id: Mapped[UUID]
    membership_id: Mapped[UUID]
    person_id: Mapped[UUID]
    round_id: Mapped[UUID | None] = mapped_column(ForeignKey("round.id"))
    state: Mapped[Word]
    institution: Mapped[str | None]
    booked_on: Mapped[date | None] = mapped_column(comment="the day of the examination")
    assessment_id: Mapped[UUID | None] = mapped_column(comment="what the rules said of that day")
    attended_on: Mapped[date | None]
    parts: Mapped[Word] = mapped_column(default=ScreeningParts.BOTH)
    deferral: Mapped[str | None]
    deferred_until: Mapped[date | None]
    misses: Mapped[int] = mapped_column(default=0)
    moved_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"), comment="whose act led to this state")
    moved_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    created_at: Mapped[Created]

    membership: Mapped[Membership] = relationship(
        lazy="raise", viewonly=True, primaryjoin="foreign(ScreeningAppointment.membership_id) == Membership.id"
    )
    unit: Mapped[Unit] = relationship(
        lazy="raise", viewonly=True, primaryjoin="foreign(ScreeningAppointment.unit_id) == Unit.id"
    )

    __table_args__ = (
        one_of("state", AppointmentState),
        one_of("parts", ScreeningParts),
        one_of("deferral", Deferral),
        CheckConstraint("state <> 'booked' OR booked_on IS NOT NULL", name="booked_has_day"),
        CheckConstraint("(state = 'attended') = (attended_on IS NOT NULL)", name="attended_has_day"),
        of_application("screening_appointment"),
        ForeignKeyConstraint(
            ["membership_id", "unit_id", "person_id"],
            ["membership.id", "membership.unit_id", "membership.person_id"],
            name="fk_screening_appointment_membership",
        ),
        ForeignKeyConstraint(
            ["assessment_id", "application_id"],
            ["assessment.id", "assessment.application_id"],
            name="fk_screening_appointment_assessment",
        ),
        UniqueConstraint("id", "unit_id", "person_id", name="uq_screening_appointment_anchor"),
        Index(
            "uq_screening_appointment_live",
            "application_id",
            unique=True,
            postgresql_where=text("state <> 'withdrawn'"),
        ),
        Index(None, "unit_id", "id"),
        Index(None, "round_id", "id"),
        Index(None, "person_id"),
    )


class ScreeningConsent(Base):
    """A woman's consent to one thing, bound to the text that she read; withdrawn at any time."""

    __tablename__ = "screening_consent"

    id: Mapped[Key]
    appointment_id: Mapped[UUID]
    unit_id: Mapped[UUID]
    person_id: Mapped[UUID]
    purpose: Mapped[Word]
    text_version: Mapped[Word]
    text_digest: Mapped[bytes] = mapped_column(LargeBinary, comment="SHA-256 of the text in the language she read")
    language: Mapped[Word]
    signed_on: Mapped[date]
    signed_how: Mapped[Word]
    taken_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[Created]
    withdrawn_on: Mapped[date | None]
    withdrawn_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    withdrawn_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    __table_args__ = (
        one_of("purpose", ConsentPurpose),
        one_of("signed_how", SignedHow),
        CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_on IS NULL)", name="withdrawal_whole"),
        of_appointment("screening_consent"),
        UniqueConstraint("id", "appointment_id", name="uq_screening_consent_anchor"),
        Index(
            "uq_screening_consent_live",
            "appointment_id",
            "purpose",
            unique=True,
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
    )
