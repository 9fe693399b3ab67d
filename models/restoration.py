"""A record found older than a checkpoint held outside: a backup was restored; money rests until it is put right."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, DateTime, ForeignKey, Index, Integer, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from models.columns import Instant, Key, Versioned, Word, one_of
from models.database import Base
from models.seal import CopyKind


class RestorationState(StrEnum):
    """How far the reconciliation has come."""

    FOUND = "found"
    RECORDED = "recorded"  # an auditor wrote down why, and what was lost
    RELEASED = "released"  # another person let money move again


class Restoration(Versioned, Base):
    """What was found, and who put it right. Only one is open at a time."""

    __tablename__ = "restoration"

    id: Mapped[Key]
    state: Mapped[Word] = mapped_column(server_default=text("'found'"))
    generation: Mapped[int] = mapped_column(Integer, comment="of the record as it was found")
    size: Mapped[int] = mapped_column(BigInteger, comment="entries up to its own newest checkpoint")
    held_in: Mapped[Word] = mapped_column(comment="which copy told: folder or witness")
    held_size: Mapped[int] = mapped_column(BigInteger)
    held_note: Mapped[str | None] = mapped_column(Text, comment="the checkpoint held outside; a witness tells its size")
    found_at: Mapped[Instant]
    reason: Mapped[str | None] = mapped_column(Text)
    lost: Mapped[list[str] | None] = mapped_column(JSONB, comment="what was lost and how each was made good")
    recorded_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    recorded_by_person: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    released_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    released_by_person: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    released_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    __table_args__ = (
        one_of("state", RestorationState),
        one_of("held_in", CopyKind),
        CheckConstraint(
            "num_nulls(reason, lost, recorded_by, recorded_by_person, recorded_at) "
            "= CASE state WHEN 'found' THEN 5 ELSE 0 END",
            name="recorded_whole",
        ),
        CheckConstraint(
            "num_nulls(released_by, released_by_person, released_at) = CASE state WHEN 'released' THEN 0 ELSE 3 END",
            name="released_whole",
        ),
        CheckConstraint("recorded_by_person <> released_by_person", name="two_persons"),
        Index("uq_restoration_open", text("(true)"), unique=True, postgresql_where=text("state <> 'released'")),
    )
