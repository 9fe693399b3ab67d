"""Long work: the queue of jobs, and imports with their findings."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, Index, LargeBinary, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from models.columns import SECRET, Created, Key, Word, one_of
from models.database import Base
from models.vocabulary import ImportMode, JobState, Severity


class Job(Base):
    """One piece of long work, done for an account with that account's grants; without one it is the house's own."""

    __tablename__ = "job"

    id: Mapped[Key]
    kind: Mapped[Word]
    state: Mapped[Word] = mapped_column(default=JobState.QUEUED)
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"), comment="null: the system")
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"), comment="the unit the work is for")
    request_id: Mapped[Word]
    params: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int | None]
    cursor: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    result: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    attempts: Mapped[int] = mapped_column(default=0)
    cancel_asked: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[Created]
    started_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    heartbeat_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    finished_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    __table_args__ = (
        one_of("state", JobState),
        Index("ix_job_ready", "id", postgresql_where=text("state = 'queued'")),
        Index("ix_job_running", "heartbeat_at", postgresql_where=text("state = 'running'")),
        Index(None, "account_id", "id"),
        Index(
            "uq_job_daily",
            "kind",
            "unit_id",
            text("(params ->> 'day')"),
            unique=True,
            postgresql_where=text("account_id IS NULL"),
        ),
    )


class Import(Base):
    """A workbook that was sent in; its id is its job's. Its content lies in parts, encrypted under a key of its own."""

    __tablename__ = "import"

    id: Mapped[UUID] = mapped_column(ForeignKey("job.id"), primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"))
    kind: Mapped[Word]
    mode: Mapped[Word]
    filename: Mapped[Word]
    digest: Mapped[bytes] = mapped_column(LargeBinary, comment="SHA-256 of the file as sent")
    key_wrapped: Mapped[bytes | None] = mapped_column(
        LargeBinary, info=SECRET, comment="destroyed with the content when its time is over"
    )
    rows: Mapped[int | None]
    accepted: Mapped[int | None]
    rejected: Mapped[int | None]
    warnings: Mapped[int | None]
    created_at: Mapped[Created]

    __table_args__ = (one_of("mode", ImportMode),)


class ImportPart(Base):
    """One stretch of an import's file: parts 0, 1, 2 … in order are its bytes, so that no statement holds it whole."""

    __tablename__ = "import_part"

    import_id: Mapped[UUID] = mapped_column(ForeignKey("import.id"), primary_key=True)
    part: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"))
    content: Mapped[bytes] = mapped_column(LargeBinary, comment="under the import's key")


class ImportFinding(Base):
    """What is wrong or odd in one cell of an import; never the cell's own value."""

    __tablename__ = "import_finding"

    id: Mapped[Key]
    import_id: Mapped[UUID] = mapped_column(ForeignKey("import.id"))
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"))
    row: Mapped[int] = mapped_column(comment="as in the sheet: the header is row 1")
    column: Mapped[Word]
    code: Mapped[Word]
    severity: Mapped[Word]
    params: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)

    __table_args__ = (one_of("severity", Severity), Index(None, "import_id", "row", "id"))
