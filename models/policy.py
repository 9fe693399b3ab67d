"""The running editions of the programmes' rules, and the official working-day calendar."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB, ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.columns import Created, Key, Versioned, Word, one_of
from models.database import Base
from models.vocabulary import PolicyState


class Policy(Versioned, Base):
    """One edition of one programme's rules. Published editions of a programme never overlap and never change."""

    __tablename__ = "policy"

    id: Mapped[Key]
    unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("unit.id"), comment="whose rules; null: shipped")
    programme: Mapped[Word]
    edition: Mapped[Word]
    state: Mapped[Word]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None] = mapped_column(comment="last day, null: open-ended")
    content: Mapped[Word] = mapped_column(comment="the edition as TOML, exactly as loaded")
    overrides: Mapped[dict[str, Any]] = mapped_column(
        JSONB, server_default="{}", comment="a demonstration's own figures"
    )
    digest: Mapped[bytes] = mapped_column(LargeBinary, comment="SHA-256 of the content")
    written_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    published_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    published_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    created_at: Mapped[Created]

    __table_args__ = (
        one_of("state", PolicyState),
        UniqueConstraint("programme", "edition"),
        Index(None, "programme", "valid_from"),
        # The hash of the programme stands for it, so that no extension is needed; a clash would only refuse too much.
        ExcludeConstraint(
            (text("int4range(hashtext(programme), hashtext(programme), '[]')"), "="),
            (text("daterange(valid_from, valid_to, '[]')"), "&&"),
            where=text("state = 'published'"),
            using="gist",
            name="published_editions_apart",
        ),
    )


class CalendarDay(Base):
    """A day that the official calendar changes, or the mark (1 January) of a year that it covers.

    Of a day's rows the one of the latest edition holds; the others say what was known when they were the latest.
    """

    __tablename__ = "calendar_day"

    day: Mapped[date] = mapped_column(primary_key=True)
    edition: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    working: Mapped[bool]
    name: Mapped[str | None]
    source: Mapped[Word]
