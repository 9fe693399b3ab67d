"""Whether money may move in this process: the database says so, and the folder of checkpoints does not gainsay it."""

from __future__ import annotations

import time
from dataclasses import dataclass

from flask import current_app
from sqlalchemy.orm import Session

from benefits.assurance.seal.places import Places
from benefits.assurance.seal.watch import lacks
from benefits.core.record_errors import RecordRestored
from benefits.record.restored import is_restored, require_whole
from config.settings import Mode

_GOOD_FOR_S = 60.0


@dataclass
class Look:
    """When this process last found that the folder agrees with the record; it does not rely on a worker for it."""

    agreed_at: float | None = None

    def is_fresh(self) -> bool:
        """Whether that was just now."""
        return self.agreed_at is not None and time.monotonic() < self.agreed_at + _GOOD_FOR_S


def require_money_may_move(session: Session) -> None:
    """Refuse with `RecordRestored` where the record is older than what is held outside."""
    require_whole(session)
    look: Look = current_app.extensions.setdefault("standstill", Look())
    if look.is_fresh():
        return
    if lacks(session, _folder()) is not None:
        raise RecordRestored
    look.agreed_at = time.monotonic()


def money_moves(session: Session) -> bool:
    """Whether it may, for a page that shows it."""
    return not is_restored(session) and lacks(session, _folder()) is None


def _folder() -> Places:
    settings = current_app.config["SETTINGS"]
    return Places(folder=settings.checkpoint_dir, strict=settings.mode is Mode.PRODUCTION)
