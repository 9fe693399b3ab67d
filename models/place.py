"""Places: the scarce seats of a round, the seed by which they are drawn, who has one, and what became of it."""

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
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.application import of_application
from models.columns import PERSONAL, SECRET, Created, Instant, Key, Versioned, Word, Yuan, amount_sound, one_of
from models.database import Base
from models.place_vocabulary import PlaceState
from models.unit import Unit


def of_round(table: str) -> ForeignKeyConstraint:
    """A foreign key that keeps what is said of a round in the round's own unit."""
    return ForeignKeyConstraint(["round_id", "unit_id"], ["round.id", "round.unit_id"], name=f"fk_{table}_round")


class RoundQuota(Base):
    """How many of a round's places are for the members of one unit and those below it."""

    __tablename__ = "round_quota"

    round_id: Mapped[UUID] = mapped_column(ForeignKey("round.id"), primary_key=True)
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"), primary_key=True, comment="whose members")
    places: Mapped[int]
    set_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    set_at: Mapped[Instant]

    unit: Mapped[Unit] = relationship(lazy="raise", viewonly=True)

    __table_args__ = (CheckConstraint("places >= 0", name="places_sound"),)


class Allocation(Base):
    """The draw of a round: a secret committed to by its hash, revealed when the places are given out, once."""

    __tablename__ = "allocation"

    id: Mapped[Key]
    round_id: Mapped[UUID] = mapped_column(unique=True)
    unit_id: Mapped[UUID]
    commitment: Mapped[bytes] = mapped_column(LargeBinary, comment="SHA-256 of the secret, published at once")
    secret_wrapped: Mapped[bytes] = mapped_column(LargeBinary, info=SECRET, comment="until it is revealed")
    public_source: Mapped[str | None] = mapped_column(comment="what nobody can foresee, named beforehand")
    committed_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    committed_at: Mapped[Instant]
    secret: Mapped[bytes | None] = mapped_column(LargeBinary, comment="revealed")
    public_value: Mapped[str | None]
    seed: Mapped[bytes | None] = mapped_column(LargeBinary, comment="SHA-256 of secret and public value")
    outcome: Mapped[dict[str, Any] | None] = mapped_column(JSONB, info=SECRET, comment="as published")
    pool: Mapped[int] = mapped_column(server_default="0", comment="places that no waiting list wanted")
    allocated_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    allocated_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    __table_args__ = (
        of_round("allocation"),
        CheckConstraint("pool >= 0", name="pool_sound"),
        CheckConstraint(
            "(allocated_at IS NULL) = (secret IS NULL) AND (secret IS NULL) = (seed IS NULL) "
            "AND (seed IS NULL) = (outcome IS NULL)",
            name="revealed_together",
        ),
    )


class LeaveBatch(Base):
    """What a round of convalescent leave offers beyond its facts: where to, with whom, insured by whom."""

    __tablename__ = "leave_batch"

    round_id: Mapped[UUID] = mapped_column(primary_key=True)
    unit_id: Mapped[UUID]
    destination: Mapped[Word]
    lodging: Mapped[Word] = mapped_column(comment="the listed base")
    operator: Mapped[Word] = mapped_column(comment="procured openly; invoices the union")
    insurer: Mapped[Word] = mapped_column(comment="accident insurance of every participant")
    set_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    set_at: Mapped[Instant]

    __table_args__ = (of_round("leave_batch"),)


class Place(Versioned, Base):
    """A candidate's place in the order of their unit: waiting or held, then travelled, settled, declined or released.

    Nobody sets out without an insurance policy number (statement 38).
    """

    __tablename__ = "place"

    id: Mapped[Key]
    round_id: Mapped[UUID] = mapped_column(ForeignKey("round.id"))
    application_id: Mapped[UUID] = mapped_column(unique=True)
    unit_id: Mapped[UUID]
    person_id: Mapped[UUID]
    quota_unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"), comment="in whose order")
    rank: Mapped[int]
    ranked_by: Mapped[dict[str, Any]] = mapped_column(JSONB, info=PERSONAL, comment="value by ranking criterion")
    state: Mapped[Word]
    reason: Mapped[str | None] = mapped_column(info=PERSONAL, comment="why declined or released")
    insurance_number: Mapped[str | None] = mapped_column(info=PERSONAL)
    health_declared_on: Mapped[date | None] = mapped_column(comment="nothing to declare, once more")
    attended_days: Mapped[int | None]
    ended_on: Mapped[date | None] = mapped_column(comment="last day attended")
    moved_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    moved_at: Mapped[Instant]
    created_at: Mapped[Created]

    __table_args__ = (
        one_of("state", PlaceState),
        CheckConstraint(
            "state NOT IN ('confirmed', 'departed', 'returned', 'settled') "
            "OR (insurance_number IS NOT NULL AND health_declared_on IS NOT NULL)",
            name="insured_before_departure",
        ),
        CheckConstraint(
            "(state IN ('returned', 'settled')) = (ended_on IS NOT NULL) "
            "AND (ended_on IS NULL) = (attended_days IS NULL)",
            name="attended_when_returned",
        ),
        ForeignKeyConstraint(
            ["application_id", "unit_id", "person_id"],
            ["application.id", "application.unit_id", "application.person_id"],
            name="fk_place_application",
        ),
        UniqueConstraint("round_id", "quota_unit_id", "rank"),
        UniqueConstraint("id", "application_id", name="uq_place_anchor"),
        Index(None, "person_id", "ended_on"),
        Index(None, "unit_id", "id"),
    )


class LeaveSettlement(Base):
    """What a leave cost by its invoices, what the union bears of it, and what the member owes; once a place."""

    __tablename__ = "leave_settlement"

    id: Mapped[Key]
    place_id: Mapped[UUID] = mapped_column(unique=True)
    application_id: Mapped[UUID]
    unit_id: Mapped[UUID]
    invoice: Mapped[Word] = mapped_column(comment="number of the operator's invoice")
    covered_cost: Mapped[Yuan]
    transport_cost: Mapped[Yuan]
    cap: Mapped[Yuan] = mapped_column(comment="day rate by days attended")
    borne: Mapped[Yuan] = mapped_column(comment="by the union")
    owed: Mapped[Yuan] = mapped_column(comment="by the member")
    settled_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    settled_at: Mapped[Instant]

    __table_args__ = (
        *(amount_sound(part) for part in ("covered_cost", "transport_cost", "cap", "borne", "owed")),
        of_application("leave_settlement"),
        ForeignKeyConstraint(
            ["place_id", "application_id"], ["place.id", "place.application_id"], name="fk_leave_settlement_place"
        ),
    )
