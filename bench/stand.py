"""The whole system on a throw-away database, as `make run` starts it, with its memory watched from outside."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any
from uuid import uuid4

import psutil
import requests

PASSWORD = "bench-Password-2022"
_MIB = 1 << 20
_PARTS = {"granian": "server", "tools.worker": "worker", "sheet_process": "reader", "postgres": "database"}


class Unavailable(Exception):  # noqa: N818 - a fact about the machine
    """What a measurement needs is not to be had here; the measurement is left out, with the reason."""


@dataclass
class Stand:
    """A running system: its address, and the memory of its parts (PSS, in MiB).

    `peak_mib` is what they held when all together took most, `most_mib` the most that each ever held.
    """

    url: str
    process: psutil.Process
    peak_mib: Counter[str] = field(default_factory=Counter)
    most_mib: Counter[str] = field(default_factory=Counter)
    quiet: threading.Event = field(default_factory=threading.Event)

    def signed_in(self, username: str) -> requests.Session:
        """A caller's session."""
        caller = requests.Session()
        answer = caller.post(f"{self.url}/auth/tokens", json={"username": username, "password": PASSWORD}, timeout=30)
        answer.raise_for_status()
        caller.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        return caller

    def watch(self) -> None:
        """Look at the memory every half second until `quiet`; to look costs too."""
        while not self.quiet.wait(0.5):
            now: Counter[str] = Counter()
            for process in [self.process, *self.process.children(recursive=True)]:
                now.update(_memory(process))
            self.peak_mib = max(self.peak_mib, now, key=Counter.total)
            self.most_mib |= now


def _memory(process: psutil.Process) -> dict[str, int]:
    """A process's own share of memory under the name of its part."""
    try:
        command = " ".join(process.cmdline())
        part = next((part for mark, part in _PARTS.items() if mark in command), "launcher")
        return {part: int(process.memory_full_info().pss) // _MIB}
    except psutil.Error:
        return {}


@contextmanager
def running(given: Mapping[str, str] = MappingProxyType({})) -> Iterator[Stand]:
    """Start everything from nothing on a free port, with these settings too; stop it at the end."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port = trial.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        environ = os.environ | {
            "DATA_DIR": folder,
            "PORT": str(port),
            "DEMO_PASSWORD": PASSWORD,
            "RATE_LIMITS": "off",
            "ACCESS_TOKEN_MINUTES": "60",
            **given,
        }
        with (Path(folder) / "log").open("wb") as log:
            process = subprocess.Popen([sys.executable, "-m", "tools.run"], env=environ, stdout=log, stderr=log)
            stand = Stand(f"http://127.0.0.1:{port}/api/v1", psutil.Process(process.pid))
            try:
                _await(stand, process)
                watcher = threading.Thread(target=stand.watch)
                watcher.start()
                yield stand
            finally:
                stand.quiet.set()
                process.terminate()
                process.wait(60)


def _await(stand: Stand, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        try:
            requests.get(f"{stand.url}/health/ready", timeout=5).raise_for_status()
        except requests.RequestException:
            if process.poll() is not None:
                raise RuntimeError("the system did not start") from None
            time.sleep(0.2)
        else:
            return
    raise RuntimeError("the system did not get ready")


def take(stand: Stand, username: str, kind: str, path: Path) -> tuple[float, dict[str, Any]]:
    """Import a file and wait for its end: seconds from the first byte sent to `done`, and the import."""
    caller = stand.signed_in(username)
    begun = time.monotonic()
    with path.open("rb") as file:
        answer = caller.post(
            f"{stand.url}/imports",
            files={"file": (path.name, file)},
            data={"kind": kind, "mode": "apply"},
            headers={"Idempotency-Key": str(uuid4())},
            timeout=120,
        )
    answer.raise_for_status()
    while (seen := caller.get(f"{stand.url}/imports/{answer.json()['id']}", timeout=30).json())["state"] in {
        "queued",
        "running",
    }:
        time.sleep(0.1)
    return time.monotonic() - begun, seen
