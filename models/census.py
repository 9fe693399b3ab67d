"""The yearly census of model workers (调查摸底): one survey sheet a member and year."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.columns import Created, Key, Versioned
from models.database import Base


class CensusSheet(Versioned, Base):
    """收入及生活困难情况调查表 of one member; what it says is ciphertext under the person's key."""

    __tablename__ = "census_sheet"

    id: Mapped[Key]
    membership_id: Mapped[UUID]
    unit_id: Mapped[UUID]
    person_id: Mapped[UUID]
    year: Mapped[int]
    content_cipher: Mapped[bytes] = mapped_column(LargeBinary, comment="income, household, health, hardship")
    surveyed_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[Created]

    __table_args__ = (
        ForeignKeyConstraint(
            ["membership_id", "unit_id", "person_id"],
            ["membership.id", "membership.unit_id", "membership.person_id"],
            name="fk_census_sheet_membership",
        ),
        CheckConstraint("year BETWEEN 1900 AND 2100", name="year_sound"),
        UniqueConstraint("membership_id", "year"),
        Index(None, "unit_id", "year"),
    )
