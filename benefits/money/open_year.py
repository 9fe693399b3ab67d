"""Whether a unit's year may still take a fund: closed is closed, and a closing that runs is waited for."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from benefits.core.errors import StateForbids
from models.unit import Unit
from models.year_end import ClosingState, YearClosing


def require_open_year(session: Session, unit: Unit, year: int) -> None:
    """Refuse a year that is closed, or before one that is; nothing would carry what is opened there.

    The unit is held, as a closing holds it (`carry_over.lock_funds`), so that no fund appears behind its back.

    Raises:
        StateForbids: the unit's year, or a later one, is closed.
    """
    session.execute(select(Unit.id).where(Unit.id == unit.id).with_for_update(key_share=True))
    closed = select(YearClosing.id).where(YearClosing.unit_id == unit.id, YearClosing.year >= year)
    if session.scalar(closed.where(YearClosing.state == ClosingState.POSTED).limit(1)) is not None:
        raise StateForbids(state="year_closed", act="create", year=year)
