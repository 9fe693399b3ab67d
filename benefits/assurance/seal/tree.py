"""The sealed record as a tree: a proof over a million entries reads a few groups of 256 hashes."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from benefits.assurance.merkle import Node, node_hash
from models.seal import GROUP, RecordSeal, RecordTile

_LEVELS = GROUP.bit_length() - 1  # levels of the tree between one kind of group and the next: 8


class SealBrokenError(Exception):
    """What is sealed is not whole, or not what was signed: nothing more is signed."""


def sealed_size(session: Session) -> int:
    """How many entries are sealed."""
    return session.scalars(select(func.coalesce(func.max(RecordSeal.position) + 1, 0))).one()


def tree_of(session: Session) -> Node:
    """The nodes of the sealed record, for as long as the session lasts; each group is read once."""
    return kept_tree(lambda height, group: _group(session, height, group))


def kept_tree(read: Callable[[int, int], list[bytes]]) -> Node:
    """The nodes over groups of 256: `read(height, group)` gives the hashes there are, leaves at height 0.

    The node asked for must be full; a group that lacks its hashes raises SealBrokenError.
    """
    groups: dict[tuple[int, int], list[bytes]] = {}

    def node(level: int, index: int) -> bytes:
        height, above = divmod(level, _LEVELS)
        first = index << above  # among the hashes at this height
        group, at = divmod(first, GROUP)
        if (height, group) not in groups:
            groups[height, group] = read(height, group)
        hashes = groups[height, group][at : at + (1 << above)]
        if len(hashes) < 1 << above:
            raise SealBrokenError(f"the record lacks hashes of height {height} from {first}")
        while len(hashes) > 1:
            hashes = [node_hash(left, right) for left, right in zip(hashes[::2], hashes[1::2], strict=True)]
        return hashes[0]

    return node


def _group(session: Session, height: int, group: int) -> list[bytes]:
    among = (group * GROUP, group * GROUP + GROUP - 1)
    if height == 0:
        query = select(RecordSeal.leaf).where(RecordSeal.position.between(*among)).order_by(RecordSeal.position)
    else:
        query = (
            select(RecordTile.hash)
            .where(RecordTile.level == height, RecordTile.position.between(*among))
            .order_by(RecordTile.position)
        )
    return [bytes(each) for each in session.scalars(query)]
