"""A checkpoint as paper: the simplest copy outside."""

from __future__ import annotations

import base64

from sqlalchemy import select
from sqlalchemy.orm import Session

from benefits.assurance import checkpoint
from benefits.assurance.checkpoint import VerifierKey
from benefits.core.actor import Actor
from benefits.papers.checkpoint_slip import CheckpointSlip, checkpoint_slip
from models.seal import RecordCheckpoint, RecordKey
from models.unit import Unit


def print_checkpoint(session: Session, actor: Actor, head: RecordCheckpoint, language: str) -> bytes:
    """The slip of a head as PDF, with the key that signed it."""
    text, signatures = checkpoint.parted(head.note)
    known = [VerifierKey.read(each) for each in session.scalars(select(RecordKey.verifier))]
    signed = (key.text for key in known for signature in signatures if key.signed(text, signature))
    return checkpoint_slip(
        CheckpointSlip(
            union=session.scalar(select(Unit.name).where(Unit.parent_id.is_(None))) or "",
            origin=checkpoint.read(text).origin,
            size=head.size,
            root=base64.b64encode(head.root).decode(),
            signed_at=head.signed_at,
            key=next(signed, ""),
            note=head.note,
            printed_at=actor.at,
            printed_by=actor.name,
        ),
        language,
    )
