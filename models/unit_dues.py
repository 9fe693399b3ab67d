"""Union dues (经费) that a unit has passed up: through which day, paid when; what was wrongly noted is voided."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.columns import Created, Key, Versioned
from models.database import Base
from models.unit import Unit


class UnitDues(Versioned, Base):
    """One payment: the unit's dues are paid through `paid_through` since `paid_on`."""

    __tablename__ = "unit_dues"

    id: Mapped[Key]
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"))
    paid_through: Mapped[date]
    paid_on: Mapped[date]
    note: Mapped[str | None]
    entered_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    voided_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    voided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    void_reason: Mapped[str | None]
    created_at: Mapped[Created]

    unit: Mapped[Unit] = relationship(lazy="raise", viewonly=True)

    __table_args__ = (Index(None, "unit_id", "paid_through"),)
