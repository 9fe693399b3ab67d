"""`make run` as a person meets it: what it says, what it keeps, what it refuses, and that it leaves nothing behind."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from config.settings import CHECKOUT
from tools.postgres import embedded

COMMAND = [sys.executable, "-m", "tools.run"]


def free_port() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return str(free.getsockname()[1])


@pytest.fixture
def environ(tmp_path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "TMPDIR"}}
    return {**kept, "PORT": free_port(), "DATA_DIR": str(tmp_path / "data"), "DEMO_PASSWORD": "sesame-and-lily-42"}


@contextmanager
def started(environ: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as output:
        process = subprocess.Popen(COMMAND, cwd=CHECKOUT, env=environ, stdout=output, stderr=output)
    try:
        deadline = time.monotonic() + 90
        while "Ctrl-C" not in log.read_text() and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.05)
        assert "Ctrl-C" in log.read_text(), log.read_text()
        yield process
    finally:
        process.terminate()
        process.wait(60)


def get(environ: dict[str, str], path: str) -> tuple[int, str]:
    with urllib.request.urlopen(f"http://127.0.0.1:{environ['PORT']}{path}", timeout=30) as answer:
        return answer.status, answer.read().decode()


def belonging(environ: dict[str, str]) -> list[str]:
    """The command lines of live processes that work with this data folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            told = (process / "environ").read_bytes() + (process / "cmdline").read_bytes()
            if environ["DATA_DIR"].encode() in told and process.name != str(os.getpid()):
                found.append((process / "cmdline").read_text().replace("\0", " "))
        except OSError:
            continue
    return found


def gone(environ: dict[str, str], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while belonging(environ) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not belonging(environ)


def refused(environ: dict[str, str]) -> str:
    done = subprocess.run(COMMAND, cwd=CHECKOUT, env=environ, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    return done.stderr


def test_it_starts_serves_stops_and_starts_again_with_its_data(environ, tmp_path):
    log = tmp_path / "log"
    with started(environ, log) as process:
        assert get(environ, "/api/v1/health/ready")[0] == 200
        assert get(environ, "/docs")[0] == 200
        assert json.loads(get(environ, "/api/v1/openapi.json")[1])["openapi"].startswith("3.")
        assert "officer2" in log.read_text()
        assert "cannot be used" in refused(environ)
        assert "Another process is using the database" in refused({**environ, "PORT": free_port()})
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
    assert log.read_text().endswith("Stopped.\n")
    assert gone(environ, 0)
    with started(environ, log):
        assert "officer2" not in log.read_text()  # shown once
        assert get(environ, "/api/v1/health/ready")[0] == 200
    assert gone(environ, 0)


def test_nothing_is_left_when_it_is_killed_and_it_mends_what_is_killed_under_it(environ, tmp_path):
    with started(environ, tmp_path / "log") as process:
        running = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        assert len(running) == 3  # database, server, worker
        for child in running:
            os.kill(int(child), signal.SIGKILL)
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                if get(environ, "/api/v1/health/ready")[0] == 200:
                    break
            except OSError:
                time.sleep(0.1)
        assert get(environ, "/api/v1/health/ready")[0] == 200
        process.kill()
        process.wait()
        assert gone(environ, 15)


def test_a_taken_port_is_a_sentence(environ):
    with socket.create_server(("127.0.0.1", int(environ["PORT"]))):
        assert f"Port {environ['PORT']} on 127.0.0.1 cannot be used" in refused(environ)


def test_an_unsafe_setting_is_a_sentence(environ):
    assert "MASTER_KEY is not set" in refused({**environ, "MODE": "production"})
    assert "CLOCK_OFFSET_S is “later”" in refused({**environ, "CLOCK_OFFSET_S": "later"})
    assert "only PostgreSQL" in refused({**environ, "DATABASE_URL": "mysql://app@127.0.0.1/benefits"})


@pytest.mark.parametrize("setting", ["fsync", "full_page_writes", "synchronous_commit"])
def test_a_server_that_forgets_is_refused(environ, setting):
    with embedded(Path(environ["DATA_DIR"])):
        configuration = Path(environ["DATA_DIR"]) / "postgres" / "cluster" / "postgresql.auto.conf"
        configuration.write_text(f"{setting} = off\n")
    assert f"{setting} is off" in refused(environ)
    assert gone(environ, 0)


def test_the_keys_are_for_their_owner_only(environ):
    done = subprocess.run(
        [*COMMAND, "--prepare"], cwd=CHECKOUT, env=environ, capture_output=True, text=True, check=True
    )
    assert "Ready" in done.stdout
    folder = Path(environ["DATA_DIR"]) / "secrets"
    assert folder.stat().st_mode & 0o777 == 0o700
    kept = {file.name: file for file in folder.iterdir()}
    assert set(kept) >= {"master_key", "index_key", "token_key", "database_owner", "database_app"}
    assert all(file.stat().st_mode & 0o777 == 0o600 for file in kept.values())
