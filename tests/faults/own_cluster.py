"""A database server of the tests' own, to be killed and misled; on a small disk, to be filled."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from benefits import demonstration
from config.settings import Settings
from tests.faults.worlds import Worlds
from tools.migrate import upgrade
from tools.postgres import Cluster
from tools.provision import Passwords, Provisioned, provision

SIZE_MB = 400  # of the small file system
_NAME = "benefits_own"


@dataclass(frozen=True)
class Own:
    """A server that nobody else uses, with worlds on it."""

    cluster: Cluster
    folder: Path
    made: Provisioned  # the template
    worlds: Worlds

    @contextmanager
    def killed(self) -> Iterator[None]:
        """SIGKILL to the server and all its processes, as when the machine fails; started again after the block."""
        server = self.cluster._process
        assert server is not None
        number = server.pid
        children = Path(f"/proc/{number}/task/{number}/children").read_text().split()
        for each in (number, *map(int, children)):
            with suppress(ProcessLookupError):
                os.kill(each, signal.SIGKILL)
        server.wait()
        try:
            yield
        finally:
            self.cluster.stop()  # the corpse
            self.cluster.start()


@dataclass(frozen=True)
class Pattern:
    """The folder of a server that stands still, with the demonstration union: what every own server begins as."""

    home: Path
    words: Passwords
    settings: Settings


def made_pattern(folder: Path, settings: Settings) -> Pattern:
    """Make it: once, for it takes as long as a migration of everything."""
    pattern = Pattern(folder / "postgres", Passwords(secrets.token_hex(8), secrets.token_hex(8)), settings)
    cluster = Cluster(pattern.home)
    cluster.start()
    try:
        made = provision(cluster.url, _NAME, pattern.words)
        upgrade(made)
        demonstration.load(replace(settings, database_url=made.app_url))
    finally:
        cluster.stop()
    return pattern


@contextmanager
def own_cluster(folder: Path, pattern: Pattern) -> Iterator[Own]:
    """A server in this folder with the demonstration union as the template of its worlds; stopped at the end."""
    shutil.copytree(pattern.home, folder / "postgres")
    cluster = Cluster(folder / "postgres")
    cluster.start()
    try:
        made = provision(cluster.url, _NAME, pattern.words)  # that it is there already, and its addresses
        yield Own(cluster, folder, made, Worlds(cluster.url, made, pattern.settings))
    finally:
        cluster.stop()


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """The folder as a file system of its own with `SIZE_MB`; for root only."""
    mounting = ["mount", "-t", "tmpfs", "-o", f"size={SIZE_MB}m,mode=0755", "tmpfs", str(folder)]
    subprocess.run(mounting, check=True, capture_output=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True, capture_output=True)
