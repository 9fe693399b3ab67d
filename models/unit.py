"""Units of the union: a tree, each addressed by its human code."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from models.columns import Created, Key, Versioned, Word, one_of
from models.database import Base
from models.vocabulary import UnionKind


class Unit(Versioned, Base):
    """A union organisation. `path` is the codes from the root down, `/AH/AH-3408/AH-3408-01/`."""

    __tablename__ = "unit"

    id: Mapped[Key]
    code: Mapped[Word] = mapped_column(unique=True)
    name: Mapped[Word]
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("unit.id"), index=True)
    path: Mapped[Word] = mapped_column(unique=True)
    union_kind: Mapped[Word]
    unit_kind: Mapped[str | None] = mapped_column(comment="code table unit_kind")
    division_code: Mapped[str | None] = mapped_column(comment="GB/T 2260")
    credit_code: Mapped[str | None] = mapped_column(comment="GB 32100")
    remote_area: Mapped[bool] = mapped_column(default=False)
    basic_education: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[Created]

    __table_args__ = (
        one_of("union_kind", UnionKind),
        CheckConstraint(
            "path LIKE '/%/' AND right(path, length(code) + 2) = '/' || code || '/'", name="path_ends_in_code"
        ),
        Index("ix_unit_path_prefix", "path", postgresql_ops={"path": "text_pattern_ops"}),
    )
