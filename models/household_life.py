"""What happens to an open hardship file: visits, checks of means, incomes by month, yearly reviews, the paper copy."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from models.columns import PERSONAL, Created, Key, Word, Yuan, amount_sound, one_of
from models.database import Base
from models.household import of_household
from models.vocabulary import CheckResult, ReviewResult, VisitPurpose


class HouseholdVisit(Base):
    """入户调查 or 走访: who went, and what they found, ciphertext under the file's key."""

    __tablename__ = "household_visit"

    id: Mapped[Key]
    household_id: Mapped[UUID]
    unit_id: Mapped[UUID]
    person_id: Mapped[UUID]
    purpose: Mapped[Word]
    visited_on: Mapped[date]
    visitors: Mapped[list[str]] = mapped_column(JSONB, info=PERSONAL, comment="names of those who went")
    found_cipher: Mapped[bytes] = mapped_column(LargeBinary)
    signed_in_person: Mapped[bool] = mapped_column(comment="the worker signed before the visitors")
    recorded_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[Created]

    __table_args__ = (
        of_household("household_visit"),
        one_of("purpose", VisitPurpose),
        Index(None, "household_id", "visited_on"),
    )


class EconomicCheck(Base):
    """经济状况核对 by the civil-affairs centre: sent with everybody's authorisation, and what came back."""

    __tablename__ = "economic_check"

    id: Mapped[Key]
    household_id: Mapped[UUID]
    unit_id: Mapped[UUID]
    person_id: Mapped[UUID]
    reference: Mapped[Word] = mapped_column(info=PERSONAL, comment="number of the letter or commission")
    sent_on: Mapped[date]
    sent_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    result: Mapped[str | None]
    answered_on: Mapped[date | None]
    answered_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    note_cipher: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[Created]

    __table_args__ = (
        of_household("economic_check"),
        one_of("result", CheckResult),
        CheckConstraint("(result IS NULL) = (answered_on IS NULL)", name="answer_dated"),
        CheckConstraint("answered_on >= sent_on", name="days_in_order"),
        UniqueConstraint("id", "household_id", name="uq_economic_check_anchor"),
        Index(None, "household_id", "id"),
    )


class CheckAuthorisation(Base):
    """授权委托书: a grown-up of the household allowed the check by signature."""

    __tablename__ = "check_authorisation"

    check_id: Mapped[UUID] = mapped_column(primary_key=True)
    household_member_id: Mapped[UUID] = mapped_column(primary_key=True)
    household_id: Mapped[UUID]
    unit_id: Mapped[UUID]
    person_id: Mapped[UUID]
    signed_on: Mapped[date]

    __table_args__ = (
        of_household("check_authorisation"),
        ForeignKeyConstraint(
            ["check_id", "household_id"],
            ["economic_check.id", "economic_check.household_id"],
            name="fk_check_authorisation_check",
        ),
        ForeignKeyConstraint(
            ["household_member_id", "household_id"],
            ["household_member.id", "household_member.household_id"],
            name="fk_check_authorisation_member",
        ),
    )


class HouseholdIncome(Base):
    """A month's income of a household. A corrected month is another row that names the one it replaces."""

    __tablename__ = "household_income"

    id: Mapped[Key]
    household_id: Mapped[UUID]
    unit_id: Mapped[UUID]
    person_id: Mapped[UUID]
    month: Mapped[date] = mapped_column(comment="its first day")
    division: Mapped[Word] = mapped_column(comment="which row of the table of subsistence lines")
    income: Mapped[Yuan]
    persons: Mapped[int]
    evidence: Mapped[str | None] = mapped_column(info=PERSONAL)
    replaces_id: Mapped[UUID | None] = mapped_column(unique=True)
    recorded_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[Created]

    __table_args__ = (
        of_household("household_income"),
        amount_sound("income"),
        CheckConstraint("extract(day FROM month) = 1", name="month_begins"),
        CheckConstraint("persons >= 1", name="persons_some"),
        UniqueConstraint("id", "household_id", "month", name="uq_household_income_anchor"),
        ForeignKeyConstraint(
            ["replaces_id", "household_id", "month"],
            ["household_income.id", "household_income.household_id", "household_income.month"],
            name="fk_household_income_replaced",
        ),
        Index(
            "uq_household_income_month",
            "household_id",
            "month",
            unique=True,
            postgresql_where=text("replaces_id IS NULL"),
        ),
    )


class HouseholdReview(Base):
    """年度复核: the household judged anew by the rules, replayable; it counts once another person confirmed it."""

    __tablename__ = "household_review"

    id: Mapped[Key]
    household_id: Mapped[UUID]
    unit_id: Mapped[UUID]
    person_id: Mapped[UUID]
    reviewed_on: Mapped[date]
    class_before: Mapped[str | None]
    class_found: Mapped[Word] = mapped_column(comment="deep, relative, accidental, none")
    result: Mapped[Word]
    policy_id: Mapped[UUID] = mapped_column(ForeignKey("policy.id"))
    content_cipher: Mapped[bytes] = mapped_column(LargeBinary, comment="facts and canonical findings")
    content_hash: Mapped[bytes] = mapped_column(LargeBinary, comment="SHA-256 of the content, which bears a nonce")
    filed_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    filed_by_person: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    confirmed_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    confirmed_on: Mapped[date | None]
    created_at: Mapped[Created]

    __table_args__ = (
        of_household("household_review"),
        one_of("result", ReviewResult),
        CheckConstraint("(confirmed_by IS NULL) = (confirmed_on IS NULL)", name="confirmation_dated"),
        Index(None, "household_id", "reviewed_on"),
    )


class PaperTask(Base):
    """The file changed: the paper file is to follow within 30 working days. One open task covers all changes so far."""

    __tablename__ = "paper_task"

    id: Mapped[Key]
    household_id: Mapped[UUID]
    unit_id: Mapped[UUID]
    person_id: Mapped[UUID]
    changed: Mapped[Word] = mapped_column(comment="the act that opened it")
    changed_on: Mapped[date]
    changed_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    done_on: Mapped[date | None]
    done_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[Created]

    __table_args__ = (
        of_household("paper_task"),
        CheckConstraint("(done_by IS NULL) = (done_on IS NULL)", name="done_dated"),
        Index("uq_paper_task_open", "household_id", unique=True, postgresql_where=text("done_on IS NULL")),
        Index(None, "household_id", "id"),
    )
