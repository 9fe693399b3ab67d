"""Cases: an application, what was decided on it and why, its papers and its public notice."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import (
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    Numeric,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.columns import PERSONAL, SECRET, Created, Key, Versioned, Word, amount_sound, one_of
from models.database import Base
from models.delegation import in_the_name_of
from models.membership import Membership
from models.unit import Unit
from models.vocabulary import OVER, ApplicationState

_OVER = ", ".join(f"'{state}'" for state in OVER)


def of_application(table: str) -> ForeignKeyConstraint:
    """A foreign key that keeps a case's row in the case's own unit."""
    return ForeignKeyConstraint(
        ["application_id", "unit_id"],
        ["application.id", "application.unit_id"],
        name=f"fk_{table}_application",
    )


def of_payment(table: str) -> ForeignKeyConstraint:
    """A foreign key that keeps what is said of a payment in the payment's own case."""
    return ForeignKeyConstraint(
        ["disbursement_id", "application_id"],
        ["disbursement.id", "disbursement.application_id"],
        name=f"fk_{table}_disbursement",
    )


class Application(Versioned, Base):
    """A case. Facts and payee are ciphertext under the person's key; `seen_hash` binds a decision to what was shown."""

    __tablename__ = "application"

    id: Mapped[Key]
    number: Mapped[int] = mapped_column(server_default=text("nextval('application_number')"), unique=True)
    programme: Mapped[Word]
    kind: Mapped[str | None] = mapped_column(comment="the ledger's, as the last assessment told it")
    unit_id: Mapped[UUID]
    membership_id: Mapped[UUID]
    person_id: Mapped[UUID]
    state: Mapped[Word]
    event_on: Mapped[date]
    amount: Mapped[Decimal | None] = mapped_column(Numeric(14, 2), comment="asked, yuan")
    approved_amount: Mapped[Decimal | None] = mapped_column(Numeric(14, 2))
    facts_cipher: Mapped[bytes] = mapped_column(LargeBinary)
    payee_cipher: Mapped[bytes | None] = mapped_column(LargeBinary)
    payee_hash: Mapped[bytes | None] = mapped_column(LargeBinary, comment="keyed hash of the account number")
    payee_holder: Mapped[str | None] = mapped_column(info=PERSONAL)
    payee_bank: Mapped[str | None] = mapped_column(info=PERSONAL)
    payee_last4: Mapped[str | None] = mapped_column(info=PERSONAL)
    payee_named: Mapped[bool] = mapped_column(default=False, comment="by the officer, not taken from the register")
    fund_id: Mapped[UUID | None] = mapped_column(ForeignKey("fund.id"))
    round_id: Mapped[UUID | None] = mapped_column(ForeignKey("round.id"), index=True, comment="in which it was filed")
    roster_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("roster.id"), index=True, comment="the list that carries it; null again once it is left out"
    )
    assessment_id: Mapped[UUID | None]
    submission: Mapped[int] = mapped_column(default=0, comment="raised by each submit; approvals count within one")
    filed_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[Created]

    membership: Mapped[Membership] = relationship(
        lazy="raise", viewonly=True, primaryjoin="foreign(Application.membership_id) == Membership.id"
    )
    unit: Mapped[Unit] = relationship(
        lazy="raise", viewonly=True, primaryjoin="foreign(Application.unit_id) == Unit.id"
    )

    __table_args__ = (
        one_of("state", ApplicationState),
        amount_sound("amount"),
        amount_sound("approved_amount"),
        ForeignKeyConstraint(
            ["membership_id", "unit_id", "person_id"],
            ["membership.id", "membership.unit_id", "membership.person_id"],
            name="fk_application_membership",
        ),
        ForeignKeyConstraint(
            ["assessment_id", "id"],
            ["assessment.id", "assessment.application_id"],
            name="fk_application_assessment",
            use_alter=True,
        ),
        UniqueConstraint("id", "unit_id", name="uq_application_anchor"),
        UniqueConstraint("id", "unit_id", "person_id", name="uq_application_person_anchor"),
        Index(None, "unit_id", "id"),
        Index(None, "membership_id", "id"),
        Index(None, "person_id", "programme"),
        Index(
            "uq_application_live_in_round",
            "round_id",
            "membership_id",
            unique=True,
            postgresql_where=text(f"round_id IS NOT NULL AND state NOT IN ({_OVER})"),
        ),
    )


