"""The application's clock: the one place below the door where the time is asked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from flask import current_app


def now() -> datetime:
    """This instant, shifted by `CLOCK_OFFSET_S` in tests and rehearsals."""
    offset: int = current_app.config["SETTINGS"].clock_offset_s
    return datetime.now(UTC) + timedelta(seconds=offset)
