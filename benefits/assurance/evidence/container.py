"""The package as a file: a ZIP whose members lie end to end, uncompressed, the same for the same content."""

from __future__ import annotations

import json
from collections.abc import Iterable
from hashlib import sha256
from types import TracebackType
from typing import IO, Any, Self
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from benefits.assurance.checkpoint import Signer, note
from benefits.core.errors import invalid

LARGEST_BYTES = 3 << 30  # of a package: below where a ZIP changes its form
MOST_FILES = 60_000


class Container:
    """A package being written to `out`, which must be seekable; its manifest, signed, is written last."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out = out
        self._archive = ZipFile(out, "w", ZIP_STORED)
        self._files: dict[str, dict[str, Any]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, _error: BaseException | None, _: TracebackType | None) -> None:
        if kind is None:
            self._archive.close()

    @property
    def count(self) -> int:
        """How many files there are."""
        return len(self._files)

    def add(self, name: str, content: Iterable[bytes]) -> None:
        """Add a file, a stretch at a time.

        Raises:
            Invalid: the package grows past what one file may be; fewer cases are to be asked for.
        """
        digest, size = sha256(), 0
        facts = ZipInfo(name)
        facts.create_system = 3
        with self._archive.open(facts, "w") as member:
            for chunk in content:
                digest.update(chunk)
                size += len(chunk)
                member.write(chunk)
                if self._out.tell() > LARGEST_BYTES or len(self._files) > MOST_FILES:
                    raise invalid("/subject", "package_too_large")
        self._files[name] = {"size": size, "sha256": digest.hexdigest()}

    def close(self, manifest: dict[str, Any], signer: Signer) -> None:
        """Write the manifest, what is told of the package and each file's size and SHA-256, and sign it."""
        whole = {**manifest, "files": dict(self._files)}
        self.add("manifest.json", [json.dumps(whole, ensure_ascii=False, sort_keys=True).encode() + b"\n"])
        text = f"{manifest['format']}\n{self._files['manifest.json']['sha256']}\n"
        self.add("manifest.note", [note(text, [signer.sign(text)]).encode()])
