"""Memberships: what one union typed about one person; they come and go, the person stays."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.columns import PERSONAL, Created, Key, Versioned, Word, one_of
from models.database import Base
from models.person import Person
from models.unit import Unit
from models.vocabulary import HonourLevel, MembershipState


class Membership(Versioned, Base):
    """A person in a unit; its id is the API's `member_id`. The unit never changes: a transfer is another membership."""

    __tablename__ = "membership"

    id: Mapped[Key]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"))
    staff_number: Mapped[str | None] = mapped_column(info=PERSONAL)
    name: Mapped[Word] = mapped_column(info=PERSONAL)
    name_key: Mapped[Word] = mapped_column(info=PERSONAL, comment="pinyin for sorting and look-up, all readings")
    state: Mapped[Word]
    in_service: Mapped[bool]
    employment_type: Mapped[Word] = mapped_column(comment="code table employment_type")
    ethnicity: Mapped[str | None] = mapped_column(info=PERSONAL, comment="GB/T 3304")
    education: Mapped[str | None] = mapped_column(info=PERSONAL, comment="GB/T 4658")
    political_status: Mapped[str | None] = mapped_column(info=PERSONAL, comment="GB/T 4762")
    department: Mapped[str | None]
    post: Mapped[str | None]
    frontline: Mapped[bool | None]
    outdoor: Mapped[bool | None]
    work_started_on: Mapped[date | None]
    joined_on: Mapped[date | None]
    dues_paid_through: Mapped[date | None]
    phone_cipher: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone_masked: Mapped[str | None] = mapped_column(info=PERSONAL)
    bank: Mapped[str | None] = mapped_column(info=PERSONAL)
    account_holder: Mapped[str | None] = mapped_column(info=PERSONAL)
    account_cipher: Mapped[bytes | None] = mapped_column(LargeBinary)
    account_hash: Mapped[bytes | None] = mapped_column(
        LargeBinary, comment="keyed hash, to find one account of several people"
    )
    account_last4: Mapped[str | None] = mapped_column(info=PERSONAL)
    created_at: Mapped[Created]

    person: Mapped[Person] = relationship(lazy="raise", viewonly=True)
    unit: Mapped[Unit] = relationship(lazy="raise", viewonly=True)
    honours: Mapped[list[Honour]] = relationship(lazy="raise", viewonly=True, order_by="Honour.awarded_on")

    __table_args__ = (
        one_of("state", MembershipState),
        UniqueConstraint("person_id", "unit_id"),
        UniqueConstraint("id", "unit_id", "person_id", name="uq_membership_anchor"),
        Index(None, "unit_id", "id"),
        Index(None, "unit_id", "staff_number"),
        Index(None, "account_hash"),
    )


class Honour(Base):
    """An honour as one union's register holds it; valid on a day between award and revocation."""

    __tablename__ = "honour"

    id: Mapped[Key]
    membership_id: Mapped[UUID]
    unit_id: Mapped[UUID]
    person_id: Mapped[UUID]
    title: Mapped[Word] = mapped_column(info=PERSONAL)
    level: Mapped[Word]
    awarded_by: Mapped[str | None] = mapped_column(info=PERSONAL)
    awarded_on: Mapped[date | None]
    revoked_on: Mapped[date | None]
    created_at: Mapped[Created]

    __table_args__ = (
        one_of("level", HonourLevel),
        ForeignKeyConstraint(
            ["membership_id", "unit_id", "person_id"],
            ["membership.id", "membership.unit_id", "membership.person_id"],
            name="fk_honour_membership",
        ),
        UniqueConstraint("membership_id", "title", "awarded_on", postgresql_nulls_not_distinct=True),
    )
