"""Delegations: somebody's duty lent to another person for some days, over a unit, up to an amount."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.columns import Created, Key, Versioned, Word, Yuan, amount_sound, one_of
from models.database import Base
from models.delegation_vocabulary import DelegatedRole
from models.unit import Unit


class Delegation(Versioned, Base):
    """Who may decide or pay in whose name (代). Names are as they stood when it was given, as papers show them."""

    __tablename__ = "delegation"

    id: Mapped[Key]
    unit_id: Mapped[UUID] = mapped_column(
        ForeignKey("unit.id"), comment="over its subtree, as far as the giver's grant"
    )
    role: Mapped[Word]
    from_account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    from_person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    from_name: Mapped[Word]
    to_account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    to_person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    to_name: Mapped[Word]
    valid_from: Mapped[date]
    valid_until: Mapped[date]
    amount_limit: Mapped[Yuan] = mapped_column(comment="of one act: a case, a roster, a batch")
    reason: Mapped[Word]
    document: Mapped[str | None] = mapped_column(comment="number of the paper that authorises it (授权书)")
    revoked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    revoked_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[Created]

    unit: Mapped[Unit] = relationship(lazy="raise", viewonly=True)

    __table_args__ = (
        one_of("role", DelegatedRole),
        amount_sound("amount_limit", least="0.01"),
        CheckConstraint("valid_until >= valid_from", name="days_in_order"),
        CheckConstraint("from_person_id <> to_person_id", name="two_persons"),
        CheckConstraint("(revoked_at IS NULL) = (revoked_by IS NULL)", name="revoked_whole"),
        UniqueConstraint("id", "from_person_id", name="uq_delegation_anchor"),
        Index(None, "to_account_id", "valid_until"),
        Index(None, "from_account_id"),
        Index(None, "unit_id", "id"),
    )


def in_the_name_of(table: str) -> tuple[ForeignKeyConstraint, CheckConstraint, CheckConstraint]:
    """What keeps an act done in another's name whole: the delegation, its giver, and another person than the doer."""
    return (
        ForeignKeyConstraint(
            ["delegation_id", "on_behalf_of"],
            ["delegation.id", "delegation.from_person_id"],
            name=f"fk_{table}_delegation",
        ),
        CheckConstraint("(delegation_id IS NULL) = (on_behalf_of IS NULL)", name="delegated_whole"),
        CheckConstraint("on_behalf_of <> person_id", name="delegated_two_persons"),
    )
