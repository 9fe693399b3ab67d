"""Reversals: what was taken back of a payment that the bank had made, why, by which decision, and what it left."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.application import of_application, of_payment
from models.columns import PERSONAL, Instant, Key, Word, Yuan, amount_sound, one_of
from models.database import Base
from models.settling_vocabulary import ReversalKind


class Reversal(Base):
    """One decision on a paid payment: the whole or a part is owed to the union, or the bank has brought it back."""

    __tablename__ = "reversal"

    id: Mapped[Key]
    disbursement_id: Mapped[UUID] = mapped_column(index=True)
    application_id: Mapped[UUID]
    unit_id: Mapped[UUID]
    kind: Mapped[Word]
    amount: Mapped[Yuan]
    reason: Mapped[Word] = mapped_column(info=PERSONAL)
    minutes: Mapped[Word] = mapped_column(comment="of the decision")
    bank_serial: Mapped[str | None] = mapped_column(comment="under which the bank brought it back")
    received_on: Mapped[date | None]
    receivable_id: Mapped[UUID | None] = mapped_column(unique=True, comment="what is owed while the money is outside")
    original_id: Mapped[UUID | None] = mapped_column(ForeignKey("voucher.id"), comment="that booked the payment")
    voucher_id: Mapped[UUID] = mapped_column(ForeignKey("voucher.id"), comment="the red one")
    reversed_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    reversed_at: Mapped[Instant]

    __table_args__ = (
        # Two unions have two banks: what one of them books is no answer to the other.
        UniqueConstraint("unit_id", "bank_serial", name="uq_reversal_bank_serial"),
        one_of("kind", ReversalKind),
        amount_sound("amount", least="0.01"),
        CheckConstraint("num_nulls(bank_serial, received_on) IN (0, 2)", name="come_back_whole"),
        CheckConstraint("(kind = 'bank_took_back') = (bank_serial IS NOT NULL)", name="back_when_bank_says"),
        CheckConstraint("(receivable_id IS NULL) = (bank_serial IS NOT NULL)", name="owed_or_back"),
        of_application("reversal"),
        of_payment("reversal"),
        ForeignKeyConstraint(
            ["receivable_id", "application_id"],
            ["receivable.id", "receivable.application_id"],
            name="fk_reversal_receivable",
        ),
    )
