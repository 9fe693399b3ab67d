"""Whether the record was found to be older than what is held outside: until that is put right, no money moves."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from benefits.core.record_errors import RecordRestored
from models.restoration import Restoration, RestorationState


def is_restored(session: Session) -> bool:
    """Whether a restoration is open."""
    return session.scalar(select(Restoration.id).where(Restoration.state != RestorationState.RELEASED)) is not None


def require_whole(session: Session) -> None:
    """Refuse with `RecordRestored` while a restoration is open; asked by every act that moves money.

    Source: trust.md §2.6.
    """
    if is_restored(session):
        raise RecordRestored
