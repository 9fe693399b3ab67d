"""Files that a job made for one account to fetch."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from models.database import Base


class ExportPart(Base):
    """One stretch of an export's file: parts 0, 1, 2 … in order are its bytes, so that no process holds it whole."""

    __tablename__ = "export_part"

    export_id: Mapped[UUID] = mapped_column(ForeignKey("job.id"), primary_key=True, comment="the job that made it")
    part: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), comment="the account that may fetch it")
    packed: Mapped[bytes] = mapped_column(LargeBinary, comment="its bytes, each part a zlib stream of its own")
