"""The full check, part after part, and what it has looked at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from benefits.assurance.checkpoint import Checkpoint, VerifierKey
from benefits.assurance.verification.difference import BREAKS, Difference, of_entries, of_rows, stopped
from benefits.assurance.verification.guards import guard_differences
from benefits.assurance.verification.lanes import beside, run_beside
from benefits.assurance.verification.log import copies_lost, log_differences
from models.record import recorded_tables

MOST_TOLD = 1000  # differences told one by one; the counts are of all
_COUNTS = text("""
SELECT (SELECT count(*) FROM record_entry) AS entries,
       (SELECT count(*) FROM record_seal) AS sealed,
       (SELECT count(*) FROM record_checkpoint) AS checkpoints
""")
_BY_SIZE = text("""
SELECT t.name FROM unnest(CAST(:names AS text[])) AS t (name)
ORDER BY pg_relation_size(to_regclass(quote_ident(t.name))), t.name
""")
_Part = Callable[[Session], Iterator[Difference]]


@dataclass(frozen=True, kw_only=True)
class Means:
    """With what is checked: trusted public keys, copies held outside, the serving role's name, and the instant."""

    keys: Sequence[VerifierKey]
    copies: Sequence[Checkpoint] = ()
    app_role: str
    at: datetime


@dataclass
class Report:
    """What was looked at, and every difference: all counted by kind, the first told one by one."""

    counts: dict[str, int]
    kinds: Counter[str] = field(default_factory=Counter)
    differences: list[Difference] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether there is none."""
        return not self.kinds

    def add(self, difference: Difference) -> None:
        """Count a difference, and tell it while there is room."""
        self.kinds[difference.kind] += 1
        if len(self.differences) < MOST_TOLD:
            self.differences.append(difference)

    def gather(self, part: Report) -> None:
        """Count and tell what a part of the check has found."""
        self.kinds += part.kinds
        self.differences += part.differences[: MOST_TOLD - len(self.differences)]

    def told(self) -> dict[str, Any]:
        """As plain values."""
        return {
            "result": "ok" if self.ok else "failed",
            "counts": self.counts,
            "kinds": dict(sorted(self.kinds.items())),
            "differences": [each.told() for each in self.differences],
        }


def verify_all(session: Session, means: Means, step: Callable[[int, int], None] = lambda _done, _total: None) -> Report:
    """Check everything in the session's transaction, which sees one snapshot (REPEATABLE READ) and the whole union.

    A second connection with the same snapshot takes its share of the work.

    Args:
        step: is told how many parts are done, of how many.
    """
    parts = _parts(session, means)
    lost = {"copies_lost": copies_lost(session, means.copies)}
    report = Report({**session.execute(_COUNTS).mappings().one(), **lost})
    with beside(session) as other:
        found = run_beside(
            (session, other), [partial(_reported, part) for part in parts], lambda done: step(done, len(parts))
        )
    for part in found:
        report.gather(part)
    step(len(parts), len(parts))
    return report


def _reported(part: _Part, session: Session) -> Report:
    report = Report({})
    try:
        with session.begin_nested():
            for difference in part(session):
                report.add(difference)
    except BREAKS as error:
        report.add(stopped(error))
    return report


def _parts(session: Session, means: Means) -> list[_Part]:
    """What reads the whole record stands first, what compares a great table last: the lanes begin at both ends."""
    names = [table.name for table in recorded_tables()]
    return [
        partial(guard_differences, app_role=means.app_role),
        partial(_entries, function="record_unsound"),
        _misplaced,
        partial(_entries, function="record_disordered"),
        partial(log_differences, keys=means.keys, copies=means.copies),
        partial(_books, at=means.at),
        *(partial(_rows, table=name, at=means.at) for name in session.scalars(_BY_SIZE, {"names": names})),
    ]


def _rows(session: Session, table: str, at: datetime) -> Iterator[Difference]:
    found = session.execute(text("SELECT * FROM record_compared(:name)"), {"name": table}).all()
    return of_rows(session, table, found, at)


def _entries(session: Session, function: str) -> Iterator[Difference]:
    found = session.execute(text(f"SELECT difference_, n_, columns_ FROM {function}()")).all()  # noqa: S608 - our own
    return of_entries(session, ((kind, n, None, names) for kind, n, names in found))


def _misplaced(session: Session) -> Iterator[Difference]:
    found = session.execute(text("SELECT difference_, n_, position_ FROM record_misplaced()")).all()
    return of_entries(session, ((kind, n, position, ()) for kind, n, position in found))


def _books(session: Session, at: datetime) -> Iterator[Difference]:
    for table, row, columns in session.execute(text("SELECT * FROM books_unsound()")):
        yield Difference(kind="sum_differs", table=table, row=row, columns=tuple(columns), before_at=at)
