"""The entitlement ledger: every award, by person, programme, kind, occasion and year."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from models.columns import Created, Key, Word, Yuan, amount_sound, one_of
from models.database import Base
from models.vocabulary import EntitlementState


class Entitlement(Base):
    """One award in the ledger: by person, programme, kind, occasion and year; caps and intervals are asked of it."""

    __tablename__ = "entitlement"

    id: Mapped[Key]
    person_id: Mapped[UUID]
    unit_id: Mapped[UUID]
    application_id: Mapped[UUID]
    programme: Mapped[Word]
    kind: Mapped[Word]
    occasion: Mapped[Word] = mapped_column(comment="empty where the programme has none")
    year: Mapped[int]
    amount: Mapped[Yuan]
    once: Mapped[bool] = mapped_column(comment="at most one live award per person, kind, occasion and year")
    state: Mapped[Word]
    event_on: Mapped[date]
    account_key: Mapped[str | None] = mapped_column(comment="what it is booked to: RIGHTS.HARDSHIP, ACTIVITY.MEMBER …")
    created_at: Mapped[Created]

    __table_args__ = (
        one_of("state", EntitlementState),
        amount_sound("amount"),
        CheckConstraint("year BETWEEN 1900 AND 2100", name="year_sound"),
        ForeignKeyConstraint(
            ["application_id", "unit_id", "person_id"],
            ["application.id", "application.unit_id", "application.person_id"],
            name="fk_entitlement_application",
        ),
        Index(
            "uq_entitlement_once",
            "person_id",
            "programme",
            "kind",
            "occasion",
            "year",
            unique=True,
            postgresql_where=text("once AND state <> 'released'"),
        ),
        Index(
            "uq_entitlement_of_case",
            "application_id",
            unique=True,
            postgresql_where=text("state <> 'released'"),
        ),
        Index(None, "person_id", "programme", "kind", "year"),
    )
