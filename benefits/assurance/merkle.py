"""The Merkle tree of RFC 6962 §2.1: hashes, roots, proofs that an entry is in it, proofs that it only grew.

Pure: a tree is told by `node(level, index)`, the root of the full subtree over leaves `[index << level, (index + 1) <<
level)`; `node(0, i)` is the leaf hash of entry i. Hashes are 32 bytes. `inside` and `grown` are what a verifier runs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256

Node = Callable[[int, int], bytes]

EMPTY = sha256(b"").digest()  # the root of no entries
HASH_BYTES = 32


def leaf_hash(entry: bytes) -> bytes:
    """MTH({d}): SHA-256 of 0x00 and the entry."""
    return sha256(b"\0" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256 of 0x01 and both children."""
    return sha256(b"\1" + left + right).digest()


def nodes_of(leaves: Sequence[bytes]) -> Node:
    """The nodes over leaf hashes in hand, each computed when it is asked for."""

    def node(level: int, index: int) -> bytes:
        if level == 0:
            return leaves[index]
        return node_hash(node(level - 1, 2 * index), node(level - 1, 2 * index + 1))

    return node


def root(node: Node, size: int) -> bytes:
    """MTH of the first `size` entries."""
    return _range(node, 0, size) if size else EMPTY


def inclusion(node: Node, index: int, size: int) -> list[bytes]:
    """PATH(index, D[size]), leaf's neighbour first.

    Raises:
        ValueError: `index` is not below `size`.
    """
    if not 0 <= index < size:
        raise ValueError(f"entry {index} is not among the first {size}")
    low, high = 0, size
    path: list[bytes] = []
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            path.append(_range(node, middle, high))
            high = middle
        else:
            path.append(_range(node, low, middle))
            low = middle
    return path[::-1]


def consistency(node: Node, first: int, second: int) -> list[bytes]:
    """PROOF(first, D[second]); empty where either is trivial.

    Raises:
        ValueError: `first` is greater than `second`, or negative.
    """
    if not 0 <= first <= second:
        raise ValueError(f"{first} entries do not precede {second}")
    if first in {0, second}:
        return []
    low, high, whole = 0, second, True  # whole: the subtree is that of the first tree itself, whose root is known
    proof: list[bytes] = []
    while first != high:
        middle = low + _split(high - low)
        if first <= middle:
            proof.append(_range(node, middle, high))
            high = middle
        else:
            proof.append(_range(node, low, middle))
            low, whole = middle, False
    if not whole:
        proof.append(_range(node, low, high))
    return proof[::-1]


def inside(leaf: bytes, index: int, size: int, proof: Sequence[bytes], head: bytes) -> bool:
    """Whether `proof` shows that the entry with this leaf hash is number `index` of the tree of `size` and root `head`.

    Source: RFC 9162 §2.1.3.2, which checks proofs of the same shape.
    """
    if not 0 <= index < size or not _sound([leaf, *proof]):
        return False
    at, last, found = index, size - 1, leaf
    for step in proof:
        if last == 0:
            return False
        if at % 2 or at == last:
            found = node_hash(step, found)
            while at % 2 == 0 and at:
                at, last = at >> 1, last >> 1
        else:
            found = node_hash(found, step)
        at, last = at >> 1, last >> 1
    return last == 0 and found == head


def grown(first: int, second: int, proof: Sequence[bytes], first_head: bytes, second_head: bytes) -> bool:
    """Whether `proof` shows that the tree of `first` entries is how the tree of `second` began.

    Source: RFC 9162 §2.1.4.2. Everything begins as the empty tree.
    """
    if not 0 <= first <= second or not _sound([first_head, second_head, *proof]):
        return False
    if first in {0, second}:
        began = first_head == (EMPTY if first == 0 else second_head)
        return began and not proof
    steps = list(proof)
    if first & (first - 1) == 0:
        steps.insert(0, first_head)
    if not steps:
        return False
    at, last = first - 1, second - 1
    while at % 2:
        at, last = at >> 1, last >> 1
    old = new = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if at % 2 or at == last:
            old, new = node_hash(step, old), node_hash(step, new)
            while at % 2 == 0 and at:
                at, last = at >> 1, last >> 1
        else:
            new = node_hash(new, step)
        at, last = at >> 1, last >> 1
    return last == 0 and old == first_head and new == second_head


class Frontier:
    """The right edge of a tree: enough to add leaves and to tell the root, in O(log n) of memory."""

    def __init__(self, size: int = 0, peaks: Iterable[bytes] = ()) -> None:
        """`peaks` are the roots of the full subtrees of which `size` is made, greatest first."""
        self.size = size
        self._peaks = list(peaks)

    @classmethod
    def of(cls, node: Node, size: int) -> Frontier:
        """The edge of the first `size` entries of a tree."""
        levels = [level for level in range(size.bit_length(), -1, -1) if size >> level & 1]
        return cls(size, (node(level, (size >> level) - 1) for level in levels))

    def add(self, leaf: bytes) -> None:
        """Append one leaf hash."""
        full, rest = leaf, self.size
        while rest & 1:
            full, rest = node_hash(self._peaks.pop(), full), rest >> 1
        self._peaks.append(full)
        self.size += 1

    def root(self) -> bytes:
        """The root as it is now."""
        if not self._peaks:
            return EMPTY
        *higher, found = self._peaks
        for peak in reversed(higher):
            found = node_hash(peak, found)
        return found


def _split(size: int) -> int:
    """The greatest power of two below `size`."""
    return 1 << (size - 1).bit_length() - 1


def _range(node: Node, low: int, high: int) -> bytes:
    """The root over leaves `[low, high)`, where `low` is a multiple of the power of two that holds `high - low`."""
    size = high - low
    if size & (size - 1) == 0:
        level = size.bit_length() - 1
        return node(level, low >> level)
    middle = low + _split(size)
    return node_hash(_range(node, low, middle), _range(node, middle, high))


def _sound(hashes: Iterable[bytes]) -> bool:
    return all(len(each) == HASH_BYTES for each in hashes)
