"""Keeps server and worker running until told to stop; the database too, when it is ours."""

from __future__ import annotations

import http.client
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from signal import SIGTERM
from typing import IO

from config.settings import CHECKOUT, SIGNING_KEY, Settings
from tools import children
from tools.postgres import Cluster

START_LIMIT_S = 60
ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}


class StartError(Exception):
    """The server cannot be started; the message is a sentence for the person who started it."""


class Child:
    """A Python program that runs for as long as we do."""

    def __init__(self, name: str, *command: str, untold: str = "") -> None:
        """`untold` names a setting that is not for this program."""
        self.name = name
        self._command = [sys.executable, *command]
        self._untold = untold
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, environ: Mapping[str, str], output: IO[bytes] | None = None) -> None:
        """Start it, or start it again; `output` is a file for all that it says, else ours."""
        told = {name: value for name, value in environ.items() if name != self._untold}
        self._process = children.start(self._command, environ=told, cwd=CHECKOUT, output=output)

    def ended(self) -> bool:
        """Whether it is no longer alive."""
        return self._process is None or self._process.poll() is not None

    def stop(self) -> None:
        """End it, with all that it started: kindly for fifteen seconds, then not."""
        if self._process is not None:
            children.stop(self._process, (SIGTERM, 15))


def server(settings: Settings, target: str = "tools.served:app") -> Child:
    """The WSGI server of an application; threads beyond a few a process cost throughput (measured: docs/decisions)."""
    options = {
        "--interface": "wsgi",
        "--host": settings.host,
        "--port": str(settings.port),
        "--workers": str(settings.workers),
        "--blocking-threads": "4",
        "--workers-kill-timeout": "5",
        "--log-level": "warning",
    }
    flat = [part for option in options.items() for part in option]
    return Child("server", "-m", "granian", *flat, "--no-ws", "--respawn-failed-workers", target, untold=SIGNING_KEY)


def worker() -> Child:
    """The process that does queued jobs."""
    return Child("worker", "-m", "tools.worker")


def refuse_taken_port(settings: Settings) -> None:
    """Raise StartError where another program already listens on the port, or may not listen there at all."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(address)
    except OSError as error:
        raise StartError(
            f"Port {settings.port} on {settings.host} cannot be used ({error.strerror}): "
            "stop the program that uses it, or set PORT to another."
        ) from None


def await_answer(settings: Settings, serving: Child) -> None:
    """Wait for the first answer of any kind; raise StartError when the server ends or stays silent."""
    deadline = time.monotonic() + START_LIMIT_S
    while time.monotonic() < deadline and not serving.ended():
        door = http.client.HTTPConnection(ANYWHERE.get(settings.host, settings.host), settings.port, timeout=5)
        try:
            door.request("GET", "/api/v1/health/live")
            door.getresponse()
        except (OSError, http.client.HTTPException):
            time.sleep(0.1)
        else:
            return
        finally:
            door.close()
    raise StartError("The server did not answer; what it said is above.")


def keep_running(programs: list[Child], environ: Mapping[str, str], cluster: Cluster | None) -> None:
    """Start again, a second later, whatever has ended; returns only by KeyboardInterrupt."""
    while True:
        time.sleep(0.2)
        if cluster is not None and not cluster.running():
            _say("The database server ended; starting it again.")
            cluster.stop()
            cluster.start()
        for program in programs:
            if program.ended():
                _say(f"The {program.name} ended; starting it again.")
                program.stop()
                time.sleep(1)
                program.start(environ)


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)
