"""Rounds: one offer of a programme to a union's members for one day, and what the rules said of each of them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Numeric,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.columns import Created, Key, Versioned, Word
from models.database import Base
from models.place import RoundQuota
from models.unit import Unit


class Round(Versioned, Base):
    """A round: its edition is the one in force on the event's day when the round was opened."""

    __tablename__ = "round"

    id: Mapped[Key]
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"), comment="whose round; its subtree is asked")
    programme: Mapped[Word]
    title: Mapped[Word]
    event_on: Mapped[date]
    opens_on: Mapped[date]
    closes_on: Mapped[date]
    policy_id: Mapped[UUID] = mapped_column(ForeignKey("policy.id"))
    fund_id: Mapped[UUID | None] = mapped_column(ForeignKey("fund.id"))
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB, comment="the same for all: kind, occasion, act, plan")
    swept_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    criteria: Mapped[list[str]] = mapped_column(JSONB, default=list, comment="of the last sweep; bit i is the i-th")
    opened_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[Created]

    unit: Mapped[Unit] = relationship(lazy="raise", viewonly=True)
    quotas: Mapped[list[RoundQuota]] = relationship(lazy="raise", viewonly=True)

    __table_args__ = (
        CheckConstraint("closes_on >= opens_on", name="days_in_order"),
        UniqueConstraint("id", "unit_id", name="uq_round_anchor"),
        Index(None, "unit_id", "id"),
    )


class Candidate(Base):
    """What a round's last sweep said of one member, compactly: bit i of a mask is the round's i-th criterion."""

    __tablename__ = "candidate"

    round_id: Mapped[UUID] = mapped_column(ForeignKey("round.id"), primary_key=True)
    membership_id: Mapped[UUID] = mapped_column(primary_key=True)
    unit_id: Mapped[UUID]
    person_id: Mapped[UUID]
    outcome: Mapped[Word]
    unmet: Mapped[int] = mapped_column(BigInteger, comment="mask")
    unknown: Mapped[int] = mapped_column(BigInteger, comment="mask")
    not_applicable: Mapped[int] = mapped_column(BigInteger, comment="mask")
    amount_max: Mapped[Decimal | None] = mapped_column(Numeric(14, 2))
    swept_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), comment="when it last changed")

    __table_args__ = (
        ForeignKeyConstraint(
            ["membership_id", "unit_id", "person_id"],
            ["membership.id", "membership.unit_id", "membership.person_id"],
            name="fk_candidate_membership",
        ),
        Index(None, "round_id", "outcome", "membership_id"),
    )
