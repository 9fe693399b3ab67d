"""Mutual aid: who is covered by which plan for which term, who paid for it, and what was claimed on it."""

from __future__ import annotations

from datetime import date, datetime
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
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.columns import Created, Key, Versioned, Word, Yuan, amount_sound, one_of
from models.cover_vocabulary import CoverEnd, CoverState, LeaveReason
from models.database import Base
from models.membership import Membership
from models.unit import Unit

# What an undone approval leaves behind counts for nothing; every other cover counts, ended or not.
_COUNTS = text("ended_reason IS DISTINCT FROM 'taken_back'")


class Cover(Versioned, Base):
    """One person in one plan for one term. A term that is over has expired by its date; nothing is written then."""

    __tablename__ = "cover"

    id: Mapped[Key]
    application_id: Mapped[UUID] = mapped_column(comment="the enrolment or the gift")
    unit_id: Mapped[UUID]
    membership_id: Mapped[UUID]
    person_id: Mapped[UUID]
    policy_id: Mapped[UUID] = mapped_column(ForeignKey("policy.id"), comment="the edition of the plan")
    plan: Mapped[Word]
    top_up: Mapped[bool] = mapped_column(server_default=text("false"), comment="a gift beside the unit's own cover")
    term_start_on: Mapped[date]
    term_end_on: Mapped[date] = mapped_column(comment="the last day, inclusive")
    effective_on: Mapped[date] = mapped_column(comment="later than the term's start for who joins mid-term")
    first_enrolment: Mapped[bool]
    previous_end_on: Mapped[date | None] = mapped_column(comment="last day of the cover before this one")
    shares: Mapped[int]
    premium: Mapped[Yuan]
    member_part: Mapped[Yuan]
    unit_part: Mapped[Yuan] = mapped_column(server_default="0")
    upper_part: Mapped[Yuan] = mapped_column(server_default="0")
    gift_part: Mapped[Yuan] = mapped_column(server_default="0")
    beneficiary_cipher: Mapped[bytes | None] = mapped_column(LargeBinary)
    state: Mapped[Word]
    ended_on: Mapped[date | None] = mapped_column(comment="the last day of cover")
    ended_reason: Mapped[str | None]
    left_on: Mapped[date | None]
    left_reason: Mapped[str | None]
    left_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    left_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    premium_payment_id: Mapped[UUID | None]
    created_at: Mapped[Created]

    membership: Mapped[Membership] = relationship(
        lazy="raise", viewonly=True, primaryjoin="foreign(Cover.membership_id) == Membership.id"
    )
    unit: Mapped[Unit] = relationship(lazy="raise", viewonly=True, primaryjoin="foreign(Cover.unit_id) == Unit.id")

    __table_args__ = (
        one_of("state", CoverState),
        one_of("ended_reason", CoverEnd),
        one_of("left_reason", LeaveReason),
        *(amount_sound(part) for part in ("premium", "member_part", "unit_part", "upper_part", "gift_part")),
        CheckConstraint("member_part + unit_part + upper_part + gift_part = premium", name="parts_are_the_premium"),
        CheckConstraint("gift_part IN (0, premium)", name="a_gift_is_whole"),
        CheckConstraint("shares >= 1", name="shares_sound"),
        CheckConstraint("term_start_on <= effective_on AND effective_on <= term_end_on", name="days_in_order"),
        CheckConstraint(
            "(state = 'ended') = (ended_on IS NOT NULL) AND (state = 'ended') = (ended_reason IS NOT NULL)",
            name="end_said",
        ),
        CheckConstraint(
            "(left_on IS NULL) = (left_reason IS NULL) AND (left_on IS NULL) = (left_by IS NULL)", name="leaving_said"
        ),
        ForeignKeyConstraint(
            ["application_id", "unit_id", "person_id"],
            ["application.id", "application.unit_id", "application.person_id"],
            name="fk_cover_application",
        ),
        ForeignKeyConstraint(
            ["membership_id", "unit_id", "person_id"],
            ["membership.id", "membership.unit_id", "membership.person_id"],
            name="fk_cover_membership",
        ),
        ForeignKeyConstraint(
            ["premium_payment_id", "unit_id"],
            ["premium_payment.id", "premium_payment.unit_id"],
            name="fk_cover_premium_payment",
        ),
        Index(
            "uq_cover_once_a_term",
            "person_id",
            "plan",
            "term_start_on",
            "top_up",
            unique=True,
            postgresql_where=_COUNTS,
        ),
        Index("uq_cover_of_case", "application_id", unique=True, postgresql_where=_COUNTS),
        Index(None, "unit_id", "plan", "term_start_on"),
        Index(None, "premium_payment_id"),
    )


class PremiumPayment(Base):
    """A unit's one transfer for a plan and term, confirmed by finance; what the members gave is held for the plan."""

    __tablename__ = "premium_payment"

    id: Mapped[Key]
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"))
    plan: Mapped[Word]
    term_start_on: Mapped[date]
    covers: Mapped[int] = mapped_column(comment="how many it pays")
    amount: Mapped[Yuan]
    members_part: Mapped[Yuan]
    unit_part: Mapped[Yuan] = mapped_column(server_default="0")
    pool_fund_id: Mapped[UUID | None] = mapped_column(ForeignKey("fund.id"), comment="which holds the members' part")
    paid_on: Mapped[date]
    bank_serial: Mapped[Word]
    confirmed_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    confirmed_at: Mapped[Created]

    unit: Mapped[Unit] = relationship(lazy="raise", viewonly=True)

    __table_args__ = (
        *(amount_sound(part) for part in ("amount", "members_part", "unit_part")),
        CheckConstraint("members_part + unit_part = amount", name="parts_are_the_amount"),
        UniqueConstraint("unit_id", "bank_serial"),
        UniqueConstraint("id", "unit_id", name="uq_premium_payment_anchor"),
        Index(None, "unit_id", "plan", "term_start_on"),
    )


class Claim(Base):
    """A claim as handed in: the cover that bears it and the day by which it is to be decided; no health data."""

    __tablename__ = "claim"

    id: Mapped[Key]
    application_id: Mapped[UUID] = mapped_column(unique=True)
    unit_id: Mapped[UUID]
    person_id: Mapped[UUID]
    plan: Mapped[Word]
    cover_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("cover.id"), index=True, comment="null: a cover on paper, from before these books"
    )
    disease_hash: Mapped[bytes | None] = mapped_column(LargeBinary, comment="keyed, the person's own")
    handed_in_on: Mapped[date]
    decide_by: Mapped[date | None] = mapped_column(comment="null: the calendar does not reach that far")
    ended_cover: Mapped[bool] = mapped_column(server_default=text("false"))
    created_at: Mapped[Created]

    __table_args__ = (
        ForeignKeyConstraint(
            ["application_id", "unit_id", "person_id"],
            ["application.id", "application.unit_id", "application.person_id"],
            name="fk_claim_application",
        ),
        Index(None, "unit_id", "id"),
        Index(None, "person_id", "plan"),
    )
