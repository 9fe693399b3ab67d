"""The audit record's rows: written by triggers and by two functions of the record's own role, never by hand."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import JSON, BigInteger, DateTime, Identity, Index, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from models.columns import Word
from models.database import Base


class RecordEntry(Base):
    """One entry. `body` is the exact text that `leaf` hashes (RFC 6962: SHA-256 of 0x00 and its bytes).

    The other columns repeat the body for look-up.     `xid` and `n` give the order in which sealing takes entries.
    """

    __tablename__ = "record_entry"

    n: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    xid: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    kind: Mapped[Word] = mapped_column(comment="change, refusal, sign_in, sign_out, disclosure, export, reading")
    action: Mapped[Word] = mapped_column(
        comment="insert, update, delete, truncate; or the operation refused, read, exported"
    )
    table_name: Mapped[str | None] = mapped_column(Text)
    row_id: Mapped[str | None] = mapped_column(Text)
    unit_id: Mapped[UUID | None]
    application_id: Mapped[UUID | None]
    account_id: Mapped[UUID | None]
    request_id: Mapped[str | None] = mapped_column(Text)
    database_user: Mapped[Word]
    body: Mapped[object] = mapped_column(JSON)
    leaf: Mapped[bytes] = mapped_column(LargeBinary)

    __table_args__ = (
        Index(None, "xid", "n"),
        Index(None, "unit_id", "n"),
        Index(None, "table_name", "row_id", "n"),
        Index(None, "application_id", "n"),
        Index(None, "account_id", "n"),
        Index(None, "at"),
    )
