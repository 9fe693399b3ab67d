"""Corrected accounts of payments that came back."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from models.application import of_application, of_payment
from models.columns import PERSONAL, Created, Key, Word
from models.database import Base


class PayeeCorrection(Base):
    """A corrected account for a returned payment, waiting for or having a reviewer's approval."""

    __tablename__ = "payee_correction"

    id: Mapped[Key]
    disbursement_id: Mapped[UUID] = mapped_column(index=True)
    application_id: Mapped[UUID]
    unit_id: Mapped[UUID]
    payee_cipher: Mapped[bytes] = mapped_column(LargeBinary)
    payee_hash: Mapped[bytes] = mapped_column(LargeBinary)
    payee_holder: Mapped[Word] = mapped_column(info=PERSONAL)
    payee_bank: Mapped[Word] = mapped_column(info=PERSONAL)
    payee_last4: Mapped[Word] = mapped_column(info=PERSONAL)
    given_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    given_at: Mapped[Created]
    approved_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    approved_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    __table_args__ = (of_application("payee_correction"), of_payment("payee_correction"))
