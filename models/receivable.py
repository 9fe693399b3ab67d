"""Receivables: what a member owes the union, the receipts that recover it, and the decision to write it off."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.application import of_application
from models.columns import PERSONAL, Created, Instant, Key, Versioned, Word, Yuan, amount_sound, one_of
from models.database import Base
from models.receivable_vocabulary import ReceivableOrigin, ReceivableState


class Receivable(Versioned, Base):
    """An amount that a person owes for a case, and how much of it has been received."""

    __tablename__ = "receivable"

    id: Mapped[Key]
    application_id: Mapped[UUID]
    unit_id: Mapped[UUID]
    person_id: Mapped[UUID]
    origin: Mapped[Word]
    amount: Mapped[Yuan]
    received: Mapped[Yuan] = mapped_column(server_default="0")
    state: Mapped[Word]
    raised_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    written_off_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    written_off_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    reason: Mapped[str | None] = mapped_column(info=PERSONAL, comment="why it was written off")
    created_at: Mapped[Created]

    __table_args__ = (
        one_of("origin", ReceivableOrigin),
        one_of("state", ReceivableState),
        amount_sound("amount", least="0.01"),
        amount_sound("received"),
        CheckConstraint("received <= amount", name="never_overpaid"),
        CheckConstraint("(state = 'recovered') = (received = amount)", name="recovered_when_received"),
        CheckConstraint("(state = 'written_off') = (written_off_by IS NOT NULL)", name="written_off_by_somebody"),
        ForeignKeyConstraint(
            ["application_id", "unit_id", "person_id"],
            ["application.id", "application.unit_id", "application.person_id"],
            name="fk_receivable_application",
        ),
        UniqueConstraint("id", "application_id", name="uq_receivable_anchor"),
        Index(None, "application_id"),
        Index(None, "unit_id", "id"),
    )


class Receipt(Base):
    """Money received for a receivable; a bank's serial counts once in a union, whoever enters it."""

    __tablename__ = "receipt"

    id: Mapped[Key]
    receivable_id: Mapped[UUID] = mapped_column(index=True)
    application_id: Mapped[UUID]
    unit_id: Mapped[UUID]
    amount: Mapped[Yuan]
    received_on: Mapped[date]
    bank_serial: Mapped[Word]
    entered_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    entered_at: Mapped[Instant]

    __table_args__ = (
        amount_sound("amount", least="0.01"),
        UniqueConstraint("unit_id", "bank_serial", name="uq_receipt_bank_serial"),
        of_application("receipt"),
        ForeignKeyConstraint(
            ["receivable_id", "application_id"],
            ["receivable.id", "receivable.application_id"],
            name="fk_receipt_receivable",
        ),
    )
