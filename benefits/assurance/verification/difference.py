"""A difference that the full check found: what is not as it should be, where, and between which instants."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import DataError, InternalError, ProgrammingError
from sqlalchemy.orm import Session

from models.seal import RecordCheckpoint

_BATCH = 1000
# What the check meets only where something is as no honest database has it: a function gone, a value beyond reading.
BREAKS = (
    *(DataError, InternalError, ProgrammingError),
    *(ArithmeticError, AttributeError, LookupError, TypeError, ValueError),
)


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One difference; what is not known of it is None.

    `after_at` and `before_at` bound the instant at which what is wrong was made or last right: for a row, its last
    entry and the check itself; for entries, the checkpoints between which they lie, whose sizes are `after_size` and
    `before_size`.
    """

    kind: str
    table: str | None = None
    row: str | None = None
    columns: tuple[str, ...] = ()
    entry: int | None = None
    position: int | None = None
    after_size: int | None = None
    before_size: int | None = None
    after_at: datetime | None = None
    before_at: datetime | None = None

    def told(self) -> dict[str, Any]:
        """As plain values."""
        shown = {
            name: value.isoformat() if isinstance(value, datetime) else value for name, value in asdict(self).items()
        }
        return {**shown, "columns": list(self.columns)}

    def line(self) -> str:
        """As one line for a person."""
        where = " ".join(part for part in (self.table, self.row) if part)
        parts = [
            self.kind,
            where,
            ", ".join(self.columns),
            f"entry {self.entry}" if self.entry is not None else "",
            f"position {self.position}" if self.position is not None else "",
            f"entries {self.after_size}-{self.before_size}" if self.before_size is not None else "",
            f"between {_told(self.after_at)} and {_told(self.before_at)}" if self.before_at or self.after_at else "",
        ]
        return " · ".join(part for part in parts if part)


def stopped(error: Exception) -> Difference:
    """That the check could not be ended, by the name of the fault; its text might show a value."""
    return Difference(kind="check_stopped", columns=(type(getattr(error, "orig", error)).__name__,))


def _told(at: datetime | None) -> str:
    return at.isoformat(timespec="seconds") if at else "…"


_PLACES = text("""
SELECT e.n, CASE WHEN e.at BETWEEN '0002-01-01' AND '9998-12-31' THEN e.at END AS at, s.position
FROM unnest(CAST(:ns AS bigint[])) AS w (n)
LEFT JOIN record_entry e ON e.n = w.n LEFT JOIN record_seal s ON s.n = w.n
""")
_ROUND = text("""
SELECT (SELECT max(size) FROM record_checkpoint WHERE size <= :position),
       (SELECT min(size) FROM record_checkpoint WHERE size > :position)
""")


def of_rows(session: Session, table: str, found: Sequence[Any], at: datetime) -> Iterator[Difference]:
    """Rows that are not as their last entry has them: they were changed after it, and before `at`."""
    for start in range(0, len(found), _BATCH):
        batch = found[start : start + _BATCH]
        places = {n: (when, place) for n, when, place in session.execute(_PLACES, {"ns": [row.n_ for row in batch]})}
        for row in batch:
            when, place = places.get(row.n_, (None, None))
            yield Difference(
                kind=row.difference_,
                table=table,
                row=row.row_,
                columns=tuple(row.columns_),
                entry=row.n_,
                position=place,
                after_at=when,
                before_at=at,
            )


def of_entries(session: Session, found: Iterable[tuple[str, int, int | None, Sequence[str]]]) -> Iterator[Difference]:
    """Entries (kind, number, position or None, columns) that are not as they should be, between their checkpoints."""
    for number, (kind, n, known, columns) in enumerate(found):
        if number >= _BATCH:  # counted, no longer told one by one
            yield Difference(kind=kind, table="record_entry", row=str(n), columns=tuple(columns), entry=n)
            continue
        when, place = _place(session, n)
        position = place if known is None else known
        low, high = _around(session, position)
        yield Difference(
            kind=kind,
            table="record_entry",
            row=str(n),
            columns=tuple(columns),
            entry=n,
            position=position,
            after_size=low.size if low else 0 if position is not None else None,
            before_size=high.size if high else None,
            after_at=low.signed_at if low else when,
            before_at=high.signed_at if high else None,
        )


def _place(session: Session, n: int) -> tuple[datetime | None, int | None]:
    row = session.execute(_PLACES, {"ns": [n]}).one()
    return row.at, row.position


def _around(session: Session, position: int | None) -> tuple[RecordCheckpoint | None, RecordCheckpoint | None]:
    if position is None:
        return None, None
    low, high = session.execute(_ROUND, {"position": position}).one()
    return (low and session.get(RecordCheckpoint, low)), (high and session.get(RecordCheckpoint, high))
