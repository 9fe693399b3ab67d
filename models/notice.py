"""公示: what is shown in public of a case, and the objections to it."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, Numeric, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.application import of_application
from models.columns import PERSONAL, Created, Key, Versioned, Word
from models.database import Base


class Notice(Versioned, Base):
    """公示: what is shown of a case, from one day until enough working days have passed."""

    __tablename__ = "notice"

    id: Mapped[Key]
    application_id: Mapped[UUID]
    unit_id: Mapped[UUID]
    submission: Mapped[int]
    shown_name: Mapped[Word] = mapped_column(info=PERSONAL)
    shown_kind: Mapped[Word]
    shown_amount: Mapped[Decimal | None] = mapped_column(Numeric(14, 2))
    posted_on: Mapped[date]
    working_days: Mapped[int]
    complete_on: Mapped[date] = mapped_column(comment="first day on which the case may be approved")
    closed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    created_at: Mapped[Created]

    __table_args__ = (of_application("notice"), UniqueConstraint("application_id", "submission"))


class Objection(Base):
    """An objection to a notice; while open it holds the case."""

    __tablename__ = "objection"

    id: Mapped[Key]
    notice_id: Mapped[UUID] = mapped_column(ForeignKey("notice.id"), index=True)
    application_id: Mapped[UUID]
    unit_id: Mapped[UUID]
    reason: Mapped[Word] = mapped_column(info=PERSONAL)
    raised_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    raised_at: Mapped[Created]
    resolution: Mapped[str | None] = mapped_column(info=PERSONAL)
    resolved_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    resolved_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    __table_args__ = (of_application("objection"),)
