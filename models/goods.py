"""Goods: lots that a unit keeps, every move of them, and the corrections that two people agree on."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.columns import FREE_TEXT, Created, Key, Versioned, Word, Yuan, amount_sound, one_of
from models.database import Base
from models.goods_vocabulary import (
    GoodsAdjustmentCause,
    GoodsAdjustmentState,
    GoodsBuyer,
    GoodsMoveKind,
    GoodsState,
)
from models.unit import Unit


class GoodsLot(Versioned, Base):
    """One purchase of one article: accepted by another person than who bought it; `on_hand` is never below zero."""

    __tablename__ = "goods_lot"

    id: Mapped[Key]
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"), comment="in whose books it stands")
    name: Mapped[Word]
    specification: Mapped[str | None]
    batch_number: Mapped[str | None] = mapped_column(comment="the maker's")
    expires_on: Mapped[date | None] = mapped_column(comment="the last day on which it may be issued")
    measure: Mapped[Word] = mapped_column(comment="what is counted: 箱, 套, 份")
    quantity: Mapped[int] = mapped_column(comment="as invoiced")
    unit_price: Mapped[Yuan]
    supplier: Mapped[Word]
    invoice_number: Mapped[str | None]
    contract_number: Mapped[str | None]
    bought_on: Mapped[date]
    purchased_by: Mapped[Word]
    visited_unit_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("unit.id"), comment="which bought on behalf and is reimbursed"
    )
    fund_id: Mapped[UUID | None] = mapped_column(ForeignKey("fund.id"), comment="the purse it was bought from")
    state: Mapped[Word]
    received: Mapped[int | None] = mapped_column(comment="as counted at acceptance")
    on_hand: Mapped[int] = mapped_column(server_default="0")
    registered_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    registered_person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    accepted_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    accepted_person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    accepted_on: Mapped[date | None]
    created_at: Mapped[Created]

    unit: Mapped[Unit] = relationship(lazy="raise", viewonly=True, foreign_keys=[unit_id])
    visited_unit: Mapped[Unit | None] = relationship(lazy="raise", viewonly=True, foreign_keys=[visited_unit_id])

    __table_args__ = (
        one_of("purchased_by", GoodsBuyer),
        one_of("state", GoodsState),
        amount_sound("unit_price"),
        CheckConstraint("quantity > 0", name="quantity_sound"),
        CheckConstraint("received BETWEEN 1 AND quantity", name="received_within_invoice"),
        CheckConstraint("on_hand >= 0", name="never_below_zero"),
        CheckConstraint("(purchased_by = 'visited_unit') = (visited_unit_id IS NOT NULL)", name="buyer_named"),
        CheckConstraint(
            "(state = 'accepted') = (num_nonnulls(accepted_by, accepted_person_id, accepted_on, received) = 4)",
            name="acceptance_whole",
        ),
        CheckConstraint("accepted_person_id <> registered_person_id", name="accepted_by_another"),
        UniqueConstraint("id", "unit_id", name="uq_goods_lot_anchor"),
        # One line of an invoice enters the books once, and is so reimbursed once.
        Index(
            "uq_goods_lot_invoiced",
            *("unit_id", "supplier", "invoice_number", "name", "specification", "batch_number"),
            unique=True,
            postgresql_where=text("state <> 'cancelled' AND invoice_number IS NOT NULL"),
            postgresql_nulls_not_distinct=True,
        ),
        Index(None, "unit_id", "id"),
    )


class GoodsAdjustment(Base):
    """What leaves or enters stock without a recipient: asked by one person, decided by another."""

    __tablename__ = "goods_adjustment"

    id: Mapped[Key]
    lot_id: Mapped[UUID]
    unit_id: Mapped[UUID]
    cause: Mapped[Word]
    quantity: Mapped[int] = mapped_column(comment="that leaves; of a stocktake the difference, signed")
    counted: Mapped[int | None] = mapped_column(comment="of a stocktake")
    reason: Mapped[Word] = mapped_column(info=FREE_TEXT)
    state: Mapped[Word]
    asked_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    asked_person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[Created]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    decided_person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    note: Mapped[str | None] = mapped_column(info=FREE_TEXT)

    __table_args__ = (
        one_of("cause", GoodsAdjustmentCause),
        one_of("state", GoodsAdjustmentState),
        CheckConstraint("quantity > 0 OR cause = 'stocktake'", name="quantity_sound"),
        CheckConstraint("(cause = 'stocktake') = (counted IS NOT NULL) AND counted >= 0", name="counted_sound"),
        CheckConstraint(
            "(state = 'asked') = (num_nonnulls(decided_by, decided_person_id, decided_at) = 0)", name="decision_whole"
        ),
        CheckConstraint("decided_person_id <> asked_person_id", name="decided_by_another"),
        ForeignKeyConstraint(
            ["lot_id", "unit_id"], ["goods_lot.id", "goods_lot.unit_id"], name="fk_goods_adjustment_lot"
        ),
        UniqueConstraint("id", "lot_id", name="uq_goods_adjustment_anchor"),
        Index(None, "lot_id", "id"),
    )


class GoodsMove(Base):
    """One move of a lot, never changed: `quantity` is what it does to the stock, with its sign."""

    __tablename__ = "goods_move"

    id: Mapped[Key]
    lot_id: Mapped[UUID]
    unit_id: Mapped[UUID]
    kind: Mapped[Word]
    quantity: Mapped[int]
    roster_id: Mapped[UUID | None] = mapped_column(ForeignKey("roster.id"), index=True)
    point_id: Mapped[UUID | None] = mapped_column(index=True)
    adjustment_id: Mapped[UUID | None] = mapped_column(unique=True)
    voucher_id: Mapped[UUID | None] = mapped_column(
        unique=True, comment="what the move did to 库存物品 in the books; none where it cost nothing"
    )
    moved_on: Mapped[date]
    moved_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[Created]

    __table_args__ = (
        one_of("kind", GoodsMoveKind),
        CheckConstraint(
            "CASE WHEN kind IN ('received', 'returned') THEN quantity > 0 "
            "WHEN kind = 'counted' THEN quantity <> 0 ELSE quantity < 0 END",
            name="sign_of_kind",
        ),
        CheckConstraint(
            "num_nonnulls(roster_id, point_id) = CASE WHEN kind IN ('issued', 'returned') THEN 1 ELSE 0 END",
            name="recipient_of_issue",
        ),
        CheckConstraint(
            "(adjustment_id IS NOT NULL) = (kind IN ('written_off', 'sent_back', 'counted'))", name="agreed_upon"
        ),
        ForeignKeyConstraint(["lot_id", "unit_id"], ["goods_lot.id", "goods_lot.unit_id"], name="fk_goods_move_lot"),
        ForeignKeyConstraint(
            ["point_id", "unit_id"], ["relief_point.id", "relief_point.unit_id"], name="fk_goods_move_point"
        ),
        ForeignKeyConstraint(
            ["adjustment_id", "lot_id"],
            ["goods_adjustment.id", "goods_adjustment.lot_id"],
            name="fk_goods_move_adjustment",
        ),
        ForeignKeyConstraint(
            ["voucher_id", "unit_id"], ["voucher.id", "voucher.unit_id"], name="fk_goods_move_voucher"
        ),
        Index(None, "lot_id", "id"),
    )
