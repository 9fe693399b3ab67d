"""Where copies of checkpoints go: a folder, letters, a witness; and how one is written so that it is there or not."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from benefits.assurance.checkpoint import Checkpoint, VerifierKey
from config.settings import Mode, Settings
from models.seal import CopyKind

MAIL_EVERY = timedelta(hours=1)
LATEST = "latest.txt"


@dataclass(frozen=True)
class Places:
    """The places outside, as the settings name them."""

    folder: Path
    mail_to: str | None = None
    mail_folder: Path | None = None  # where letters lie until somebody fetches them
    smtp: tuple[str, int] | None = None
    witness_url: str | None = None
    witness_key: VerifierKey | None = None
    strict: bool = False  # a checkpoint of ours under a name that the database does not know is a loss too

    @classmethod
    def of(cls, settings: Settings) -> Places:
        """As the settings say; raises CheckpointError where WITNESS_KEY is no key."""
        return cls(
            folder=settings.checkpoint_dir,
            mail_to=settings.checkpoint_mail,
            mail_folder=settings.data_dir / "mail",
            smtp=settings.checkpoint_smtp,
            witness_url=settings.witness_url,
            witness_key=VerifierKey.read(settings.witness_key) if settings.witness_key else None,
            strict=settings.mode is Mode.PRODUCTION,
        )

    @property
    def kinds(self) -> tuple[CopyKind, ...]:
        """The kinds of copy that are made."""
        wanted = {CopyKind.FOLDER: True, CopyKind.MAIL: self.mail_to, CopyKind.WITNESS: self.witness_url}
        return tuple(kind for kind, asked in wanted.items() if asked)


def shelf(folder: Path, origin: str) -> Path:
    """The folder of one log's checkpoints."""
    return folder / origin.replace("/", "_")


def lay_down(folder: Path, head: Checkpoint, note: str) -> Path:
    """Write a note under its size, and as the latest unless a later one lies there.

    Raises:
        FileExistsError: another checkpoint of this size lies there.
        OSError: the folder cannot be written.
    """
    own = shelf(folder, head.origin)
    own.mkdir(parents=True, exist_ok=True)
    path = own / f"{head.size:012d}.txt"
    if path.exists() and path.read_text(encoding="utf-8") != note:
        raise FileExistsError(f"another checkpoint lies in {path.name}")
    _write(path, note)
    latest = own / LATEST
    if not latest.exists() or _size_in(latest) < head.size:
        _write(latest, note)
    return path


def latest_notes(folder: Path) -> list[str]:
    """The latest note of each log in the folder; empty where there is none."""
    return [path.read_text(encoding="utf-8") for path in sorted(folder.glob(f"*/{LATEST}"))]


def _size_in(path: Path) -> int:
    size = path.read_text(encoding="utf-8").split("\n")[1:2]
    return int(size[0]) if size and size[0].isdigit() else -1


def _write(path: Path, text: str) -> None:
    draft = path.with_suffix(f".{os.getpid()}")
    with draft.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