class Assessment(Base):
    """What the rules said of a case on the day it was asked: edition, facts and findings, replayable for ever."""

    __tablename__ = "assessment"

    id: Mapped[Key]
    application_id: Mapped[UUID]
    unit_id: Mapped[UUID]
    policy_id: Mapped[UUID | None] = mapped_column(ForeignKey("policy.id"), comment="null: no policy in force")
    event_on: Mapped[date]
    outcome: Mapped[Word]
    content_cipher: Mapped[bytes] = mapped_column(LargeBinary, comment="facts and canonical findings")
    content_hash: Mapped[bytes] = mapped_column(LargeBinary, comment="SHA-256 of the content, which bears a nonce")
    assessed_at: Mapped[Created]

    __table_args__ = (
        of_application("assessment"),
        UniqueConstraint("id", "application_id", name="uq_assessment_anchor"),
        Index(None, "application_id", "id"),
    )


class Act(Base):
    """One act on a case: who, as which person, from which state to which, and a hash of what they saw."""

    __tablename__ = "act"

    id: Mapped[Key]
    application_id: Mapped[UUID]
    unit_id: Mapped[UUID]
    act: Mapped[Word]
    duty: Mapped[str | None] = mapped_column(comment="filed, decided, payment_approved, released, resolved")
    from_state: Mapped[str | None]
    to_state: Mapped[Word]
    submission: Mapped[int]
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"), comment="null: the system")
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    amount: Mapped[Decimal | None] = mapped_column(Numeric(14, 2))
    note: Mapped[str | None] = mapped_column(info=PERSONAL)
    disbursement_id: Mapped[UUID | None]
    delegation_id: Mapped[UUID | None] = mapped_column(comment="done in another's name, by this")
    on_behalf_of: Mapped[UUID | None] = mapped_column(comment="the person in whose name; counts as having done it too")
    grant_unit_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("unit.id"), comment="of the grant by which it was decided: the level"
    )
    minutes: Mapped[str | None] = mapped_column(comment="of the collective decision")
    assessment_id: Mapped[UUID | None] = mapped_column(comment="what the rules had said when it was done")
    seen_hash: Mapped[bytes] = mapped_column(LargeBinary)
    acted_at: Mapped[Created]

    __table_args__ = (
        of_application("act"),
        of_payment("act"),
        *in_the_name_of("act"),
        ForeignKeyConstraint(
            ["assessment_id", "application_id"],
            ["assessment.id", "assessment.application_id"],
            name="fk_act_assessment",
        ),
        amount_sound("amount"),
        Index(None, "application_id", "id"),
        Index(
            "uq_act_one_approval_per_person",
            "application_id",
            "submission",
            "person_id",
            unique=True,
            postgresql_where=text("act = 'approve' AND disbursement_id IS NULL"),
        ),
        Index(
            "uq_act_one_approval_per_principal",
            "application_id",
            "submission",
            "on_behalf_of",
            unique=True,
            postgresql_where=text("act = 'approve' AND disbursement_id IS NULL AND on_behalf_of IS NOT NULL"),
        ),
    )


class Document(Base):
    """A paper handed in with a case, encrypted under the person's key."""

    __tablename__ = "document"

    id: Mapped[Key]
    application_id: Mapped[UUID]
    unit_id: Mapped[UUID]
    title: Mapped[Word] = mapped_column(info=PERSONAL)
    media_type: Mapped[Word]
    size: Mapped[int]
    digest: Mapped[bytes] = mapped_column(LargeBinary, comment="SHA-256 of the file")
    content: Mapped[bytes] = mapped_column(LargeBinary, info=SECRET, deferred=True)
    added_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    removed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    created_at: Mapped[Created]

    __table_args__ = (of_application("document"), Index(None, "application_id", "id"))
