"""Starts and stops the programs that a launcher is responsible for; none outlives it, however it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

LEASH = Path(__file__).with_name("leash.py")


def leashed(command: Sequence[str | Path], *, death: signal.Signals, user: str = "same") -> list[str]:
    """The command line that runs `command` under `leash.py`: it is sent `death` when our thread ends."""
    parts = [sys.executable, "-I", "-S", LEASH, os.getpid(), death.value, user, *command]
    return [str(part) for part in parts]


def start(
    command: Sequence[str | Path],
    *,
    death: signal.Signals = signal.SIGTERM,
    user: str = "same",
    environ: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    output: IO[bytes] | None = None,
    keep: Sequence[int] = (),
) -> subprocess.Popen[bytes]:
    """Start `command` in a session of its own, so that Ctrl-C reaches us alone and we can stop in order.

    Args:
        command: an absolute program and its arguments.
        death: what the child is sent when the launcher dies.
        user: as in `leash.py`.
        environ: the child's whole environment; the launcher's own when absent.
        cwd: where it runs.
        output: a file for both its outputs; the launcher's own when absent.
        keep: open file descriptors that it inherits.
    """
    return subprocess.Popen(
        leashed(command, death=death, user=user),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        env=environ,
        cwd=cwd,
        pass_fds=keep,
        start_new_session=True,
    )


def stop(child: subprocess.Popen[bytes], *steps: tuple[signal.Signals, float]) -> None:
    """Send each signal in turn and wait that many seconds, until the child has ended; then end its group."""
    for number, seconds in steps:
        if child.poll() is not None:
            break
        child.send_signal(number)
        try:
            child.wait(seconds)
        except subprocess.TimeoutExpired:
            continue
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
