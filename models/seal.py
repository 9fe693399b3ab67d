"""The sealed record: its entries in their one order, roots of full groups, signed heads, and their copies outside.

Leaves, roots and eras are written by `seal_entries` of `models/seal_functions.py` alone; nobody changes them.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Identity,
    Integer,
    LargeBinary,
    SmallInteger,
    Text,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from models.columns import Created, Instant, Word, one_of
from models.database import Base

GROUP = 256  # entries under one root of level 1, roots of one level under one of the next


class CopyKind(StrEnum):
    """Where a copy of a checkpoint goes."""

    FOLDER = "folder"
    MAIL = "mail"
    WITNESS = "witness"


class CopyState(StrEnum):
    """What became of a copy."""

    WAITING = "waiting"
    SENT = "sent"
    REFUSED = "refused"  # for good: whoever was to take it holds something else


class RecordSeal(Base):
    """The entry at a position of the record, counted from 0: leaf `position` of the tree."""

    __tablename__ = "record_seal"

    position: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    n: Mapped[int] = mapped_column(
        BigInteger, unique=True, comment="the entry's number; it may be gone from the record"
    )
    xid: Mapped[int] = mapped_column(BigInteger)
    leaf: Mapped[bytes] = mapped_column(LargeBinary)


class RecordTile(Base):
    """The root over a full group of 256: of leaves at level 1, of roots of the level below above that."""

    __tablename__ = "record_tile"

    level: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    hash: Mapped[bytes] = mapped_column(LargeBinary)


class RecordEra(Base):
    """A database server under which the record is written; a new one, after dump and restore, counts anew.

    Entries up to `until_n` came from before and are sealed by number, later ones in the order of this server's
    transactions.
    """

    __tablename__ = "record_era"

    number: Mapped[int] = mapped_column(Integer, Identity(always=True), primary_key=True)
    server: Mapped[int] = mapped_column(BigInteger)
    from_position: Mapped[int] = mapped_column(BigInteger)
    from_xid: Mapped[int] = mapped_column(BigInteger, comment="the oldest transaction that ran when it began")
    until_n: Mapped[int] = mapped_column(BigInteger)
    caught_up: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    begun_at: Mapped[Created]


class RecordLog(Base):
    """A name under which the record is sealed; a further one begins when a restored older record is carried on."""

    __tablename__ = "record_log"

    generation: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    origin: Mapped[Word] = mapped_column(unique=True)
    from_size: Mapped[int] = mapped_column(BigInteger, comment="what it has in common with the generation before")
    opened_at: Mapped[Created]


class RecordKey(Base):
    """A public key that signs or signed checkpoints, as a verifier is given it: `name+id+base64`."""

    __tablename__ = "record_key"

    verifier: Mapped[Word] = mapped_column(primary_key=True)
    generation: Mapped[int] = mapped_column(ForeignKey("record_log.generation"))
    since_at: Mapped[Instant]


class RecordCheckpoint(Base):
    """A signed head of the record: the note as it went out, with the log's own signature."""

    __tablename__ = "record_checkpoint"

    size: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    generation: Mapped[int] = mapped_column(ForeignKey("record_log.generation"))
    root: Mapped[bytes] = mapped_column(LargeBinary)
    note: Mapped[Word]
    signed_at: Mapped[Instant]


class RecordCopy(Base):
    """A copy of a checkpoint on its way out; sent at least once, and tried until it is."""

    __tablename__ = "record_copy"

    size: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("record_checkpoint.size"), primary_key=True, autoincrement=False
    )
    kind: Mapped[Word] = mapped_column(primary_key=True)
    state: Mapped[Word] = mapped_column(server_default=text("'waiting'"))
    tries: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    tried_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    sent_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    answer: Mapped[str | None] = mapped_column(Text, comment="where it lies, or the cosignatures; or why it failed")

    __table_args__ = (
        one_of("kind", CopyKind),
        one_of("state", CopyState),
        CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name="sent_with_instant"),
    )
