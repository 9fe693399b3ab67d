"""Checkpoints are read and written as others write them: the published notes of Go's sumdb and of C2SP."""

from __future__ import annotations

import base64

import pytest

from benefits.assurance import checkpoint
from benefits.assurance.checkpoint import Checkpoint, CheckpointError, Signer, VerifierKey

# golang.org/x/mod/sumdb/note, its tests: a key, its secret half and a note that it signed.
GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_SECRET = "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"  # kind, seed
GO_TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
GO_LINE = (
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
# The example of c2sp.org/tlog-cosignature: a checkpoint with a log's and a witness's signature.
C2SP = (
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
    "— example.com/behind-the-sofa "
    "Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
    "— witness.example.com/w1 "
    "jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n"
)
SIGNER = Signer.of("union-benefits/AH/0123456789ab", bytes(range(32)))
HEAD = Checkpoint(SIGNER.name, 3, bytes(32), ("time 2026-11-22T16:30:00+00:00",))


def test_key_and_note_of_go() -> None:
    key = VerifierKey.read(GO_KEY)
    assert (key.name, key.key_id.hex(), key.text) == ("PeterNeumann", "c74f20a3", GO_KEY)
    text, (signature,) = checkpoint.parted(GO_TEXT + "\n" + GO_LINE)
    assert text == GO_TEXT
    assert key.signed(text, signature)
    assert not key.signed(text.replace("graphy", "graphY"), signature)


def test_a_note_signed_here_is_byte_for_byte_that_of_go() -> None:
    signer = Signer.of("PeterNeumann", base64.b64decode(GO_SECRET)[1:])
    assert signer.verifier.text == GO_KEY
    assert checkpoint.note(GO_TEXT, [signer.sign(GO_TEXT)]) == GO_TEXT + "\n" + GO_LINE


def test_every_mangled_key_is_refused() -> None:
    mangled = {GO_KEY[:at] + chr(ord(GO_KEY[at]) + 1) + GO_KEY[at + 1 :] for at in range(len(GO_KEY))}
    mangled |= {GO_KEY[:at] for at in range(len(GO_KEY))} | {GO_KEY[at:] for at in range(1, len(GO_KEY))}
    mangled.add("PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==")
    mangled.add("PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
    for text in mangled:
        with pytest.raises(CheckpointError):
            VerifierKey.read(text)


def test_the_example_of_c2sp_is_read() -> None:
    text, signatures = checkpoint.parted(C2SP)
    head = checkpoint.read(text)
    assert (head.origin, head.size, head.further) == ("example.com/behind-the-sofa", 20852163, ())
    assert head.text == text
    assert checkpoint.note(text, signatures) == C2SP
    assert [(each.name, len(each.signed)) for each in signatures] == [(head.origin, 64), ("witness.example.com/w1", 72)]
    assert int.from_bytes(signatures[1].signed[:8], "big") == 1679315147  # the instant that the page names


def test_what_is_cosigned_is_the_text_of_c2sp() -> None:
    text, _ = checkpoint.parted(C2SP)
    assert checkpoint.cosigned(text, 1679315147) == (
        b"cosignature/v1\ntime 1679315147\nexample.com/behind-the-sofa\n20852163\n"
        b"CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    )


def test_signing_and_opening() -> None:
    whole = HEAD.signed_by(SIGNER)
    assert checkpoint.opened(whole, [VerifierKey.read(GO_KEY), SIGNER.verifier]) == HEAD
    with pytest.raises(CheckpointError, match="no known key"):
        checkpoint.opened(whole, [VerifierKey.read(GO_KEY)])
    for altered in (whole.replace("\n3\n", "\n4\n"), whole.replace("16:30", "16:31")):
        with pytest.raises(CheckpointError, match="no known key"):
            checkpoint.opened(altered, [SIGNER.verifier])


def test_a_witness_binds_the_instant() -> None:
    witness = Signer.of("witness.example/upper", bytes(range(1, 33)), checkpoint.COSIGNATURE)
    seen = witness.cosign(HEAD.text, 1_700_000_000)
    assert witness.verifier.signed(HEAD.text, seen)
    assert VerifierKey.read(witness.verifier.text) == witness.verifier
    later = checkpoint.Signature(seen.name, seen.key_id, (1_700_000_001).to_bytes(8, "big") + seen.signed[8:])
    assert not witness.verifier.signed(HEAD.text, later)
    assert not witness.verifier.signed(HEAD.text, checkpoint.Signature(seen.name, seen.key_id, seen.signed[8:]))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "origin\n3\n",
        "origin\n03\n" + base64.b64encode(bytes(32)).decode() + "\n",
        "origin\n-3\n" + base64.b64encode(bytes(32)).decode() + "\n",
        "origin\n3\n" + base64.b64encode(bytes(31)).decode() + "\n",
        "origin\n3\n" + base64.b64encode(bytes(32)).decode(),
        "origin\n3\n" + base64.b64encode(bytes(32)).decode() + "\n\nline\n",
        "\n3\n" + base64.b64encode(bytes(32)).decode() + "\n",
        "origin\n3\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB=\n",
    ],
)
def test_what_is_no_checkpoint(text: str) -> None:
    with pytest.raises(CheckpointError):
        checkpoint.read(text)


@pytest.mark.parametrize(
    "whole",
    [
        "text\n",
        "text\n\n",
        "\n\n" + GO_LINE,
        "text\n\nsigned by nobody\n",
        "text\n\n— name not/base64!\n",
        "text\n\n— name AAAA\n",
        "text\x01\n\n" + GO_LINE,
        "text\n\n" + GO_LINE.removesuffix("\n"),
    ],
)
def test_what_is_no_note(whole: str) -> None:
    with pytest.raises(CheckpointError):
        checkpoint.parted(whole)


def test_a_signer_does_not_show_its_key() -> None:
    assert bytes(range(32)).hex() not in repr(SIGNER)
    with pytest.raises(CheckpointError):
        Signer.of("with blank", bytes(32))
