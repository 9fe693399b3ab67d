"""Copies of checkpoints on their way out: each a row of an outbox, sent at least once, tried until it is."""

from __future__ import annotations

import http.client
import smtplib
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime

from sqlalchemy import func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from benefits.assurance import checkpoint, merkle
from benefits.assurance.checkpoint import CheckpointError
from benefits.assurance.seal.places import MAIL_EVERY, Places, lay_down
from benefits.assurance.seal.tree import tree_of
from benefits.assurance.seal.watch import found
from benefits.assurance.seal.witness import add_checkpoint
from models.seal import CopyKind, CopyState, RecordCheckpoint, RecordCopy

_FIRST_REST_S = 5
_LONGEST_REST_S = 600
_SMTP_LIMIT_S = 20


@dataclass(frozen=True)
class Outcome:
    """What became of one try: the copy's new state and what to keep of the answer."""

    state: CopyState
    answer: str


def queue_copies(session: Session, head: RecordCheckpoint, places: Places) -> None:
    """Put the copies of a new checkpoint into the outbox, in the transaction that keeps it."""
    last_letter = (
        select(func.max(RecordCheckpoint.signed_at))
        .join(RecordCopy, RecordCopy.size == RecordCheckpoint.size)
        .where(RecordCopy.kind == CopyKind.MAIL)
    )
    for kind in places.kinds:
        if kind == CopyKind.MAIL and (last := session.scalar(last_letter)) and head.signed_at < last + MAIL_EVERY:
            continue
        session.execute(insert(RecordCopy).values(size=head.size, kind=kind).on_conflict_do_nothing())


def send_one(session: Session, places: Places, at: datetime) -> bool:
    """Try the oldest copy that waits and is due; false where none is. Another sender passes over it meanwhile."""
    rest = func.least(_FIRST_REST_S * func.power(2, RecordCopy.tries), _LONGEST_REST_S)
    due = or_(RecordCopy.tried_at.is_(None), RecordCopy.tried_at + rest * timedelta(seconds=1) <= at)
    copy = session.scalar(
        select(RecordCopy)
        .where(RecordCopy.state == CopyState.WAITING, RecordCopy.kind.in_(places.kinds), due)
        .order_by(RecordCopy.size, RecordCopy.kind)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if copy is None:
        return False
    head = session.get_one(RecordCheckpoint, copy.size)
    try:
        outcome = _SENDERS[CopyKind(copy.kind)](session, places, head, at)
    except (OSError, http.client.HTTPException, smtplib.SMTPException) as error:
        outcome = Outcome(CopyState.WAITING, f"{type(error).__name__}: {error}"[:500])
    copy.state, copy.answer = outcome.state, outcome.answer
    copy.tries += 1
    copy.tried_at = at
    copy.sent_at = at if outcome.state == CopyState.SENT else None
    return True


def _to_folder(_session: Session, places: Places, head: RecordCheckpoint, _at: datetime) -> Outcome:
    text, _ = checkpoint.parted(head.note)
    try:
        path = lay_down(places.folder, checkpoint.read(text), head.note)
    except FileExistsError as error:
        return Outcome(CopyState.REFUSED, str(error))
    return Outcome(CopyState.SENT, str(path.relative_to(places.folder)))


def _by_mail(_session: Session, places: Places, head: RecordCheckpoint, _at: datetime) -> Outcome:
    text, _ = checkpoint.parted(head.note)
    origin = checkpoint.read(text).origin
    letter = EmailMessage()
    letter["Subject"] = f"审计记录检查点 Checkpoint {origin} {head.size}"
    letter["To"] = letter["From"] = places.mail_to
    letter["Date"] = format_datetime(head.signed_at)
    letter["Message-ID"] = f"<{head.size}.{origin.replace('/', '.')}@union-benefits.invalid>"
    letter.set_content(f"请保存此信，勿改动。Keep this letter as it is.\n\n{head.note}")
    if places.smtp:
        with smtplib.SMTP(*places.smtp, timeout=_SMTP_LIMIT_S) as post:
            post.send_message(letter)
        return Outcome(CopyState.SENT, "{}:{}".format(*places.smtp))
    folder = places.mail_folder or places.folder
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{origin.replace('/', '_')}-{head.size:012d}.eml"
    path.write_bytes(bytes(letter))
    return Outcome(CopyState.SENT, path.name)


def _to_witness(session: Session, places: Places, head: RecordCheckpoint, at: datetime) -> Outcome:
    """Submit with the proof from what the witness holds, which it tells where we are mistaken."""
    node, old = tree_of(session), cosigned_size(session, head)
    for _ in range(2):
        answer = add_checkpoint(places.witness_url or "", old, merkle.consistency(node, old, head.size), head.note)
        held = answer.held_size
        if held is None or held > head.size or held == old:
            break
        old = held
    if answer.status == 200:
        return _cosigned(places, head, answer.text)
    told = f"{answer.status} {answer.text}"[:500]
    other = answer.status == 422 or held == old == head.size  # it holds another history of the same length
    if other or (held or 0) > newest_size(session):
        found(session, CopyKind.WITNESS, held or old, None, at)
    return Outcome(CopyState.REFUSED if other or (held or 0) > head.size else CopyState.WAITING, told)


def probe(session: Session, places: Places, at: datetime) -> None:
    """Ask the witness about the newest checkpoint that it cosigned: one that holds more has seen what is lost here.

    Raises:
        OSError: the witness cannot be reached. http.client.HTTPException: it does not speak HTTP.
    """
    newest = session.scalar(select(RecordCheckpoint).order_by(RecordCheckpoint.size.desc()).limit(1))
    if newest is None or not (size := cosigned_size(session, newest)):
        return
    answer = add_checkpoint(places.witness_url or "", size, [], session.get_one(RecordCheckpoint, size).note)
    held = answer.held_size
    if held is not None and (held > newest.size or held == size):
        found(session, CopyKind.WITNESS, held, None, at)


def _cosigned(places: Places, head: RecordCheckpoint, lines: str) -> Outcome:
    """Keep the witness's lines; where its key is known, those of that key alone."""
    text, _ = checkpoint.parted(head.note)
    try:
        signatures = checkpoint.signature_lines(lines)
    except CheckpointError as error:
        return Outcome(CopyState.WAITING, str(error))
    key = places.witness_key
    good = [each.line for each in signatures if key is None or key.signed(text, each)]
    return Outcome(CopyState.SENT, "".join(good)) if good else Outcome(CopyState.WAITING, "no known key has cosigned")


def cosigned_size(session: Session, head: RecordCheckpoint) -> int:
    """The greatest size that the witness cosigned before, under the same name."""
    return (
        session.scalar(
            select(func.max(RecordCopy.size))
            .join(RecordCheckpoint, RecordCheckpoint.size == RecordCopy.size)
            .where(
                RecordCopy.kind == CopyKind.WITNESS,
                RecordCopy.state == CopyState.SENT,
                RecordCheckpoint.generation == head.generation,
                RecordCheckpoint.size <= head.size,
            )
        )
        or 0
    )


def newest_size(session: Session) -> int:
    """The size of the newest checkpoint; 0 before the first."""
    return session.scalar(select(func.max(RecordCheckpoint.size))) or 0


_SENDERS = {CopyKind.FOLDER: _to_folder, CopyKind.MAIL: _by_mail, CopyKind.WITNESS: _to_witness}
