"""How a hardship file ends: the steps of an exit, objections to it, its move to another unit, its destruction."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.columns import PERSONAL, Created, Key, Versioned, Word, one_of
from models.database import Base
from models.household import Household, of_household
from models.vocabulary import OPEN_EXIT_STATES, ExitReason, ExitState

_OPEN = ", ".join(f"'{state}'" for state in OPEN_EXIT_STATES)


class HouseholdExit(Versioned, Base):
    """退出: proposed, decided by the unit, shown in public, approved above, told to the worker in writing."""

    __tablename__ = "household_exit"

    id: Mapped[Key]
    household_id: Mapped[UUID]
    unit_id: Mapped[UUID]
    person_id: Mapped[UUID]
    state: Mapped[Word]
    reason: Mapped[Word]
    months: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, comment="month, value, line, gap as they were judged")
    evidence_cipher: Mapped[bytes | None] = mapped_column(LargeBinary)
    minutes: Mapped[str | None] = mapped_column(comment="of the unit's meeting that decided")
    shown_name: Mapped[str | None] = mapped_column(info=PERSONAL, comment="masked, as the notice shows it")
    posted_on: Mapped[date | None]
    working_days: Mapped[int | None]
    complete_on: Mapped[date | None] = mapped_column(comment="first day on which it may be approved")
    notified_on: Mapped[date | None] = mapped_column(comment="written notice to the worker")
    created_at: Mapped[Created]

    household: Mapped[Household] = relationship(
        lazy="raise", viewonly=True, primaryjoin="foreign(HouseholdExit.household_id) == Household.id"
    )

    __table_args__ = (
        of_household("household_exit"),
        one_of("state", ExitState),
        one_of("reason", ExitReason),
        CheckConstraint("(posted_on IS NULL) = (complete_on IS NULL)", name="notice_dated"),
        CheckConstraint("(state = 'done') = (notified_on IS NOT NULL)", name="done_when_notified"),
        UniqueConstraint("id", "household_id", name="uq_household_exit_anchor"),
        Index("uq_household_exit_open", "household_id", unique=True, postgresql_where=text(f"state IN ({_OPEN})")),
        Index(None, "household_id", "id"),
    )


def _of_exit(table: str) -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["exit_id", "household_id"],
        ["household_exit.id", "household_exit.household_id"],
        name=f"fk_{table}_exit",
    )


class ExitStep(Base):
    """One step of an exit: who took it, as which person, and when."""

    __tablename__ = "exit_step"

    id: Mapped[Key]
    exit_id: Mapped[UUID]
    household_id: Mapped[UUID]
    unit_id: Mapped[UUID]
    person_id: Mapped[UUID]
    act: Mapped[Word]
    from_state: Mapped[str | None]
    to_state: Mapped[Word]
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    taken_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    note: Mapped[str | None] = mapped_column(info=PERSONAL)
    taken_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))

    __table_args__ = (of_household("exit_step"), _of_exit("exit_step"), Index(None, "exit_id", "id"))


class ExitObjection(Base):
    """An objection to the notice of an exit; while open it holds the exit."""

    __tablename__ = "exit_objection"

    id: Mapped[Key]
    exit_id: Mapped[UUID]
    household_id: Mapped[UUID]
    unit_id: Mapped[UUID]
    person_id: Mapped[UUID]
    reason: Mapped[Word] = mapped_column(info=PERSONAL)
    raised_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    resolution: Mapped[str | None] = mapped_column(info=PERSONAL)
    resolved_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    __table_args__ = (of_household("exit_objection"), _of_exit("exit_objection"), Index(None, "exit_id", "id"))


class HouseholdDestruction(Base):
    """The end of a file's retention: proposed by one person, approved by another, who destroys its key."""

    __tablename__ = "household_destruction"

    id: Mapped[Key]
    household_id: Mapped[UUID] = mapped_column(unique=True)
    unit_id: Mapped[UUID]
    person_id: Mapped[UUID]
    reason: Mapped[Word]
    proposed_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    proposed_by_person: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    proposed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    approved_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    approved_by_person: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    approved_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    __table_args__ = (
        of_household("household_destruction"),
        CheckConstraint("approved_by_person <> proposed_by_person", name="two_persons"),
    )


class HouseholdTransfer(Base):
    """件随人走: a file went with its head to another unit; the unit that it left keeps this line of it."""

    __tablename__ = "household_transfer"

    id: Mapped[Key]
    household_id: Mapped[UUID]
    unit_id: Mapped[UUID] = mapped_column(comment="where the file is now")
    person_id: Mapped[UUID]
    from_unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"), index=True)
    from_member: Mapped[UUID] = mapped_column(comment="the membership that it was kept for")
    to_unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"))
    opening_case: Mapped[UUID | None] = mapped_column(comment="stays with the unit that decided it")
    reason: Mapped[Word]
    moved_on: Mapped[date]
    moved_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[Created]

    __table_args__ = (of_household("household_transfer"), Index(None, "household_id", "id"))
