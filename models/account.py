"""Accounts: one person's way in, their dated grants, declared relatives, sign-ins and tries."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.columns import SECRET, Created, Instant, Key, Versioned, Word, one_of
from models.database import Base
from models.unit import Unit
from models.vocabulary import Role


class Account(Versioned, Base):
    """A way in for one person, kept by a unit."""

    __tablename__ = "account"

    id: Mapped[Key]
    username: Mapped[Word] = mapped_column(unique=True)
    name: Mapped[Word]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"), comment="the unit that keeps the account")
    password_hash: Mapped[Word] = mapped_column(info=SECRET)
    sign_ins_valid_from: Mapped[Instant]
    enabled: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[Created]


class Grant(Base):
    """A role over a unit's whole subtree, from a day until a day (both inclusive); ended by setting the last day."""

    __tablename__ = "account_grant"

    id: Mapped[Key]
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), index=True)
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"))
    role: Mapped[Word]
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]
    revoked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    granted_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[Created]

    unit: Mapped[Unit] = relationship(lazy="raise", viewonly=True)

    __table_args__ = (
        one_of("role", Role),
        CheckConstraint("valid_until IS NULL OR valid_until >= valid_from", name="dates_in_order"),
    )


class Relative(Base):
    """A relative that the account's person has declared; neither acts on the other's case."""

    __tablename__ = "relative"

    id: Mapped[Key]
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"), comment="the unit that keeps the account")
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    relation: Mapped[Word] = mapped_column(comment="GB/T 4761, in words")
    created_at: Mapped[Created]

    __table_args__ = (UniqueConstraint("account_id", "person_id"),)


class SignIn(Base):
    """One sign-in and the family of refresh tokens that grew from it; `refresh_hash` is of the one that still works."""

    __tablename__ = "sign_in"

    id: Mapped[Key]
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), index=True)
    refresh_hash: Mapped[bytes] = mapped_column(LargeBinary, info=SECRET)
    expires_at: Mapped[Instant]
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    created_at: Mapped[Created]


class SignInFailure(Base):
    """A failed try, for the throttle; holds keyed hashes only."""

    __tablename__ = "sign_in_failure"

    id: Mapped[Key]
    username_hash: Mapped[bytes] = mapped_column(LargeBinary)
    network_hash: Mapped[bytes] = mapped_column(LargeBinary)
    failed_at: Mapped[Instant]

    __table_args__ = (Index(None, "username_hash", "failed_at"), Index(None, "network_hash", "failed_at"))
