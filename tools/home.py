"""The folder of an embedded database: its lock, its socket, and what a killed server left in it."""

from __future__ import annotations

import fcntl
import hashlib
import os
import stat
import tempfile
import time
from pathlib import Path

from tools.binaries import DatabaseError

SOCKET_NAME = ".s.PGSQL.5432"
SOCKET_LIMIT = 107  # bytes, of the kernel


def lock(path: Path) -> int:
    """A file descriptor that holds the folder's lock; waits five seconds for a server going down."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    deadline = time.monotonic() + 5
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                os.close(descriptor)
                raise DatabaseError(
                    f"Another process is using the database in {path.parent}: "
                    "stop it, or set DATA_DIR to another folder."
                ) from None
            time.sleep(0.05)
        else:
            return descriptor


def forget_dead_server(data: Path, sockets: Path) -> None:
    """Remove the two notes of a server that was killed: its number may by now be another process's, or a zombie's.

    PostgreSQL would take any live process of the same user for itself. Ours holds the lock as long as it lives, and
    one that was started by hand works in its data folder.
    """
    for note in (data / "postmaster.pid", sockets / f"{SOCKET_NAME}.lock"):
        if note.exists() and not _works_in(data, note.read_text(encoding="utf-8").split()[0]):
            note.unlink()


def _works_in(data: Path, number: str) -> bool:
    """Whether process `number` is alive and has `data` as its working folder, as every server of that cluster has."""
    try:
        return Path(f"/proc/{number}/cwd").samefile(data)
    except OSError:
        return False


def socket_folder(home: Path, user: str) -> Path:
    """The folder itself, or a private one among the temporary files where the path would be too long."""
    if len(os.fsencode(home / SOCKET_NAME)) <= SOCKET_LIMIT:
        return home
    name = hashlib.sha256(os.fsencode(home)).hexdigest()[:16]
    short = Path(tempfile.gettempdir()) / f"union-benefits-{os.geteuid()}-{name}"
    short.mkdir(mode=0o700, exist_ok=True)
    found = short.lstat()
    owners = {os.geteuid(), home.stat().st_uid}
    if not stat.S_ISDIR(found.st_mode) or found.st_mode & 0o077 or found.st_uid not in owners:
        raise DatabaseError(f"{short} is not a private folder of ours: remove it, or set DATA_DIR to a shorter path.")
    if user.isdigit():
        os.chown(short, int(user), int(user))
    return short
