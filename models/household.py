"""困难职工档案: a hard-up household's file, and the persons who sit in it; nobody sits in two live files."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    LargeBinary,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.columns import PERSONAL, SECRET, Created, Key, Versioned, Word, one_of
from models.database import Base
from models.membership import Membership
from models.unit import Unit
from models.vocabulary import LIVE_HOUSEHOLD_STATES, HouseholdState

_LIVE = ", ".join(f"'{state}'" for state in LIVE_HOUSEHOLD_STATES)


def of_household(table: str) -> ForeignKeyConstraint:
    """A foreign key that keeps a file's row in the file's own unit and under its head's key."""
    return ForeignKeyConstraint(
        ["household_id", "unit_id", "person_id"],
        ["household.id", "household.unit_id", "household.person_id"],
        name=f"fk_{table}_household",
        onupdate="CASCADE",  # 件随人走: a file that moves to another unit takes its rows along
    )


class Household(Versioned, Base):
    """A file. Details are ciphertext under the head's key; which fields there are is data (`hardship_file.toml`)."""

    __tablename__ = "household"

    id: Mapped[Key]
    number: Mapped[int] = mapped_column(Identity(always=True), unique=True)
    unit_id: Mapped[UUID]
    membership_id: Mapped[UUID]
    person_id: Mapped[UUID] = mapped_column(comment="the head")
    state: Mapped[Word]
    hardship_class: Mapped[str | None] = mapped_column(comment="deep, relative, accidental; as last assessed")
    main_cause: Mapped[str | None] = mapped_column(
        info=PERSONAL, comment="code table hardship_cause; exactly one once known"
    )
    second_causes: Mapped[list[str]] = mapped_column(JSONB, default=list, info=PERSONAL, comment="at most three")
    contact: Mapped[str | None] = mapped_column(info=PERSONAL, comment="联系人, the cadre who keeps in touch")
    key_wrapped: Mapped[bytes | None] = mapped_column(
        LargeBinary, info=SECRET, comment="the file's own key; destroyed with its details"
    )
    details_cipher: Mapped[bytes] = mapped_column(LargeBinary)
    complete: Mapped[bool] = mapped_column(default=False, comment="nothing that the form stars is missing")
    application_id: Mapped[UUID | None] = mapped_column(comment="the case whose approval opened it")
    opened_on: Mapped[date | None]
    opened_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    cause_removed_on: Mapped[date | None] = mapped_column(comment="致困原因消除")
    cause_removed_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    exited_on: Mapped[date | None] = mapped_column(comment="撤档; the retention of ten years starts here")
    drop_reason: Mapped[str | None] = mapped_column(info=PERSONAL)
    dropped_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    dropped_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    held_for: Mapped[str | None] = mapped_column(info=PERSONAL, comment="why it may not be destroyed; null: no hold")
    held_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    held_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    destroyed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True), comment="its key is gone")
    filed_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[Created]

    membership: Mapped[Membership] = relationship(
        lazy="raise", viewonly=True, primaryjoin="foreign(Household.membership_id) == Membership.id"
    )
    unit: Mapped[Unit] = relationship(lazy="raise", viewonly=True, primaryjoin="foreign(Household.unit_id) == Unit.id")

    __table_args__ = (
        one_of("state", HouseholdState),
        CheckConstraint("jsonb_array_length(second_causes) <= 3", name="second_causes_few"),
        CheckConstraint("state IN ('draft', 'dropped') OR opened_on IS NOT NULL", name="opened_dated"),
        CheckConstraint("(key_wrapped IS NULL) = (destroyed_at IS NOT NULL)", name="key_until_destroyed"),
        CheckConstraint("(state = 'exited') = (exited_on IS NOT NULL)", name="exited_dated"),
        ForeignKeyConstraint(
            ["membership_id", "unit_id", "person_id"],
            ["membership.id", "membership.unit_id", "membership.person_id"],
            name="fk_household_membership",
        ),
        ForeignKeyConstraint(
            ["application_id", "unit_id", "person_id"],
            ["application.id", "application.unit_id", "application.person_id"],
            name="fk_household_application",
        ),
        UniqueConstraint("id", "unit_id", "person_id", name="uq_household_anchor"),
        UniqueConstraint("id", "state", name="uq_household_state_anchor"),
        Index(None, "unit_id", "id"),
        Index(None, "person_id"),
    )


class HouseholdMember(Base):
    """A person of the household, the head among them; details under the head's key, found by hash over all unions."""

    __tablename__ = "household_member"

    id: Mapped[Key]
    household_id: Mapped[UUID]
    household_state: Mapped[Word] = mapped_column(comment="the file's own, kept in step by the foreign key")
    unit_id: Mapped[UUID]
    person_id: Mapped[UUID] = mapped_column(comment="the head, whose key protects the details")
    relation: Mapped[Word] = mapped_column(comment="GB/T 4761; 01 is the head")
    identity_hash: Mapped[bytes | None] = mapped_column(LargeBinary, comment="keyed hash, as person.id_hash")
    minor: Mapped[bool] = mapped_column(comment="under 18 when last written: never named in public")
    consented_on: Mapped[date | None] = mapped_column(comment="a guardian's consent, for a child under 14")
    details_cipher: Mapped[bytes] = mapped_column(LargeBinary)
    left_on: Mapped[date | None] = mapped_column(comment="taken out of the file")
    added_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[Created]

    __table_args__ = (
        of_household("household_member"),
        ForeignKeyConstraint(
            ["household_id", "household_state"],
            ["household.id", "household.state"],
            name="fk_household_member_state",
            onupdate="CASCADE",
        ),
        UniqueConstraint("id", "unit_id", "person_id", name="uq_household_member_anchor"),
        UniqueConstraint("id", "household_id", name="uq_household_member_file_anchor"),
        Index(None, "household_id", "id"),
        # One household, one file (总工办〔2016〕36号): who sits in a live file sits in no other, in whichever union.
        Index(
            "uq_household_member_one_file",
            "identity_hash",
            unique=True,
            postgresql_where=text(f"household_state IN ({_LIVE}) AND left_on IS NULL"),
        ),
        Index(
            "uq_household_member_one_head",
            "household_id",
            unique=True,
            postgresql_where=text("relation = '01' AND left_on IS NULL"),
        ),
    )
