"""The watch: whether what is held outside is still in the record; if not, an older backup was restored, or worse."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from benefits.assurance import checkpoint, merkle
from benefits.assurance.checkpoint import Checkpoint, CheckpointError, VerifierKey
from benefits.assurance.seal.places import Places, latest_notes
from benefits.assurance.seal.tree import SealBrokenError, sealed_size, tree_of
from models.columns import new_id
from models.restoration import Restoration, RestorationState
from models.seal import CopyKind, RecordCheckpoint, RecordKey, RecordLog

log = logging.getLogger(__name__)


def watch_folder(session: Session, places: Places, public: bytes | None, at: datetime) -> bool:
    """Compare the folder's copies with the record, and lock the money where it lacks one; true where all is well.

    Args:
        public: this process's own public key, which a restored database need not know yet.
    """
    lacking = lacks(session, places, public)
    if lacking is not None:
        note, head = lacking
        found(session, CopyKind.FOLDER, head.size, note, at)
    return lacking is None


def lacks(session: Session, places: Places, public: bytes | None = None) -> tuple[str, Checkpoint] | None:
    """The greatest checkpoint in the folder that a key of ours signed and the record does not contain; changes nothing.

    A folder that cannot be read tells nothing, and is logged.
    """
    try:
        notes = latest_notes(places.folder)
    except OSError as error:
        log.warning("the folder of checkpoints cannot be read", extra={"fault": type(error).__name__})
        return None
    publics = {VerifierKey.read(text).public for text in session.scalars(select(RecordKey.verifier))}
    heads = _ours(notes, publics | ({public} if public else set()))
    missing = [(note, head) for note, head in heads if not contains(session, head, strict=places.strict)]
    return max(missing, key=lambda pair: pair[1].size, default=None)


def _ours(notes: Iterable[str], publics: set[bytes]) -> list[tuple[str, Checkpoint]]:
    """The notes that one of these keys signed under the name it stands for; others are none of ours."""
    heads = []
    for note in notes:
        try:
            origin = checkpoint.read(checkpoint.parted(note)[0]).origin
            heads.append((note, checkpoint.opened(note, [VerifierKey(origin, key) for key in publics])))
        except CheckpointError as error:
            log.warning("a checkpoint in the folder is not ours: %s", error)
    return heads


def contains(session: Session, head: Checkpoint, *, strict: bool) -> bool:
    """Whether the record is one of which `head` was the beginning, or of a branch whose loss was put right.

    A name that the database does not know is another record's, which shares the folder; `strict`: there is no other.
    """
    own = session.scalar(select(RecordLog).where(RecordLog.origin == head.origin))
    following = session.get(RecordLog, own.generation + 1) if own else None
    if (own is None or (following and head.size > following.from_size)) and _put_right(session, own, head):
        return True
    if own is None:
        return not strict and not _continues_ours(session, head.origin)
    try:
        return head.size <= sealed_size(session) and merkle.root(tree_of(session), head.size) == head.root
    except SealBrokenError:
        return False


def _put_right(session: Session, own: RecordLog | None, head: Checkpoint) -> bool:
    """Whether a reconciliation that is over covers this head."""
    same = Restoration.held_note.startswith(f"{head.origin}\n", autoescape=True)
    if own is not None:
        same = or_(same, Restoration.generation == own.generation)
    over = (Restoration.state == RestorationState.RELEASED, Restoration.held_size >= head.size, same)
    return session.scalar(select(Restoration.id).where(*over).limit(1)) is not None


def _continues_ours(session: Session, origin: str) -> bool:
    """Whether a name is a later one of this same record: the database is older than its own reconciliation."""
    first = session.scalar(select(RecordLog.origin).where(RecordLog.generation == 0))
    return first is not None and origin.startswith(f"{first}/")


def found(session: Session, held_in: CopyKind, held_size: int, held_note: str | None, at: datetime) -> None:
    """Note that something is held outside that the record lacks: money rests from this transaction on."""
    newest = session.scalar(select(RecordCheckpoint).order_by(RecordCheckpoint.size.desc()).limit(1))
    generation = session.scalar(select(func.max(RecordLog.generation))) or 0
    noted = insert(Restoration).values(
        id=new_id(),
        generation=generation,
        size=newest.size if newest else 0,
        held_in=held_in,
        held_size=held_size,
        held_note=held_note,
        found_at=at,
    )
    if session.scalar(noted.on_conflict_do_nothing().returning(Restoration.id)) is not None:
        log.error("the record lacks what a checkpoint outside holds", extra={"held": held_in, "size": held_size})
