"""Signed heads as they are kept: each has the instant that it bears, and what a key signed is still there."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import text
from sqlalchemy.orm import Session

from benefits.assurance.verification.difference import Difference
from models.seal import GROUP

_REDATED = text("""
SELECT size FROM record_checkpoint
WHERE strpos(note, to_char(signed_at AT TIME ZONE 'UTC', E'"\ntime "YYYY-MM-DD"T"HH24:MI:SS"+00:00\n"')) > 0 IS NOT TRUE
ORDER BY size
""")
_BARE = text("""
SELECT k.verifier FROM record_key k
WHERE NOT EXISTS (SELECT FROM record_checkpoint c WHERE c.generation = k.generation) ORDER BY k.since_at
""")
_EARLY = text(f"""
SELECT level || '/' || position FROM record_tile
WHERE (position + 1) * {GROUP}::numeric ^ level > (SELECT coalesce(max(position) + 1, 0) FROM record_seal)
ORDER BY level, position
""")  # noqa: S608 - a constant of the house


def head_differences(session: Session) -> Iterator[Difference]:
    """Heads whose instant is not what they bear, keys of which nothing is kept, and roots of groups not yet full."""
    for size in session.scalars(_REDATED):
        yield Difference(
            kind="checkpoint_altered",
            table="record_checkpoint",
            row=str(size),
            columns=("signed_at",),
            before_size=size,
        )
    for verifier in session.scalars(_BARE):
        yield Difference(kind="checkpoint_gone", table="record_key", row=verifier)
    for place in session.scalars(_EARLY):
        yield Difference(kind="group_altered", table="record_tile", row=place)
