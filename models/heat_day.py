"""Hot days: the highest temperature of a day in a division, as a weather station published it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.columns import Created, Key, Versioned, Word
from models.database import Base
from models.unit import Unit


class HeatDay(Versioned, Base):
    """One day of one division, kept by a unit for itself and all below it; the highest unit's word stands."""

    __tablename__ = "heat_day"

    id: Mapped[Key]
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"))
    division_code: Mapped[Word] = mapped_column(comment="GB/T 2260")
    day: Mapped[date]
    max_temperature: Mapped[Decimal] = mapped_column(Numeric(4, 1), comment="°C")
    source: Mapped[Word] = mapped_column(comment="the station and where it published")
    entered_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[Created]

    unit: Mapped[Unit] = relationship(lazy="raise", viewonly=True)

    __table_args__ = (
        CheckConstraint("max_temperature BETWEEN -50 AND 60", name="temperature_sound"),
        UniqueConstraint("unit_id", "division_code", "day"),
        Index(None, "division_code", "day"),
    )
