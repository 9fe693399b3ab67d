"""Vouchers: double entry in a unit's books, numbered without gaps, never changed; months that are closed."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.columns import Created, Instant, Key, Versioned, Word, Yuan, one_of
from models.database import Base
from models.unit import Unit


class VoucherKind(StrEnum):
    """What a voucher posts: money in, payments, things handed out, goods in and out of stock, red, year end, others."""

    RECEIPT = "receipt"
    PAYMENT = "payment"
    ISSUE = "issue"
    STOCK = "stock"
    REVERSAL = "reversal"
    WRITE_OFF = "write_off"
    CLOSING = "closing"
    MANUAL = "manual"


class ProposalState(StrEnum):
    """A voucher drawn up by one person and posted, or dropped, by another."""

    PROPOSED = "proposed"
    POSTED = "posted"
    DROPPED = "dropped"


class Voucher(Base):
    """One voucher of one unit's books, whole and balanced from the moment it is there (`models/balance.py`)."""

    __tablename__ = "voucher"

    id: Mapped[Key]
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"), comment="whose books")
    year: Mapped[int]
    number: Mapped[int] = mapped_column(comment="1, 2, 3 … within the unit and year, without gaps")
    posted_on: Mapped[date]
    chart: Mapped[Word] = mapped_column(comment="the accounting system in force on that day: 2009, 2021")
    kind: Mapped[Word]
    reference: Mapped[Word] = mapped_column(comment="what it is about: a batch number, a bank serial, an invoice")
    memo: Mapped[str | None]
    total: Mapped[Yuan] = mapped_column(comment="of the debits, and of the credits; negative in red")
    fund_id: Mapped[UUID | None] = mapped_column(ForeignKey("fund.id"))
    reverses_id: Mapped[UUID | None] = mapped_column(unique=True)
    proposed_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"), comment="制单, where another posted it")
    posted_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    posted_at: Mapped[Instant]

    unit: Mapped[Unit] = relationship(lazy="raise", viewonly=True)

    __table_args__ = (
        one_of("kind", VoucherKind),
        CheckConstraint("number >= 1", name="number_sound"),
        CheckConstraint("year = extract(year FROM posted_on)", name="year_of_day"),
        CheckConstraint("total <> 0 AND total <> 'NaN'", name="total_sound"),
        CheckConstraint("(kind = 'reversal') = (reverses_id IS NOT NULL)", name="red_names_black"),
        UniqueConstraint("unit_id", "year", "number"),
        UniqueConstraint("id", "unit_id", name="uq_voucher_anchor"),
        ForeignKeyConstraint(["reverses_id", "unit_id"], ["voucher.id", "voucher.unit_id"], name="fk_voucher_reversed"),
        Index(None, "unit_id", "posted_on"),
        Index(None, "fund_id"),
    )


class VoucherLine(Base):
    """One line: what it is (the semantic key), to which account, in debit or in credit."""

    __tablename__ = "voucher_line"

    voucher_id: Mapped[UUID] = mapped_column(primary_key=True)
    serial: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[UUID]
    key: Mapped[Word]
    account: Mapped[Word]
    debit: Mapped[Yuan]
    credit: Mapped[Yuan]

    __table_args__ = (
        ForeignKeyConstraint(
            ["voucher_id", "unit_id"], ["voucher.id", "voucher.unit_id"], name="fk_voucher_line_voucher"
        ),
        CheckConstraint("(debit = 0) <> (credit = 0) AND debit <> 'NaN' AND credit <> 'NaN'", name="one_side"),
        Index(None, "unit_id", "account"),
    )


class VoucherProposal(Versioned, Base):
    """A voucher that one person of finance drew up (制单) for another to post; it has no number until then."""

    __tablename__ = "voucher_proposal"

    id: Mapped[Key]
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"))
    state: Mapped[Word]
    posted_on: Mapped[date] = mapped_column(comment="the day it is to bear")
    reference: Mapped[Word]
    memo: Mapped[Word]
    lines: Mapped[list[dict[str, str]]] = mapped_column(JSONB, comment="account, debit, credit")
    reverses_id: Mapped[UUID | None] = mapped_column(ForeignKey("voucher.id"), comment="to be reversed in red")
    voucher_id: Mapped[UUID | None] = mapped_column(ForeignKey("voucher.id"), unique=True)
    proposed_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[Created]

    unit: Mapped[Unit] = relationship(lazy="raise", viewonly=True)

    __table_args__ = (
        one_of("state", ProposalState),
        CheckConstraint("(state = 'posted') = (voucher_id IS NOT NULL)", name="posted_names_voucher"),
        Index(None, "unit_id", "id"),
    )


class VoucherCounter(Base):
    """The last number given in a unit and year; its row is the last lock that a transaction takes."""

    __tablename__ = "voucher_counter"

    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    last: Mapped[int]


class ClosedMonth(Base):
    """A month of a unit's books in which nothing more is posted."""

    __tablename__ = "closed_month"

    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    month: Mapped[int] = mapped_column(primary_key=True)
    closed_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    closed_at: Mapped[Created]

    __table_args__ = (CheckConstraint("month BETWEEN 1 AND 12", name="month_sound"),)
