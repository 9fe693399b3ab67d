"""Proofs: that an entry is in the record under a signed head, and that a later head only added to an earlier one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Text, cast, func, select
from sqlalchemy.orm import Session

from benefits.assurance import merkle
from benefits.assurance.seal.sealing import MOST_TIME, newest_checkpoint
from benefits.assurance.seal.tree import sealed_size, tree_of
from benefits.core.errors import NotFound, invalid
from benefits.core.record_errors import NotYetSealed
from models.record_entry import RecordEntry
from models.seal import RecordCheckpoint, RecordCopy, RecordKey, RecordSeal


@dataclass(frozen=True)
class EntryProof:
    """An entry with its place; `body` is the exact text that `leaf` hashes, `proof` leads from there to the head."""

    n: int
    position: int
    leaf: bytes
    body: str
    proof: list[bytes]
    checkpoint: RecordCheckpoint


@dataclass(frozen=True)
class GrowthProof:
    """Two heads, and what shows that the second only added to the first."""

    first: RecordCheckpoint
    second: RecordCheckpoint
    proof: list[bytes]


@dataclass(frozen=True)
class BlindWindow:
    """What no signed head covers yet: how many entries, and when the oldest of them was made (None: there is none).

    What lies in it could still be altered unseen by whoever rules the database.
    """

    sealed: int  # entries sealed, signed or not
    entries: int
    since: datetime | None


def prove_entry(session: Session, n: int, at: datetime, size: int | None = None) -> EntryProof:
    """The proof of an entry that the reader was found to see, under the head of `size`, or the newest.

    Raises:
        NotYetSealed: no head covers it. Invalid: `size` is no head's, or it is older than the entry.
    """
    head = newest_checkpoint(session) if size is None else session.get(RecordCheckpoint, size)
    if head is None and size is not None:
        raise invalid("/size", "checkpoint_unknown")
    made, body = session.execute(select(RecordEntry.at, cast(RecordEntry.body, Text)).where(RecordEntry.n == n)).one()
    seal = session.scalar(select(RecordSeal).where(RecordSeal.n == n))
    newest = newest_checkpoint(session)
    if head is None or newest is None or seal is None or seal.position >= newest.size:
        raise NotYetSealed(waited_s=max(0, int((at - made).total_seconds())), due_s=int(MOST_TIME.total_seconds()))
    if seal.position >= head.size:
        raise invalid("/size", "checkpoint_too_old")
    proof = merkle.inclusion(tree_of(session), seal.position, head.size)
    return EntryProof(n, seal.position, bytes(seal.leaf), body, proof, head)


def prove_growth(session: Session, first: int, second: RecordCheckpoint) -> GrowthProof:
    """The proof between two heads.

    Raises:
        Invalid: `first` is no head's size, or beyond the second's.
    """
    earlier = session.get(RecordCheckpoint, first)
    if earlier is None:
        raise invalid("/from", "checkpoint_unknown")
    if earlier.size > second.size:
        raise invalid("/from", "checkpoint_too_new")
    return GrowthProof(earlier, second, merkle.consistency(tree_of(session), earlier.size, second.size))


def find_checkpoint(session: Session, size: int) -> RecordCheckpoint:
    """The head of this size; raises NotFound."""
    found = session.get(RecordCheckpoint, size)
    if found is None:
        raise NotFound
    return found


def list_checkpoints(session: Session, after: int | None, limit: int) -> list[RecordCheckpoint]:
    """Heads, greatest first, beyond the one of size `after`."""
    query = select(RecordCheckpoint).order_by(RecordCheckpoint.size.desc()).limit(limit)
    return list(session.scalars(query if after is None else query.where(RecordCheckpoint.size < after)))


def copies_of(session: Session, size: int) -> list[RecordCopy]:
    """Where copies of a head went, and what became of them."""
    return list(session.scalars(select(RecordCopy).where(RecordCopy.size == size).order_by(RecordCopy.kind)))


def verifier_keys(session: Session) -> list[RecordKey]:
    """Every public key that signs or ever signed, newest first."""
    return list(session.scalars(select(RecordKey).order_by(RecordKey.since_at.desc(), RecordKey.verifier)))


def blind_window(session: Session) -> BlindWindow:
    """What is not proved yet, at this instant."""
    sealed, newest = sealed_size(session), newest_checkpoint(session)
    covered = newest.size if newest else 0
    waiting: int = session.scalar(select(func.entries_unsealed())) or 0
    oldest = func.entry_sealed_at(covered) if sealed > covered else func.entries_unsealed_since()
    return BlindWindow(sealed, sealed - covered + waiting, session.scalar(select(oldest)))
