"""Persons: once in the whole system, holding only what identifies them and the key to what is theirs."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from models.columns import PERSONAL, SECRET, Created, Key, Word, one_of
from models.database import Base
from models.vocabulary import Sex


class Person(Base):
    """A human being. Entitlements belong here, so that caps hold across unions; this row is what they are locked on."""

    __tablename__ = "person"

    id: Mapped[Key]
    id_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True, comment="keyed hash of the identity number")
    id_cipher: Mapped[bytes] = mapped_column(LargeBinary, comment="the identity number under the person's key")
    key_wrapped: Mapped[bytes | None] = mapped_column(LargeBinary, info=SECRET, comment="destroyed on erasure")
    salt: Mapped[bytes | None] = mapped_column(
        LargeBinary, info=SECRET, comment="of the record's digests; destroyed too"
    )
    birth_date: Mapped[date] = mapped_column(info=PERSONAL)
    sex: Mapped[Word] = mapped_column(info=PERSONAL)
    created_at: Mapped[Created]

    __table_args__ = (
        one_of("sex", Sex),
        Index("ix_person_erased", "id", postgresql_where=text("key_wrapped IS NULL")),
    )
