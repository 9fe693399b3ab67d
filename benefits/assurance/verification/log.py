"""The sealed record against what was signed of it: leaves, groups, roots, signatures, and copies kept outside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from benefits.assurance import checkpoint
from benefits.assurance.checkpoint import Checkpoint, CheckpointError, VerifierKey
from benefits.assurance.merkle import HASH_BYTES, Frontier, node_hash
from benefits.assurance.verification.difference import Difference
from models.restoration import Restoration, RestorationState
from models.seal import GROUP, RecordCheckpoint, RecordLog, RecordTile

_LEAVES = text(f"""
SELECT string_agg(leaf, ''::bytea ORDER BY position) FROM record_seal
GROUP BY position / {GROUP} ORDER BY position / {GROUP}
""")  # noqa: S608 - a constant of the house


@dataclass
class Heads:
    """What was signed, as read before the tree is gone through: by size, what was kept and what is held outside."""

    kept: list[RecordCheckpoint]
    outside: Mapping[int, Sequence[Checkpoint]]
    roots: dict[int, bytes] = field(default_factory=dict)  # of the tree as it is, at the sizes that matter
    size: int = 0


def log_differences(
    session: Session, keys: Sequence[VerifierKey], copies: Sequence[Checkpoint]
) -> Iterator[Difference]:
    """Go through all leaves once; what differs is told in the order of the log.

    Args:
        keys: the public keys that are trusted; a checkpoint that none of them signed is a difference.
        copies: checkpoints held outside, already opened with a trusted key.
    """
    outside: dict[int, list[Checkpoint]] = {}
    for copy in copies:
        outside.setdefault(copy.size, []).append(copy)
    heads = Heads(list(session.scalars(select(RecordCheckpoint).order_by(RecordCheckpoint.size))), outside)
    yield from _signatures(session, heads, keys)
    yield from _groups(session, heads)
    yield from _roots(heads)
    yield from _names(session, heads)
    yield from _copies(session, heads)


def _signatures(session: Session, heads: Heads, keys: Sequence[VerifierKey]) -> Iterator[Difference]:
    origins = dict(session.execute(select(RecordLog.generation, RecordLog.origin)).all())
    for kept in heads.kept:
        try:
            told = checkpoint.opened(kept.note or "", keys)  # a superuser can put nothing in its place
        except CheckpointError:
            yield _of(kept, "checkpoint_unsigned", ("note",))
            continue
        columns = [
            name
            for name, same in (
                ("size", told.size == kept.size),
                ("root", told.root == kept.root),
                ("generation", told.origin == origins.get(kept.generation)),
            )
            if not same
        ]
        if columns:
            yield _of(kept, "checkpoint_altered", tuple(columns))


def _groups(session: Session, heads: Heads) -> Iterator[Difference]:
    """Rebuild the tree; the groups that the sealer kept must be those of the leaves."""
    wanted = {kept.size for kept in heads.kept} | heads.outside.keys()
    frontier, above, level = Frontier(), list[bytes](), 1
    for leaves in session.scalars(_LEAVES, execution_options={"yield_per": 64}):
        packed = bytes(leaves)
        hashes = [packed[at : at + HASH_BYTES] for at in range(0, len(packed), HASH_BYTES)]
        for leaf in hashes:
            frontier.add(leaf)
            if frontier.size in wanted:
                heads.roots[frontier.size] = frontier.root()
        if len(hashes) == GROUP:
            above.append(_joined(hashes))
    heads.size = frontier.size
    while above:
        tiles = select(RecordTile.position, RecordTile.hash).where(RecordTile.level == level)
        kept = {group: bytes(hash_) for group, hash_ in session.execute(tiles)}
        for group, root in enumerate(above):
            if kept.get(group) != root:
                yield _group(session, level, group)
        full = len(above) // GROUP * GROUP
        above, level = [_joined(above[at : at + GROUP]) for at in range(0, full, GROUP)], level + 1


def _joined(hashes: list[bytes]) -> bytes:
    while len(hashes) > 1:
        hashes = [node_hash(left, right) for left, right in zip(hashes[::2], hashes[1::2], strict=True)]
    return hashes[0]


def _roots(heads: Heads) -> Iterator[Difference]:
    """The first checkpoint whose root is another bounds where the tree was changed; all later ones follow from it."""
    before: RecordCheckpoint | None = None
    for kept in heads.kept:
        if kept.size > heads.size:
            yield _of(kept, "record_cut", (), before)
            return
        if heads.roots.get(kept.size) != kept.root:
            yield _of(kept, "tree_altered", (), before)
            return
        before = kept


def copies_lost(session: Session, copies: Sequence[Checkpoint]) -> int:
    """How many copies are of what was lost when an older backup came back; the restorations tell what it was."""
    carried = _carried(session)
    return sum(copy.size > carried.get(copy.origin, copy.size) for copy in copies)


def _carried(session: Session) -> dict[str, int]:
    """Up to which size a name of the record was carried on under the next one."""
    names = session.execute(select(RecordLog.origin, RecordLog.from_size).order_by(RecordLog.generation)).all()
    return {older.origin: newer.from_size for older, newer in pairwise(names)}


def _names(session: Session, heads: Heads) -> Iterator[Difference]:
    """The record goes on under a further name where two persons released a restoration, and from where it says."""
    released = select(Restoration.generation + 1, Restoration.size).where(
        Restoration.state == RestorationState.RELEASED
    )
    founded = {tuple(row) for row in session.execute(released)}
    further = select(RecordLog).where(RecordLog.generation > 0).order_by(RecordLog.generation)
    for log in session.scalars(further):
        if (log.generation, log.from_size) not in founded:
            yield Difference(
                kind="name_unfounded",
                table="record_log",
                row=str(log.generation),
                after_size=log.from_size,
                before_size=heads.size,
            )


def _copies(session: Session, heads: Heads) -> Iterator[Difference]:
    """Copies kept outside are heads of the tree as it is, and still kept, but for those of what was lost."""
    carried, names = _carried(session), set(session.scalars(select(RecordLog.origin)))
    signed = {kept.size for kept in heads.kept}
    for size in sorted(heads.outside):
        for copy in heads.outside[size]:
            if size > carried.get(copy.origin, size):
                continue
            if size > heads.size:
                yield Difference(
                    kind="record_cut", table="copy", row=str(size), after_size=heads.size, before_size=size
                )
            elif copy.origin not in names or heads.roots.get(size) != copy.root:
                yield Difference(kind="copy_differs", table="copy", row=str(size), after_size=0, before_size=size)
            elif size not in signed:
                yield Difference(kind="checkpoint_gone", table="record_checkpoint", row=str(size), before_size=size)


def _of(
    kept: RecordCheckpoint, kind: str, columns: tuple[str, ...], before: RecordCheckpoint | None = None
) -> Difference:
    return Difference(
        kind=kind,
        table="record_checkpoint",
        row=str(kept.size),
        columns=columns,
        after_size=before.size if before else 0,
        before_size=kept.size,
        after_at=before.signed_at if before else None,
        before_at=kept.signed_at,
    )


def _group(session: Session, level: int, group: int) -> Difference:
    low, high = group * GROUP**level, (group + 1) * GROUP**level
    signed = select(RecordCheckpoint.signed_at)
    return Difference(
        kind="group_altered",
        table="record_tile",
        row=f"{level}/{group}",
        after_size=low,
        before_size=high,
        after_at=session.scalar(
            signed.where(RecordCheckpoint.size <= low).order_by(RecordCheckpoint.size.desc()).limit(1)
        ),
        before_at=session.scalar(signed.where(RecordCheckpoint.size >= high).order_by(RecordCheckpoint.size).limit(1)),
    )
