"""Year end: the closing of a unit's year, drawn up by one person and posted by another, and what its funds carry on."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.columns import Created, Key, Versioned, Word, Yuan, amount_sound, one_of
from models.database import Base
from models.unit import Unit


class ClosingState(StrEnum):
    """The closing of a year as drawn up, posted or dropped; dropped ones may be followed by another."""

    DRAWN_UP = "drawn_up"
    POSTED = "posted"
    DROPPED = "dropped"


class YearClosing(Versioned, Base):
    """A year of a unit's books that is to be closed, or is; once posted nothing more is posted into that year."""

    __tablename__ = "year_closing"

    id: Mapped[Key]
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"))
    year: Mapped[int]
    state: Mapped[Word]
    figures: Mapped[dict[str, Any]] = mapped_column(JSONB, comment="entries by purse and the funds, as drawn up")
    drawn_up_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    drawn_up_person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    posted_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    posted_person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    posted_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    created_at: Mapped[Created]

    unit: Mapped[Unit] = relationship(lazy="raise", viewonly=True)

    __table_args__ = (
        one_of("state", ClosingState),
        CheckConstraint(
            "num_nonnulls(posted_by, posted_person_id, posted_at) = CASE WHEN state = 'posted' THEN 3 ELSE 0 END",
            name="posted_by_somebody",
        ),
        CheckConstraint("posted_person_id <> drawn_up_person_id", name="two_persons"),
        UniqueConstraint("id", "unit_id", name="uq_year_closing_anchor"),
        Index("uq_year_closing_once", "unit_id", "year", unique=True, postgresql_where=text("state <> 'dropped'")),
    )


class FundCarry(Base):
    """What a fund of a closed year left over (结余), moved to its successor, and how it stood; never changed.

    What decisions had reserved or committed (结转) stays in the old fund and is paid from it.
    """

    __tablename__ = "fund_carry"

    id: Mapped[Key]
    closing_id: Mapped[UUID]
    unit_id: Mapped[UUID]
    fund_id: Mapped[UUID] = mapped_column(index=True)
    successor_id: Mapped[UUID] = mapped_column(index=True)
    amount: Mapped[Yuan]
    reserved: Mapped[Yuan]
    committed: Mapped[Yuan]
    spent: Mapped[Yuan]
    carried_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    carried_at: Mapped[Created]

    __table_args__ = (
        *(amount_sound(part) for part in ("amount", "reserved", "committed", "spent")),
        CheckConstraint("fund_id <> successor_id", name="into_another"),
        UniqueConstraint("id", "unit_id", name="uq_fund_carry_anchor"),
        ForeignKeyConstraint(
            ["closing_id", "unit_id"], ["year_closing.id", "year_closing.unit_id"], name="fk_fund_carry_closing"
        ),
        ForeignKeyConstraint(["fund_id", "unit_id"], ["fund.id", "fund.unit_id"], name="fk_fund_carry_fund"),
        ForeignKeyConstraint(["successor_id", "unit_id"], ["fund.id", "fund.unit_id"], name="fk_fund_carry_successor"),
    )
