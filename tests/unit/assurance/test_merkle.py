"""The tree agrees with the published vectors of Certificate Transparency and with an independent implementation."""

from __future__ import annotations

import random
from hashlib import sha256

import pytest
from pymerkle import InmemoryTree, verify_consistency, verify_inclusion

from benefits.assurance import merkle
from benefits.assurance.merkle import EMPTY, Frontier

# The reference implementation's entries with the roots of the first 0 … 8 of them, and proofs of theirs.
ENTRIES = [
    bytes.fromhex(each)
    for each in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
INCLUSIONS = {
    (0, 1): [],
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
    (1, 5): [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
CONSISTENCIES = {
    (1, 1): [],
    (1, 8): INCLUSIONS[0, 8],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
LEAVES = [merkle.leaf_hash(entry) for entry in ENTRIES]
NODE = merkle.nodes_of(LEAVES)


def hexed(hashes: list[bytes]) -> list[str]:
    return [each.hex() for each in hashes]


def test_hashes_of_the_reference_implementation() -> None:
    assert merkle.leaf_hash(b"L123456").hex() == "395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56"
    node = merkle.node_hash(b"N123", b"N456")
    assert node.hex() == "aa217fe888e47007fa15edab33c2b492a722cb106c64667fc2b044444de66bbb"


@pytest.mark.parametrize("size", range(9))
def test_published_roots(size: int) -> None:
    frontier = Frontier()
    for leaf in LEAVES[:size]:
        frontier.add(leaf)
    assert merkle.root(NODE, size).hex() == ROOTS[size] == frontier.root().hex()
    assert Frontier.of(NODE, size).root().hex() == ROOTS[size]


def test_published_proofs() -> None:
    for (index, size), path in INCLUSIONS.items():
        assert hexed(merkle.inclusion(NODE, index, size)) == path
    for (first, second), proof in CONSISTENCIES.items():
        assert hexed(merkle.consistency(NODE, first, second)) == proof


def test_every_small_proof_holds_and_no_other_does() -> None:
    for size in range(1, 9):
        head = bytes.fromhex(ROOTS[size])
        for index in range(size):
            proof = merkle.inclusion(NODE, index, size)
            assert merkle.inside(LEAVES[index], index, size, proof, head)
            wrong = [
                (LEAVES[index], index - 1, size, proof, head),
                (LEAVES[index], index + 1, size, proof, head),
                (LEAVES[index], index, size, proof, EMPTY),
                (LEAVES[index], index, size, [*proof, head], head),
                (LEAVES[index], index, size, [*proof, b""], head),
                (LEAVES[index - 1 if index else size - 1], index, size, proof, head),
            ]
            assert not any(merkle.inside(*each) for each in wrong[: 5 if size == 1 else 6])
            for bent in bends(proof):
                assert not merkle.inside(LEAVES[index], index, size, bent, head)
        for first in range(size + 1):
            proof = merkle.consistency(NODE, first, size)
            earlier = bytes.fromhex(ROOTS[first])
            assert merkle.grown(first, size, proof, earlier, head)
            assert not merkle.grown(first, size, [*proof, head], earlier, head)
            assert not merkle.grown(first, size, proof, LEAVES[7], head)
            for bent in bends(proof):
                assert not merkle.grown(first, size, bent, earlier, head)


def bends(proof: list[bytes]) -> list[list[bytes]]:
    """The proof with one bit of each step flipped, and without its last step."""
    flipped = [[*proof[:at], bytes([proof[at][0] ^ 8]) + proof[at][1:], *proof[at + 1 :]] for at in range(len(proof))]
    return [*flipped, proof[:-1]] if proof else flipped


def test_proofs_that_cannot_be() -> None:
    for index, size in ((0, 0), (8, 8), (-1, 3)):
        with pytest.raises(ValueError, match="not among"):
            merkle.inclusion(NODE, index, size)
        assert not merkle.inside(LEAVES[0], index, size, [], EMPTY)
    with pytest.raises(ValueError, match="do not precede"):
        merkle.consistency(NODE, 5, 4)
    assert not merkle.grown(5, 4, [], bytes.fromhex(ROOTS[5]), bytes.fromhex(ROOTS[4]))
    assert not merkle.grown(3, 5, [], bytes.fromhex(ROOTS[3]), bytes.fromhex(ROOTS[5]))


def test_random_trees_agree_with_another_implementation() -> None:
    chance = random.Random(20261122)
    theirs = InmemoryTree(algorithm="sha256")
    leaves: list[bytes] = []
    frontier = Frontier()
    for _ in range(700):
        entry = chance.randbytes(chance.randrange(60))
        theirs.append_entry(entry)
        leaves.append(merkle.leaf_hash(entry))
        frontier.add(leaves[-1])
    node = merkle.nodes_of(leaves)
    assert theirs.get_root() == frontier.root() == merkle.root(node, 700)
    for _ in range(200):
        size = chance.randrange(1, 701)
        index, first = chance.randrange(size), chance.randrange(1, size + 1)
        head, earlier = merkle.root(node, size), merkle.root(node, first)
        assert theirs.get_root(size) == head
        theirs_in = theirs.prove_inclusion(index + 1, size)
        verify_inclusion(leaves[index], head, theirs_in)
        assert theirs_in.path[1:] == merkle.inclusion(node, index, size)
        assert merkle.inside(leaves[index], index, size, theirs_in.path[1:], head)
        verify_consistency(earlier, head, theirs.prove_consistency(first, size))
        assert merkle.grown(first, size, merkle.consistency(node, first, size), earlier, head)
        other = sha256(head).digest()
        assert not merkle.inside(leaves[index], index, size, theirs_in.path[1:], other)
