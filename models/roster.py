"""花名册: a unit's list of members who are given the same thing, drawn up, frozen, approved, signed for and closed."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    Numeric,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.columns import FREE_TEXT, PERSONAL, Created, Key, Versioned, Word, amount_sound, one_of
from models.database import Base
from models.membership import Membership
from models.roster_vocabulary import RosterLineState, RosterState, SignedBy
from models.unit import Unit


class Roster(Versioned, Base):
    """A list of cases of one programme and day; what holds for all its lines, and who passed each gate when."""

    __tablename__ = "roster"

    id: Mapped[Key]
    number: Mapped[Word] = mapped_column(unique=True)
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"), comment="who drew it up; lines are of its subtree")
    programme: Mapped[Word]
    title: Mapped[Word]
    event_on: Mapped[date]
    cut_off_on: Mapped[date] = mapped_column(comment="the first day on which it may be frozen")
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB, comment="the same for all lines: kind, occasion, form")
    round_id: Mapped[UUID | None] = mapped_column(ForeignKey("round.id"), index=True)
    fund_id: Mapped[UUID | None] = mapped_column(ForeignKey("fund.id"), comment="once a reviewer has approved")
    amount: Mapped[Decimal | None] = mapped_column(Numeric(14, 2), comment="yuan a line, unless the line has its own")
    item_name: Mapped[str | None]
    item_specification: Mapped[str | None]
    item_quantity: Mapped[int | None] = mapped_column(comment="a line, unless the line has its own")
    item_price: Mapped[Decimal | None] = mapped_column(Numeric(14, 2), comment="yuan each")
    skipped: Mapped[int] = mapped_column(default=0, comment="members of the round who had a live case in it")
    state: Mapped[Word]
    drawn_up_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    frozen_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    frozen_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    approved_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"), comment="the deciding reviewer")
    approved_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    closed_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    closed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    ended_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"), comment="of the last return, or cancelled")
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    ended_reason: Mapped[str | None] = mapped_column(info=FREE_TEXT)
    created_at: Mapped[Created]

    unit: Mapped[Unit] = relationship(lazy="raise", viewonly=True)

    __table_args__ = (
        one_of("state", RosterState),
        amount_sound("amount", least="0.01"),
        amount_sound("item_price", least="0.01"),
        CheckConstraint("item_quantity > 0", name="item_quantity_sound"),
        CheckConstraint(
            "(item_name IS NULL) = (item_price IS NULL) AND (item_name IS NULL) = (item_quantity IS NULL)",
            name="item_whole",
        ),
        CheckConstraint("(state IN ('approved', 'closed')) <= (approved_by IS NOT NULL)", name="approved_by_somebody"),
        CheckConstraint("(state = 'closed') = (closed_by IS NOT NULL)", name="closed_by_somebody"),
        UniqueConstraint("id", "unit_id", name="uq_roster_anchor"),
        Index(None, "unit_id", "id"),
    )


class RosterLine(Versioned, Base):
    """One member's line: the case that carries it, why it was left out, and who signed for what was handed out."""

    __tablename__ = "roster_line"

    id: Mapped[Key]
    roster_id: Mapped[UUID] = mapped_column(ForeignKey("roster.id"))
    unit_id: Mapped[UUID] = mapped_column(comment="the member's own")
    person_id: Mapped[UUID]
    membership_id: Mapped[UUID]
    application_id: Mapped[UUID | None] = mapped_column(comment="null: left out before it was filed")
    serial: Mapped[int]
    quantity: Mapped[int | None]
    form: Mapped[str | None] = mapped_column(comment="what is given: money, goods, service, cover; since the cut-off")
    state: Mapped[Word]
    reasons: Mapped[list[str]] = mapped_column(JSONB, default=list, comment="why it was left out: codes")
    received_on: Mapped[date | None]
    signed_by: Mapped[str | None]
    proxy_cipher: Mapped[bytes | None] = mapped_column(LargeBinary, comment="name, relation, authorisation")
    signed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    handed_out_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    unclaimed_reason: Mapped[str | None] = mapped_column(info=PERSONAL)
    note: Mapped[str | None] = mapped_column(info=PERSONAL)
    created_at: Mapped[Created]

    roster: Mapped[Roster] = relationship(lazy="raise", viewonly=True)
    membership: Mapped[Membership] = relationship(
        lazy="raise", viewonly=True, primaryjoin="foreign(RosterLine.membership_id) == Membership.id"
    )

    __table_args__ = (
        one_of("state", RosterLineState),
        one_of("signed_by", SignedBy),
        CheckConstraint("quantity > 0", name="quantity_sound"),
        CheckConstraint("application_id IS NOT NULL OR state = 'left_out'", name="case_unless_left_out"),
        CheckConstraint("(signed_by IS NULL) = (received_on IS NULL)", name="receipt_whole"),
        CheckConstraint("(signed_by = 'proxy') = (proxy_cipher IS NOT NULL)", name="proxy_named"),
        CheckConstraint("state <> 'unclaimed' OR unclaimed_reason IS NOT NULL", name="unclaimed_with_reason"),
        CheckConstraint(
            "state <> 'issued' OR form <> 'goods' OR signed_by IS NOT NULL", name="goods_issued_against_signature"
        ),
        ForeignKeyConstraint(
            ["membership_id", "unit_id", "person_id"],
            ["membership.id", "membership.unit_id", "membership.person_id"],
            name="fk_roster_line_membership",
        ),
        ForeignKeyConstraint(
            ["application_id", "unit_id", "person_id"],
            ["application.id", "application.unit_id", "application.person_id"],
            name="fk_roster_line_application",
        ),
        UniqueConstraint("roster_id", "serial"),
        UniqueConstraint("application_id"),
        Index(
            "uq_roster_line_person",
            "roster_id",
            "person_id",
            unique=True,
            postgresql_where=text("state <> 'left_out'"),
        ),
        Index(None, "membership_id"),
    )
