"""Decisions with eight clients, on one fund and on forty, against a route that updates one row and inserts one."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path
from typing import Any

import requests
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from bench.decided import approve_all, by_clients, file_cases, open_fund
from bench.stand import running
from tools.postgres import embedded

_CLIENTS = 8


@contextmanager
def _floor(funds: int) -> Iterator[str]:
    """The bare route, served as ours is: granian with two processes of four threads, PostgreSQL of the same make."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port = trial.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder, embedded(Path(folder)) as url:
        with create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT").connect() as connection:
            connection.exec_driver_sql(
                "CREATE TABLE purse (id int PRIMARY KEY, spent numeric(14, 2) NOT NULL DEFAULT 0); "
                "CREATE TABLE decision (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, fund_id int, note text); "
                f"INSERT INTO purse (id) SELECT generate_series(1, {funds})"
            )
        options = ("--interface", "wsgi", "--port", str(port), "--workers", "2", "--blocking-threads", "4", "--no-ws")
        process = subprocess.Popen(
            [sys.executable, "-m", "granian", *options, "--log-level", "error", "bench.floor_app:app"],
            env={**os.environ, "FLOOR_URL": url},
        )
        try:
            address = f"http://127.0.0.1:{port}/decisions"
            _await(address)
            yield address
        finally:
            process.terminate()
            process.wait(30)


def _await(address: str) -> None:
    for _ in range(200):
        try:
            requests.get(address, timeout=2)
        except requests.ConnectionError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("the bare route did not answer")


def _bare(funds: int, times: int) -> float:
    """Seconds a request of the bare route."""
    with _floor(funds) as address:
        chosen = [1 + number % funds for number in range(times)]
        sends = [lambda caller, fund=fund: caller.post(address, json={"fund": fund}, timeout=30) for fund in chosen]
        by_clients(sends[:100], _CLIENTS, requests.Session)
        return by_clients(sends, _CLIENTS, requests.Session) / times


def _decisions(funds: int, count: int, before: int = 0) -> dict[str, Any]:
    """Seconds a decision, after `before` others were made; the first 50 warm the server up."""
    with running() as stand:
        cases = file_cases(stand, before + 50 + count)
        purses = [open_fund(stand) for _ in range(funds)]
        pairs = list(zip(cases, cycle(purses), strict=False))
        approve_all(stand, pairs[: before + 50], _CLIENTS)
        seconds = approve_all(stand, pairs[before + 50 :], _CLIENTS) / count
        peak = stand.peak_mib.total()
    return {
        "value": seconds,
        "baseline": _bare(funds, 2_000),
        "funds": funds,
        "decisions": count,
        "before": before,
        "decisions_per_s": round(1 / seconds, 1),
        "peak_mib": peak,
    }


MEASURES = {
    "decision_8_clients": lambda: _decisions(1, 800),
    "decision_8_clients_40_funds": lambda: _decisions(40, 800),
    "growth_decision_after_500": lambda: {**_decisions(1, 500, before=450), "members": 500},
    "growth_decision_after_5k": lambda: {**_decisions(1, 500, before=4_950), "members": 5_000},
}
