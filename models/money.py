"""Money: funds, payments, batches and what the bank said."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
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

from models.columns import PERSONAL, SECRET, Created, Key, Versioned, Word, Yuan, amount_sound, one_of
from models.database import Base
from models.settling_vocabulary import Resolution
from models.unit import Unit
from models.vocabulary import (
    LIVE_DISBURSEMENT_STATES,
    BankOutcome,
    BatchState,
    DisbursementState,
    FundSource,
)

_LIVE = ", ".join(f"'{state}'" for state in LIVE_DISBURSEMENT_STATES)


class Fund(Versioned, Base):
    """A purse of one unit for one year. The four parts are disjoint; what they leave of `appropriated` is available."""

    __tablename__ = "fund"

    id: Mapped[Key]
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"))
    name: Mapped[Word]
    year: Mapped[int]
    source: Mapped[Word]
    appropriated: Mapped[Yuan]
    reserved: Mapped[Yuan] = mapped_column(server_default="0")
    committed: Mapped[Yuan] = mapped_column(server_default="0")
    spent: Mapped[Yuan] = mapped_column(server_default="0")
    successor_id: Mapped[UUID | None] = mapped_column(
        index=True, comment="of the next year, once its own is closed; nothing new is reserved here then"
    )
    created_at: Mapped[Created]

    unit: Mapped[Unit] = relationship(lazy="raise", viewonly=True)

    @property
    def available(self) -> Decimal:
        """What may still be reserved, in yuan."""
        return self.appropriated - self.reserved - self.committed - self.spent

    __table_args__ = (
        one_of("source", FundSource),
        *(amount_sound(part) for part in ("appropriated", "reserved", "committed", "spent")),
        ForeignKeyConstraint(["successor_id", "unit_id"], ["fund.id", "fund.unit_id"], name="fk_fund_successor"),
        CheckConstraint("appropriated - reserved - committed - spent >= 0", name="never_overdrawn"),
        UniqueConstraint("unit_id", "year", "name"),
        UniqueConstraint("id", "unit_id", name="uq_fund_anchor"),
    )


class FundAdjustment(Base):
    """A change of an appropriation, with its reason."""

    __tablename__ = "fund_adjustment"

    id: Mapped[Key]
    fund_id: Mapped[UUID]
    unit_id: Mapped[UUID]
    amount: Mapped[Decimal] = mapped_column(Numeric(14, 2), comment="signed")
    reason: Mapped[Word]
    minutes: Mapped[str | None] = mapped_column(comment="of the collective decision, from the second of a year on")
    by_receipt: Mapped[bool] = mapped_column(server_default="false", comment="money paid in, not a change of budget")
    carry_id: Mapped[UUID | None] = mapped_column(comment="at the year's end, out of one fund and into its successor")
    adjusted_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    adjusted_at: Mapped[Created]

    __table_args__ = (
        CheckConstraint("amount <> 0 AND amount <> 'NaN'", name="amount_sound"),
        ForeignKeyConstraint(["fund_id", "unit_id"], ["fund.id", "fund.unit_id"], name="fk_fund_adjustment_fund"),
        ForeignKeyConstraint(
            ["carry_id", "unit_id"], ["fund_carry.id", "fund_carry.unit_id"], name="fk_fund_adjustment_carry"
        ),
    )


class PaymentBatch(Versioned, Base):
    """Payments of one fund that go to the bank in one file, frozen with its digest and totals."""

    __tablename__ = "payment_batch"

    id: Mapped[Key]
    number: Mapped[Word] = mapped_column(unique=True)
    unit_id: Mapped[UUID]
    fund_id: Mapped[UUID]
    state: Mapped[Word]
    payments: Mapped[int]
    total: Mapped[Yuan]
    file_digest: Mapped[bytes] = mapped_column(LargeBinary)
    key_wrapped: Mapped[bytes | None] = mapped_column(LargeBinary, info=SECRET)
    file: Mapped[bytes | None] = mapped_column(LargeBinary, info=SECRET, deferred=True, comment="encrypted, as frozen")
    destroyed_at: Mapped[datetime | None] = mapped_column(
        DateTime(timezone=True), comment="of file and key, when they need not be kept any longer"
    )
    prepared_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    approved_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    released_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    approved_under: Mapped[UUID | None] = mapped_column(ForeignKey("delegation.id"))
    released_under: Mapped[UUID | None] = mapped_column(ForeignKey("delegation.id"))
    approved_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    released_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    flags: Mapped[dict[str, list[int]] | None] = mapped_column(
        JSONB, comment="what the check told when it was approved: serials by reason"
    )
    created_at: Mapped[Created]

    fund: Mapped[Fund] = relationship(
        lazy="raise", viewonly=True, primaryjoin="foreign(PaymentBatch.fund_id) == Fund.id"
    )

    __table_args__ = (
        one_of("state", BatchState),
        CheckConstraint(
            "num_nulls(key_wrapped, file) = CASE WHEN destroyed_at IS NULL THEN 0 ELSE 2 END",
            name="file_until_destroyed",
        ),
        CheckConstraint(
            "destroyed_at IS NULL "
            "OR state IN ('settled', 'cancelled') AND destroyed_at >= created_at + interval '30 years'",
            name="kept_thirty_years",
        ),
        amount_sound("total"),
        ForeignKeyConstraint(["fund_id", "unit_id"], ["fund.id", "fund.unit_id"], name="fk_payment_batch_fund"),
        Index(None, "unit_id", "id"),
    )


class Disbursement(Versioned, Base):
    """One payment of a case; at most one per instalment is live; a repayment is a new row naming the returned one."""

    __tablename__ = "disbursement"

    id: Mapped[Key]
    application_id: Mapped[UUID]
    unit_id: Mapped[UUID]
    person_id: Mapped[UUID]
    fund_id: Mapped[UUID] = mapped_column(ForeignKey("fund.id"))
    instalment: Mapped[int] = mapped_column(default=1)
    state: Mapped[Word]
    amount: Mapped[Yuan]
    replaces_id: Mapped[UUID | None] = mapped_column(ForeignKey("disbursement.id"), unique=True)
    batch_id: Mapped[UUID | None] = mapped_column(ForeignKey("payment_batch.id"))
    serial: Mapped[int | None] = mapped_column(comment="within the batch's file")
    payee_cipher: Mapped[bytes] = mapped_column(LargeBinary)
    payee_hash: Mapped[bytes] = mapped_column(LargeBinary)
    payee_holder: Mapped[Word] = mapped_column(info=PERSONAL)
    payee_bank: Mapped[Word] = mapped_column(info=PERSONAL)
    payee_last4: Mapped[Word] = mapped_column(info=PERSONAL)
    bank_serial: Mapped[str | None]
    bank_reason: Mapped[str | None]
    settled_on: Mapped[date | None]
    reversed_amount: Mapped[Yuan] = mapped_column(server_default="0", comment="of what was paid, taken back since")
    created_at: Mapped[Created]

    __table_args__ = (
        one_of("state", DisbursementState),
        amount_sound("amount", least="0.01"),
        amount_sound("reversed_amount"),
        CheckConstraint("reversed_amount <= amount", name="reversed_within_amount"),
        CheckConstraint("(state = 'reversed') = (reversed_amount = amount)", name="reversed_whole"),
        CheckConstraint("reversed_amount = 0 OR state IN ('paid', 'reversed')", name="reversed_when_paid"),
        CheckConstraint("(batch_id IS NULL) = (serial IS NULL)", name="serial_within_batch"),
        ForeignKeyConstraint(
            ["application_id", "unit_id", "person_id"],
            ["application.id", "application.unit_id", "application.person_id"],
            name="fk_disbursement_application",
        ),
        Index(
            "uq_disbursement_live_instalment",
            "application_id",
            "instalment",
            unique=True,
            postgresql_where=text(f"state IN ({_LIVE})"),
        ),
        UniqueConstraint("batch_id", "serial"),
        UniqueConstraint("fund_id", "bank_serial"),
        UniqueConstraint("id", "application_id", name="uq_disbursement_anchor"),
        Index(None, "fund_id", "state"),
        Index(None, "unit_id", "id"),
        Index(None, "payee_hash"),
    )


class BankResult(Base):
    """One line of a bank's answer as it came: booked, repeated, or contradicting what is booked."""

    __tablename__ = "bank_result"

    id: Mapped[Key]
    disbursement_id: Mapped[UUID] = mapped_column(ForeignKey("disbursement.id"), index=True)
    batch_id: Mapped[UUID] = mapped_column(ForeignKey("payment_batch.id"))
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"), comment="the batch's unit")
    outcome: Mapped[Word]
    reason: Mapped[str | None]
    bank_serial: Mapped[str | None]
    answered_on: Mapped[date]
    booked: Mapped[bool] = mapped_column(comment="false: kept as evidence for finance to resolve")
    given_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    import_id: Mapped[UUID | None] = mapped_column(ForeignKey("import.id"))
    voucher_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("voucher.id"), index=True, comment="that booked it; its annex"
    )
    given_at: Mapped[Created]
    settled_as: Mapped[str | None] = mapped_column(comment="evidence only: how finance settled it")
    settled_note: Mapped[str | None]
    settled_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    settled_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    __table_args__ = (
        one_of("outcome", BankOutcome),
        one_of("settled_as", Resolution),
        CheckConstraint("num_nulls(settled_as, settled_note, settled_by, settled_at) IN (0, 4)", name="settled_whole"),
        CheckConstraint("settled_at IS NULL OR NOT booked", name="evidence_settled"),
        Index(
            "ix_bank_result_open",
            "disbursement_id",
            postgresql_where=text("NOT booked AND settled_at IS NULL"),
        ),
        UniqueConstraint(
            "disbursement_id", "outcome", "bank_serial", "answered_on", postgresql_nulls_not_distinct=True
        ),
    )
