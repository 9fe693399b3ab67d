"""Model workers' innovation studios (劳模创新工作室): which unit's, under whom, since when."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.columns import Created, Key, Versioned, Word, one_of
from models.database import Base
from models.membership import Membership
from models.unit import Unit
from models.vocabulary import StudioState


class Studio(Versioned, Base):
    """A studio of a unit, headed by one of its members."""

    __tablename__ = "studio"

    id: Mapped[Key]
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"))
    name: Mapped[Word]
    head_id: Mapped[UUID] = mapped_column(comment="the head's membership")
    person_id: Mapped[UUID] = mapped_column(comment="the head")
    founded_on: Mapped[date]
    named_by: Mapped[str | None] = mapped_column(comment="the body that gave it the name")
    state: Mapped[Word]
    state_since: Mapped[date]
    entered_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[Created]

    unit: Mapped[Unit] = relationship(lazy="raise", viewonly=True)
    head: Mapped[Membership] = relationship(
        lazy="raise", viewonly=True, primaryjoin="foreign(Studio.head_id) == Membership.id"
    )

    __table_args__ = (
        one_of("state", StudioState),
        ForeignKeyConstraint(
            ["head_id", "unit_id", "person_id"],
            ["membership.id", "membership.unit_id", "membership.person_id"],
            name="fk_studio_head",
        ),
        UniqueConstraint("unit_id", "name"),
        Index(None, "unit_id", "id"),
    )
