"""Sealing: entries into the tree, and its head signed; refused where the tree is not the one that was signed before."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from benefits.assurance import merkle
from benefits.assurance.checkpoint import Checkpoint, Signer
from benefits.assurance.merkle import Frontier
from benefits.assurance.seal.tree import SealBrokenError, sealed_size, tree_of
from models.restoration import Restoration, RestorationState
from models.seal import RecordCheckpoint, RecordKey, RecordLog, RecordSeal
from models.unit import Unit

# A checkpoint is due after so many entries, or so long after the one before. Source: trust.md §2.5.
MOST_ENTRIES = 1000
MOST_TIME = timedelta(seconds=60)
BATCH = 4096  # entries sealed in one transaction
_CHUNK = 10_000


def seal(session: Session, most: int = BATCH) -> int:
    """Seal at most so many entries that wait; how many were. Writers are not held up; 0 while another seals."""
    sealed: int = session.scalars(select(func.seal_entries(most))).one()
    return sealed


def newest_checkpoint(session: Session) -> RecordCheckpoint | None:
    """The greatest head that was signed."""
    return session.scalar(select(RecordCheckpoint).order_by(RecordCheckpoint.size.desc()).limit(1))


def log_in_force(session: Session) -> RecordLog | None:
    """The name under which checkpoints are signed now; None before the first."""
    return session.scalar(select(RecordLog).order_by(RecordLog.generation.desc()).limit(1))


def is_due(session: Session, at: datetime) -> bool:
    """Whether a checkpoint should be signed at `at`: at once when a record is carried on after a restored backup."""
    size, newest, log = sealed_size(session), newest_checkpoint(session), log_in_force(session)
    if newest is None or log is None:
        return size > 0
    if size <= newest.size:
        return False
    overdue = size >= newest.size + MOST_ENTRIES or at >= newest.signed_at + MOST_TIME
    return overdue or newest.generation < log.generation


def sign(session: Session, seed: bytes, at: datetime) -> RecordCheckpoint | None:
    """Sign the head of what is sealed and keep it; None where there is nothing new, or the record is not to be trusted.

    Args:
        seed: the 32 bytes of the Ed25519 key.

    Raises:
        SealBrokenError: the tree does not contain the one of the checkpoint before, or its groups belie its leaves.
    """
    size, newest = sealed_size(session), newest_checkpoint(session)
    restored = select(Restoration.id).where(Restoration.state != RestorationState.RELEASED).exists()
    if newest and size < newest.size:
        raise SealBrokenError(f"of {newest.size} entries that were signed {size} are sealed")
    if size == (newest.size if newest else 0) or session.scalar(select(restored)):
        return None
    log = log_in_force(session) or _opened(session)
    signer = Signer.of(log.origin, seed)
    head = Checkpoint(log.origin, size, _root(session, newest, size), _further(session, log, newest, at))
    _keep_key(session, signer, log, at)
    kept = func.checkpoint_keep(size, log.generation, head.root, head.signed_by(signer), at)
    return session.get(RecordCheckpoint, size) if session.scalar(select(kept)) else None


def _root(session: Session, newest: RecordCheckpoint | None, size: int) -> bytes:
    """The root over `size` leaves, found by adding to what was signed, and again by the groups."""
    node = tree_of(session)
    frontier = Frontier.of(node, newest.size) if newest else Frontier()
    if newest and frontier.root() != newest.root:
        raise SealBrokenError(f"the first {newest.size} entries are not those that were signed")
    leaves = select(RecordSeal.leaf).where(RecordSeal.position >= frontier.size, RecordSeal.position < size)
    for leaf in session.scalars(leaves.order_by(RecordSeal.position), execution_options={"yield_per": _CHUNK}):
        frontier.add(bytes(leaf))
    if frontier.size != size or frontier.root() != merkle.root(node, size):
        raise SealBrokenError("the groups of the tree are not those of its leaves")
    return frontier.root()


def _opened(session: Session) -> RecordLog:
    """The first name of this record: the root union's, and a number of this installation."""
    code = session.scalars(select(Unit.code).where(Unit.parent_id.is_(None)).order_by(Unit.code)).first()
    origin = f"union-benefits/{quote(code or 'unfounded')}/{secrets.token_hex(6)}"
    session.execute(insert(RecordLog).values(generation=0, origin=origin, from_size=0).on_conflict_do_nothing())
    opened = log_in_force(session)
    if opened is None:
        raise SealBrokenError("the record has no name")
    return opened


def _further(session: Session, log: RecordLog, newest: RecordCheckpoint | None, at: datetime) -> tuple[str, ...]:
    """The instant; and under a new name, once, what it carries on."""
    lines = [f"time {at.astimezone(UTC).isoformat(timespec='seconds')}"]
    if log.generation and (newest is None or newest.generation != log.generation):
        before = session.get_one(RecordLog, log.generation - 1)
        lines.append(f"continues {before.origin} {log.from_size}")
    return tuple(lines)


def _keep_key(session: Session, signer: Signer, log: RecordLog, at: datetime) -> None:
    key = insert(RecordKey).values(verifier=signer.verifier.text, generation=log.generation, since_at=at)
    session.execute(key.on_conflict_do_nothing())
