"""Kinds of column that tables share: ids, yuan, instants, versions, closed lists, and how each enters the record."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, FetchedValue, Integer, Numeric, Text, func, text
from sqlalchemy.orm import Mapped, mapped_column
from uuid_utils.compat import uuid7

# How a column enters the audit record's after-image (see models/record.py). Unmarked columns enter as they are;
# ciphertext is unmarked: it is unreadable without the person's key.
PERSONAL: dict[str, Any] = {"record": "personal"}  # as a digest salted with the person's salt
SECRET: dict[str, Any] = {"record": "secret"}  # as a plain digest: high-entropy values only
FREE_TEXT: dict[str, Any] = {"record": "secret"}  # likewise: sentences in tables that belong to no person's salt


def new_id() -> UUID:
    """A UUIDv7: unique, and in order of creation."""
    return uuid7()


Key = Annotated[UUID, mapped_column(primary_key=True, default=new_id)]
Yuan = Annotated[Decimal, mapped_column(Numeric(14, 2))]
Instant = Annotated[datetime, mapped_column(DateTime(timezone=True))]
Created = Annotated[datetime, mapped_column(DateTime(timezone=True), server_default=func.clock_timestamp())]
Word = Annotated[str, mapped_column(Text)]


class Versioned:
    """A row with an ETag: `version` is raised by a trigger at every update, whoever makes it."""

    __mapper_args__ = {"eager_defaults": True}

    version: Mapped[int] = mapped_column(
        Integer, server_default=text("1"), server_onupdate=FetchedValue(), nullable=False
    )
    touched_at: Mapped[Created]


def one_of(column: str, words: type[StrEnum]) -> CheckConstraint:
    """A check that a text column holds a word of a closed list."""
    allowed = ", ".join(f"'{word}'" for word in words)
    return CheckConstraint(f"{column} IN ({allowed})", name=f"{column}_known")


def amount_sound(column: str, *, least: str = "0") -> CheckConstraint:
    """A check that an amount is a number (PostgreSQL holds NaN greater than everything) and not below `least`."""
    return CheckConstraint(f"{column} >= {least} AND {column} <> 'NaN'", name=f"{column}_sound")
