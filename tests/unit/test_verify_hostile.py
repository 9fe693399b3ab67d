"""Files that are no packages are refused by the stand-alone verifier without harm."""

from __future__ import annotations

import struct
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from tests.packages import CASE, NAME, SIGNER, files, packed, with_manifest
from tools import verify


def hostile() -> dict[str, bytes]:
    """Files that are no packages, by what is wrong with them."""
    told = {"format": "benefits-evidence/1", "origin": NAME, "size": 11, "cases": [CASE], "withheld": []}
    made = with_manifest(files(), **told)
    bomb, twice = BytesIO(), packed({"rows/a.jsonl": b"1", "rows/b.jsonl": b"2"})
    with ZipFile(bomb, "w", ZIP_DEFLATED) as archive:
        archive.writestr("manifest.json", b"0" * (50 << 20))
    hidden, honest = packed(made), packed(made)
    overlapping = bytearray(honest)
    struct.pack_into("<2L", overlapping, 18, 1 << 31, 1 << 31)
    manifest = made["manifest.json"]
    return {
        "nothing": b"",
        "text": b"not a package at all" * 100,
        "deflated bomb": bomb.getvalue(),
        "path": packed({**made, "../../etc/passwd": b"x"}),
        "absolute": packed({**made, "/etc/passwd": b"x"}),
        "another format": packed(with_manifest(files(), **{**told, "format": "benefits-evidence/2", "size": 14})),
        "a file of no kind": packed(with_manifest({**files(), "notes.txt": b"x"}, **{**told, "size": 14})),
        "rows beside the rows": packed(with_manifest({**files(), "record/more.jsonl": b""}, **{**told, "size": 14})),
        "same name": twice.replace(b"rows/b", b"rows/a"),
        "comment": hidden[:-2] + b"\4\0text",
        "before": b"#!/bin/sh\n" + hidden,
        "behind": hidden + b"\0",
        "size beyond the file": bytes(overlapping),
        "no manifest": packed(files()),
        "no signature": packed({name: content for name, content in made.items() if name != "manifest.note"}),
        "not a number": packed({**made, "manifest.json": manifest.replace(b'"size": 11', b'"size": NaN', 1)}),
        "infinite": packed({**made, "manifest.json": manifest.replace(b'"size": 11', b'"size": -Infinity', 1)}),
        "huge": packed({**made, "manifest.json": manifest.replace(b"11", b"1" * 5000, 1)}),
        "twice": packed({**made, "manifest.json": manifest.replace(b"{", b'{"size": 3, ', 1)}),
        "deep": packed({**made, "manifest.json": b"[" * 100_000 + b"\n"}),
        "list": packed({**made, "manifest.json": b"[]\n"}),
        "no text": packed({**made, "manifest.json": b"\xff\xfe\n"}),
        "long line": packed({**made, "manifest.json": b" " * (17 << 20)}),
    }


@pytest.mark.parametrize("kind", hostile())
def test_a_hostile_package_is_refused(kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "package.zip"
    path.write_bytes(hostile()[kind])
    assert verify.main([str(path), "--key", SIGNER.public]) == 1
    assert capsys.readouterr().out.splitlines()[0] == "failed"
