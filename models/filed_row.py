"""Rows of imported sheets that became cases, so that a sheet sent twice files nothing twice."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.application import of_application
from models.columns import Created
from models.database import Base


class FiledRow(Base):
    """Which row of which import a case was filed from; the digest is keyed, for what a row says can be guessed."""

    __tablename__ = "filed_row"

    application_id: Mapped[UUID] = mapped_column(primary_key=True)
    unit_id: Mapped[UUID]
    import_id: Mapped[UUID] = mapped_column(ForeignKey("import.id"))
    row: Mapped[int] = mapped_column(comment="as in the sheet")
    digest: Mapped[bytes] = mapped_column(LargeBinary, comment="keyed hash of what the row says")
    created_at: Mapped[Created]

    __table_args__ = (of_application("filed_row"), UniqueConstraint("unit_id", "digest"))
