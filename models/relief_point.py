"""慰问点: visits of summer relief, who did what on them, and what was signed for."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, LargeBinary, Numeric, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.columns import FREE_TEXT, SECRET, Created, Key, Versioned, Word, Yuan, amount_sound, one_of
from models.database import Base
from models.goods_vocabulary import ReliefState
from models.unit import Unit


class ReliefPoint(Versioned, Base):
    """One visit that brings goods to a place of work. Phones and the signer's name lie under the point's own key."""

    __tablename__ = "relief_point"

    id: Mapped[Key]
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"), comment="the union that visits")
    visited_unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"), index=True)
    planned_on: Mapped[date]
    name: Mapped[Word]
    address: Mapped[Word]
    leader: Mapped[Word] = mapped_column(comment="带队领导")
    key_wrapped: Mapped[bytes] = mapped_column(LargeBinary, info=SECRET)
    contact_phone_cipher: Mapped[bytes] = mapped_column(LargeBinary)
    planned_heads: Mapped[int]
    budget: Mapped[Yuan]
    state: Mapped[Word]
    fund_id: Mapped[UUID | None] = mapped_column(ForeignKey("fund.id"), comment="reserved at the approval")
    visited_on: Mapped[date | None]
    temperature: Mapped[Decimal | None] = mapped_column(Numeric(4, 1), comment="°C")
    temperature_source: Mapped[str | None]
    heads: Mapped[int | None]
    members: Mapped[int | None]
    non_members: Mapped[int | None]
    non_staff: Mapped[int | None] = mapped_column(comment="非在编, members or not")
    recipient_cipher: Mapped[bytes | None] = mapped_column(LargeBinary)
    recipient_phone_cipher: Mapped[bytes | None] = mapped_column(LargeBinary)
    signed_on: Mapped[date | None]
    document_digest: Mapped[bytes | None] = mapped_column(LargeBinary, comment="SHA-256 of the signed sheet or photo")
    settled_amount: Mapped[Decimal | None] = mapped_column(Numeric(14, 2))
    created_at: Mapped[Created]

    unit: Mapped[Unit] = relationship(lazy="raise", viewonly=True, foreign_keys=[unit_id])
    visited_unit: Mapped[Unit] = relationship(lazy="raise", viewonly=True, foreign_keys=[visited_unit_id])

    __table_args__ = (
        one_of("state", ReliefState),
        amount_sound("budget", least="0.01"),
        amount_sound("settled_amount"),
        CheckConstraint("planned_heads > 0", name="planned_heads_sound"),
        CheckConstraint("temperature BETWEEN -50 AND 60", name="temperature_sound"),
        CheckConstraint(
            "heads > 0 AND heads = members + non_members AND members >= 0 AND non_members >= 0", name="heads_add_up"
        ),
        CheckConstraint("non_staff BETWEEN 0 AND heads", name="non_staff_within_heads"),
        CheckConstraint("(state IN ('planned', 'cancelled')) OR fund_id IS NOT NULL", name="money_reserved"),
        CheckConstraint(
            "(state IN ('visited', 'signed', 'settled')) = "
            "(num_nonnulls(visited_on, temperature, temperature_source, heads, members, non_members, non_staff) = 7)",
            name="visit_whole",
        ),
        CheckConstraint(
            "(state IN ('signed', 'settled')) = "
            "(num_nonnulls(recipient_cipher, recipient_phone_cipher, signed_on) = 3)",
            name="signature_whole",
        ),
        CheckConstraint("(state = 'settled') = (settled_amount IS NOT NULL)", name="settlement_whole"),
        CheckConstraint("settled_amount <= budget", name="within_budget"),
        UniqueConstraint("id", "unit_id", name="uq_relief_point_anchor"),
        Index(None, "unit_id", "id"),
    )


class ReliefAct(Base):
    """One act on a visit point: who, as which person, and why where a reason is asked."""

    __tablename__ = "relief_act"

    id: Mapped[Key]
    point_id: Mapped[UUID]
    unit_id: Mapped[UUID]
    act: Mapped[Word]
    to_state: Mapped[Word]
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    note: Mapped[str | None] = mapped_column(info=FREE_TEXT)
    acted_at: Mapped[Created]

    __table_args__ = (
        one_of("to_state", ReliefState),
        ForeignKeyConstraint(
            ["point_id", "unit_id"], ["relief_point.id", "relief_point.unit_id"], name="fk_relief_act_point"
        ),
        Index(None, "point_id", "id"),
    )


class ReliefReceipt(Base):
    """How much of a lot the visited unit's recipient signed for."""

    __tablename__ = "relief_receipt"

    point_id: Mapped[UUID] = mapped_column(primary_key=True)
    lot_id: Mapped[UUID] = mapped_column(primary_key=True)
    unit_id: Mapped[UUID]
    signed: Mapped[int]

    __table_args__ = (
        CheckConstraint("signed >= 0", name="signed_sound"),
        ForeignKeyConstraint(
            ["point_id", "unit_id"], ["relief_point.id", "relief_point.unit_id"], name="fk_relief_receipt_point"
        ),
        ForeignKeyConstraint(
            ["lot_id", "unit_id"], ["goods_lot.id", "goods_lot.unit_id"], name="fk_relief_receipt_lot"
        ),
    )
