"""Erasure of what identifies a former member: asked for by one, done by another once no duty to keep it runs."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.columns import Instant, Key, Versioned, Word, one_of
from models.database import Base
from models.unit import Unit


class ErasureState(StrEnum):
    """Asked for (the data are kept, and kept apart), taken back, or done."""

    REQUESTED = "requested"
    WITHDRAWN = "withdrawn"
    DONE = "done"


class ErasureOrigin(StrEnum):
    """Who wants it: the member, or the union whose purpose is achieved (个人信息保护法 art. 47)."""

    MEMBER = "member"
    UNION = "union"


class Erasure(Versioned, Base):
    """A request about one membership; while it is open nothing of the member is shown unmasked."""

    __tablename__ = "erasure"

    id: Mapped[Key]
    membership_id: Mapped[UUID]
    unit_id: Mapped[UUID]
    person_id: Mapped[UUID]
    state: Mapped[Word]
    origin: Mapped[Word]
    requested_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    requested_by_person: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    requested_at: Mapped[Instant]
    ended_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    ended_by_person: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    unit: Mapped[Unit] = relationship(lazy="raise", viewonly=True, primaryjoin="foreign(Erasure.unit_id) == Unit.id")

    __table_args__ = (
        one_of("state", ErasureState),
        one_of("origin", ErasureOrigin),
        CheckConstraint("num_nulls(ended_by, ended_by_person, ended_at) IN (0, 3)", name="end_whole"),
        CheckConstraint("(state = 'requested') = (ended_at IS NULL)", name="ended_once"),
        CheckConstraint("state <> 'done' OR ended_by_person <> requested_by_person", name="two_persons"),
        ForeignKeyConstraint(
            ["membership_id", "unit_id", "person_id"],
            ["membership.id", "membership.unit_id", "membership.person_id"],
            name="fk_erasure_membership",
        ),
        Index(
            "uq_erasure_open",
            "membership_id",
            unique=True,
            postgresql_where=text("state = 'requested'"),
        ),
        Index(None, "unit_id", "id"),
    )
