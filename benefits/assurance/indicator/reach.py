"""What an indicator looks at: one unit with all below it, and a span of days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, func
from sqlalchemy.orm import InstrumentedAttribute

from benefits.core.actor import UNION_ZONE
from models.unit import Unit


@dataclass(frozen=True)
class Reach:
    """The units below a path, days inclusive in the union's zone."""

    path: str
    from_on: date
    until_on: date

    def below(self) -> ColumnElement[bool]:
        """The condition on units."""
        return func.starts_with(Unit.path, self.path)

    def day_of(self, instant: InstrumentedAttribute[object]) -> ColumnElement[date]:
        """The union's day of an instant."""
        return func.date(func.timezone(UNION_ZONE.key, instant))

    def acted(self, instant: InstrumentedAttribute[object]) -> ColumnElement[bool]:
        """The condition that an instant lies in the days."""
        return self.day_of(instant).between(self.from_on, self.until_on)
