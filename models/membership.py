"""Memberships: what one union typed about one person; they come and go, the person stays."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.columns import PERSONAL, Created, Key, Versioned, Word, one_of
from models.database import Base
from models.person import Person
from models.unit import Unit
from models.vocabulary import HonourLevel, HonourState, MembershipState


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
    """An honour as one union's register holds it (domain §8.1); how it stands on a day is in its states."""

    __tablename__ = "honour"

    id: Mapped[Key]
    membership_id: Mapped[UUID]
    unit_id: Mapped[UUID]
    person_id: Mapped[UUID]
    title: Mapped[Word] = mapped_column(info=PERSONAL)
    level: Mapped[Word]
    awarded_by: Mapped[str | None] = mapped_column(info=PERSONAL)
    awarded_on: Mapped[date | None]
    certificate_number: Mapped[str | None] = mapped_column(info=PERSONAL)
    term: Mapped[str | None] = mapped_column(info=PERSONAL, comment="届次")
    treatment_document: Mapped[str | None] = mapped_column(info=PERSONAL, comment="享受待遇文件")
    entered_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"), comment="who wrote it last")
    entered_person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    checked_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"), comment="who saw the certificate itself")
    checked_on: Mapped[date | None]
    created_at: Mapped[Created]

    states: Mapped[list[HonourStatus]] = relationship(
        lazy="raise", viewonly=True, order_by="HonourStatus.since_on, HonourStatus.id"
    )

    __table_args__ = (
        one_of("level", HonourLevel),
        CheckConstraint("(checked_by IS NULL) = (checked_on IS NULL)", name="checked_whole"),
        ForeignKeyConstraint(
            ["membership_id", "unit_id", "person_id"],
            ["membership.id", "membership.unit_id", "membership.person_id"],
            name="fk_honour_membership",
        ),
        UniqueConstraint("membership_id", "title", "awarded_on", postgresql_nulls_not_distinct=True),
        UniqueConstraint("id", "unit_id", "person_id", name="uq_honour_anchor"),
        Index(None, "unit_id", "id"),
    )

    def state_on(self, day: date) -> HonourState:
        """How it stands on a day: the newest word of the last day noted until then; valid where nothing is noted."""
        noted = [status for status in self.states if status.since_on <= day]
        return HonourState(noted[-1].state) if noted else HonourState.VALID

    @property
    def revoked_on(self) -> date | None:
        """Since when it is revoked, as the register stands; None where it is not."""
        since = None
        for status in {status.since_on: status for status in self.states}.values():
            revoked = status.state == HonourState.REVOKED
            since = (since or status.since_on) if revoked else None
        return since


class HonourStatus(Base):
    """How an honour stands from a day on; never changed: of two words on one day the later written holds."""

    __tablename__ = "honour_status"

    id: Mapped[Key]
    honour_id: Mapped[UUID]
    unit_id: Mapped[UUID]
    person_id: Mapped[UUID]
    state: Mapped[Word]
    since_on: Mapped[date]
    reason: Mapped[str | None] = mapped_column(info=PERSONAL)
    entered_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[Created]

    __table_args__ = (
        one_of("state", HonourState),
        ForeignKeyConstraint(
            ["honour_id", "unit_id", "person_id"],
            ["honour.id", "honour.unit_id", "honour.person_id"],
            name="fk_honour_status_honour",
        ),
        Index(None, "honour_id", "since_on", "id"),
    )
