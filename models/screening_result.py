"""Women's screening from the result on: its class, what follows, and the clinical store behind a wall of its own."""

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

from models.columns import SECRET, Created, Key, Versioned, Word, one_of
from models.database import Base
from models.screening import ScreeningAppointment, of_appointment
from models.screening_vocabulary import (
    AttemptWay,
    ClosingEvidence,
    DetailKind,
    FollowUpEnd,
    FollowUpState,
    ResultClass,
)
from models.unit import Unit


class ScreeningResult(Versioned, Base):
    """The class of a result; a normal one starts the next cycle on the day of the examination."""

    __tablename__ = "screening_result"

    id: Mapped[Key]
    appointment_id: Mapped[UUID]
    unit_id: Mapped[UUID]
    person_id: Mapped[UUID]
    result_class: Mapped[Word]
    examined_on: Mapped[date]
    recorded_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[Created]
    corrected_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    corrected_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    appointment: Mapped[ScreeningAppointment] = relationship(
        lazy="raise", viewonly=True, primaryjoin="foreign(ScreeningResult.appointment_id) == ScreeningAppointment.id"
    )
    unit: Mapped[Unit] = relationship(
        lazy="raise", viewonly=True, primaryjoin="foreign(ScreeningResult.unit_id) == Unit.id"
    )

    __table_args__ = (
        one_of("result_class", ResultClass),
        of_appointment("screening_result"),
        UniqueConstraint("appointment_id"),
        UniqueConstraint("id", "unit_id", "person_id", name="uq_screening_result_anchor"),
        Index(None, "unit_id", "id"),
        Index(
            "ix_screening_result_last_normal",
            "person_id",
            "examined_on",
            postgresql_where=text("result_class = 'normal'"),
        ),
    )


class ScreeningFollowUp(Versioned, Base):
    """追访: one examination that a result asks for. Which one is clinical; here stand the days and how it went."""

    __tablename__ = "screening_follow_up"

    id: Mapped[Key]
    result_id: Mapped[UUID]
    unit_id: Mapped[UUID]
    person_id: Mapped[UUID]
    state: Mapped[Word]
    opened_on: Mapped[date]
    inform_by: Mapped[date]
    examine_by: Mapped[date]
    close_by: Mapped[date]
    informed_on: Mapped[date | None]
    informed_how: Mapped[str | None]
    examined_on: Mapped[date | None]
    closed_on: Mapped[date | None]
    ended: Mapped[str | None]
    evidence: Mapped[str | None]
    closed_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    reopened: Mapped[int] = mapped_column(default=0, comment="how many times")
    reopened_on: Mapped[date | None]
    moved_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"), comment="whose act led to this state")
    moved_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    created_at: Mapped[Created]

    result: Mapped[ScreeningResult] = relationship(
        lazy="raise", viewonly=True, primaryjoin="foreign(ScreeningFollowUp.result_id) == ScreeningResult.id"
    )
    unit: Mapped[Unit] = relationship(
        lazy="raise", viewonly=True, primaryjoin="foreign(ScreeningFollowUp.unit_id) == Unit.id"
    )
    attempts: Mapped[list[ScreeningAttempt]] = relationship(
        lazy="raise",
        viewonly=True,
        primaryjoin="ScreeningFollowUp.id == foreign(ScreeningAttempt.follow_up_id)",
        order_by="ScreeningAttempt.id",
    )

    __table_args__ = (
        one_of("state", FollowUpState),
        one_of("ended", FollowUpEnd),
        one_of("evidence", ClosingEvidence),
        CheckConstraint(
            "(state = 'closed') = (closed_on IS NOT NULL AND ended IS NOT NULL AND evidence IS NOT NULL)",
            name="closing_whole",
        ),
        CheckConstraint("inform_by <= examine_by AND examine_by <= close_by", name="days_in_order"),
        ForeignKeyConstraint(
            ["result_id", "unit_id", "person_id"],
            ["screening_result.id", "screening_result.unit_id", "screening_result.person_id"],
            name="fk_screening_follow_up_result",
        ),
        UniqueConstraint("id", "unit_id", "person_id", name="uq_screening_follow_up_anchor"),
        Index(None, "result_id"),
        Index(None, "unit_id", "id"),
    )


class ScreeningAttempt(Base):
    """One try to reach her: when, how, and whether it reached her."""

    __tablename__ = "screening_attempt"

    id: Mapped[Key]
    follow_up_id: Mapped[UUID]
    unit_id: Mapped[UUID]
    person_id: Mapped[UUID]
    tried_on: Mapped[date]
    way: Mapped[Word]
    reached: Mapped[bool]
    made_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[Created]

    __table_args__ = (
        one_of("way", AttemptWay),
        ForeignKeyConstraint(
            ["follow_up_id", "unit_id", "person_id"],
            ["screening_follow_up.id", "screening_follow_up.unit_id", "screening_follow_up.person_id"],
            name="fk_screening_attempt_follow_up",
        ),
        Index(None, "follow_up_id", "id"),
    )


class ScreeningDetail(Base):
    """The clinical store: what only the woman and the medical role may read, under her key, by her separate consent.

    Never changed; erased by a function of the record role once the consent is withdrawn. The record keeps a digest of
    the ciphertext and not the ciphertext, so that what is erased here is nowhere else.
    """

    __tablename__ = "screening_detail"

    id: Mapped[Key]
    appointment_id: Mapped[UUID]
    consent_id: Mapped[UUID]
    subject_id: Mapped[UUID] = mapped_column(comment="the appointment, result or follow-up that it belongs to")
    unit_id: Mapped[UUID]
    person_id: Mapped[UUID]
    kind: Mapped[Word]
    content_cipher: Mapped[bytes | None] = mapped_column(LargeBinary, info=SECRET, comment="null once erased")
    written_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[Created]
    erased_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    __table_args__ = (
        one_of("kind", DetailKind),
        CheckConstraint("erased_at IS NULL OR content_cipher IS NULL", name="erased_whole"),
        of_appointment("screening_detail"),
        ForeignKeyConstraint(
            ["consent_id", "appointment_id"],
            ["screening_consent.id", "screening_consent.appointment_id"],
            name="fk_screening_detail_consent",
        ),
        Index(None, "subject_id", "kind", "id"),
        Index(None, "consent_id"),
    )
