"""An embedded PostgreSQL: makes the cluster once, starts it, stops it, leaves nothing behind.

One folder, `<data_dir>/postgres`, holds the cluster, the superuser's password, the server's log and the lock
that makes one launcher its owner. The lock is inherited by the server: it is free only when the last server
process is gone, so that a new start after `kill -9` waits for the old server instead of meeting it.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg2

from config.settings import DRIVER
from tools import children
from tools.binaries import DatabaseError, binaries_of
from tools.home import forget_dead_server, lock, socket_folder
from tools.leash import NOBODY

SUPERUSER = "postgres"
SETTINGS = {
    "listen_addresses": "",  # the socket only
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "max_wal_size": "2GB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "logging_collector": "on",
    "log_filename": "postgres-%a.log",  # a week, each day over the last week's
    "log_truncate_on_rotation": "on",
    "log_rotation_age": "1d",
    "log_rotation_size": "0",
    "log_error_verbosity": "terse",  # DETAIL repeats the row, and rows are personal
    "log_min_error_statement": "panic",  # as do statements
}


@contextmanager
def embedded(data_dir: Path) -> Iterator[str]:
    """Run the PostgreSQL of `data_dir` for as long as the block lasts.

    Yields:
        the superuser's address, `postgresql+psycopg2://…`; it stays the same as long as the folder does.

    Raises:
        DatabaseError: no binaries, folder in use, cluster of another version, or the server did not start.
    """
    cluster = Cluster(data_dir / "postgres")
    cluster.start()
    try:
        yield cluster.url
    finally:
        cluster.stop()


class Cluster:
    """The PostgreSQL in one folder. It ends when the thread that started it ends."""

    def __init__(self, home: Path, *, namespaces: bool = True) -> None:
        """`namespaces=False` does without a user namespace even where root could have one."""
        self._home = home
        self._data = home / "cluster"
        self._namespaces = namespaces
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = -1

    @property
    def url(self) -> str:
        """The superuser's address; known once the cluster has been started."""
        password = (self._home / "password").read_text(encoding="ascii")
        sockets = quote(str(self._sockets), safe="")
        return f"{DRIVER}://{SUPERUSER}:{password}@/postgres?host={sockets}"

    def start(self) -> None:
        """Make the cluster if there is none, start it and wait until it answers."""
        self._home.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._home.chmod(0o700)
        self._lock = lock(self._home / "lock")
        try:
            self._user = self._serving_user()
            self._sockets = socket_folder(self._home, self._user)
            binaries = binaries_of(self._version())
            if not self._data.exists():
                self._create(binaries)
            forget_dead_server(self._data, self._sockets)
            self._process = self._serve(binaries)
            self._await_ready(self._process)
        except BaseException:
            self.stop()
            raise

    def running(self) -> bool:
        """Whether the server process is alive."""
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        """Stop cleanly: open transactions are rolled back, everything is written, nothing is left running."""
        if self._process is not None:
            children.stop(self._process, (signal.SIGINT, 60), (signal.SIGQUIT, 10))
            self._process = None
            if self._sockets != self._home:
                shutil.rmtree(self._sockets, ignore_errors=True)  # a killed server leaves its socket in it
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    def _version(self) -> int | None:
        """The major version that made the cluster; None before there is one."""
        file = self._data / "PG_VERSION"
        return int(file.read_text(encoding="ascii")) if file.exists() else None

    def _serving_user(self) -> str:
        """How the server is rid of root: it never was, by a namespace, or as the user who owns the folder."""
        if os.geteuid() != 0:
            return "same"
        owner = self._home.stat().st_uid
        if owner == 0 and self._namespaces and _namespaces_allowed():
            return "mapped"
        user = owner or NOBODY
        for path in (self._home, *self._home.rglob("*")):
            os.chown(path, user, user, follow_symlinks=False)
        for parent in self._home.parents:
            if not parent.stat().st_mode & stat.S_IXOTH and parent.stat().st_uid != user:
                raise DatabaseError(
                    f"PostgreSQL does not run as root, and no ordinary user can reach {self._home} through "
                    f"{parent}: start as an ordinary user, or set DATA_DIR to a folder all users can reach."
                )
        return str(user)

    def _create(self, binaries: Path) -> None:
        """Make the cluster beside its place and move it in: an interrupted start leaves no half of one."""
        password = self._home / "password"
        password.unlink(missing_ok=True)
        password.touch(mode=0o600)
        password.write_text(secrets.token_urlsafe(32), encoding="ascii")
        draft = self._home / "cluster.draft"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        if self._user.isdigit():
            for path in (password, draft):
                os.chown(path, int(self._user), int(self._user))
        command: list[str | Path] = [
            binaries / "initdb",
            *("-D", draft, "-U", SUPERUSER, "--pwfile", password, "--auth", "scram-sha-256"),
            *("--data-checksums", "--encoding", "UTF8", "--locale", "C.UTF-8"),
        ]
        made = subprocess.run(
            children.leashed(command, death=signal.SIGKILL, user=self._user),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            cwd=self._home,
        )
        if made.returncode != 0:
            raise DatabaseError(f"PostgreSQL could not make its data folder in {self._home}: {made.stderr.strip()}")
        draft.rename(self._data)

    def _serve(self, binaries: Path) -> subprocess.Popen[bytes]:
        settings = {
            **SETTINGS,
            "log_directory": str(self._home),
            "unix_socket_directories": str(self._sockets),
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with (self._home / "start.log").open("wb") as output:
            return children.start(
                [binaries / "postgres", "-D", self._data, *options],
                death=signal.SIGQUIT,  # at once; what was acknowledged is in the log of writes
                user=self._user,
                cwd=self._home,
                output=output,
                keep=[self._lock],
            )

    def _await_ready(self, process: subprocess.Popen[bytes]) -> None:
        """Connect until it answers; recovery may take minutes, so only the server's end ends the wait."""
        address = self.url.replace("+psycopg2", "", 1)
        while True:
            try:
                psycopg2.connect(address, connect_timeout=5).close()
            except psycopg2.OperationalError as error:
                if "password authentication failed" in str(error):
                    raise DatabaseError(
                        f"The password in {self._home / 'password'} is not that of the cluster beside it: "
                        "put the right one back."
                    ) from None
            else:
                return
            if process.poll() is not None:
                raise DatabaseError(f"PostgreSQL did not start: {self._last_words()}")
            time.sleep(0.02)

    def _last_words(self) -> str:
        """Why the server ended: its last fatal line that is not a mere refusal of those who knocked meanwhile."""
        logs = sorted(self._home.glob("*.log"), key=lambda path: path.stat().st_mtime)
        lines = [line for path in logs for line in path.read_text("utf-8", "replace").splitlines() if "FATAL" in line]
        reasons = [line for line in lines if "FATAL:  the database system is " not in line]
        return reasons[-1] if reasons else f"see {self._home / 'start.log'}"


def _namespaces_allowed() -> bool:
    """Whether root may become nobody in a user namespace here; tried, since no setting tells it reliably."""
    trial = children.leashed([sys.executable, "-I", "-S", "-c", ""], death=signal.SIGKILL, user="mapped")
    return subprocess.run(trial, stderr=subprocess.DEVNULL, check=False).returncode == 0
