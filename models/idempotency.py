"""Keys of requests: the first answer to each, so that a retry changes nothing and reads the same."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, LargeBinary
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from models.columns import Created, Word
from models.database import Base


class IdempotencyKey(Base):
    """A key of one account and operation, bound to a request by its fingerprint and to its 2xx answer."""

    __tablename__ = "idempotency_key"

    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), primary_key=True)
    operation: Mapped[Word] = mapped_column(primary_key=True)
    key: Mapped[Word] = mapped_column(primary_key=True)
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary)
    status: Mapped[int]
    headers: Mapped[dict[str, Any]] = mapped_column(JSONB)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    expires_at: Mapped[datetime | None] = mapped_column(
        DateTime(timezone=True), comment="null: moved money, never expires"
    )
    created_at: Mapped[Created]
