"""P8: on a server or as a role that would break its promises nothing is started, and what already serves says so."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import make_url

from config.settings import CHECKOUT, Settings
from tests.faults.own_cluster import Own, Pattern, own_cluster
from tests.faults.test_full_disk import HANG_UP, superuser
from tests.faults.wire import Remote
from tests.faults.worlds import World, environ_of, free_port
from tools.binaries import binaries_of

TRIAL = {"DEMO_PASSWORD", "CLOCK_OFFSET_S"}  # not for production
RELOAD = "SELECT pg_reload_conf()"
# What is done to {app}, {owner} and {database}, how it is undone, and what must be said of it.
UNSAFE: dict[str, tuple[str, str, set[str]]] = {
    "fsync": ("ALTER SYSTEM SET fsync = off", "ALTER SYSTEM RESET fsync", {"fsync"}),
    "full_page_writes": (
        "ALTER SYSTEM SET full_page_writes = off",
        "ALTER SYSTEM RESET full_page_writes",
        {"full_page_writes"},
    ),
    "synchronous_commit of the server": (
        "ALTER SYSTEM SET synchronous_commit = off",
        "ALTER SYSTEM RESET synchronous_commit",
        {"synchronous_commit"},
    ),
    "synchronous_commit of the database": (
        "ALTER DATABASE {database} SET synchronous_commit = off",
        "ALTER DATABASE {database} RESET synchronous_commit",
        {"synchronous_commit"},
    ),
    "synchronous_commit of the role": (
        "ALTER ROLE {app} SET synchronous_commit = off",
        "ALTER ROLE {app} RESET synchronous_commit",
        {"synchronous_commit"},
    ),
    "superuser": ("ALTER ROLE {app} SUPERUSER", "ALTER ROLE {app} NOSUPERUSER", {"superuser"}),
    "bypassrls": ("ALTER ROLE {app} BYPASSRLS", "ALTER ROLE {app} NOBYPASSRLS", {"bypassrls"}),
    "owner": ("GRANT {owner} TO {app}", "REVOKE {owner} FROM {app}", {"owner"}),
}


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory, pattern: Pattern) -> Iterator[Own]:
    """A server to be misled."""
    with own_cluster(tmp_path_factory.mktemp("unsafe"), pattern) as found:
        yield found


@pytest.fixture(scope="module")
def served(own: Own) -> Iterator[World]:
    """What serves a database of it."""
    with own.worlds() as found:
        yield found


def faults(world: World) -> set[str]:
    """What the serving processes say is wrong; nothing when they are ready."""
    answer = Remote(world.settings.port, None).get("/health/ready")
    if answer.status_code == 200:
        return set()
    assert (answer.status_code, answer.code) == (503, "not_ready")
    return set(answer.get_json()["params"]["faults"].split(", "))


def refusal(own: Own, settings: Settings, folder: Path) -> str:
    """Why `make run` does not start on the template in production; empty where it does."""
    settings = replace(settings, port=free_port(), data_dir=folder, database_url=own.made.app_url)
    environ = {name: said for name, said in environ_of(settings).items() if name not in TRIAL}
    environ |= {"MODE": "production", "DATABASE_OWNER_URL": own.made.owner_url}
    command = [sys.executable, "-m", "tools.run", "--prepare"]
    started = subprocess.run(command, cwd=CHECKOUT, env=environ, capture_output=True, text=True, check=False)
    assert "Traceback" not in started.stderr, started.stderr
    return started.stderr if started.returncode else ""


def told(world: World, wanted: set[str], within_s: float = 60) -> None:
    """Both serving processes say so, as soon as the server has read its settings."""
    deadline = time.monotonic() + within_s
    while any(faults(world) != wanted for _ in range(6)):
        assert time.monotonic() < deadline, faults(world)
        time.sleep(0.1)


@contextmanager
def misled(own: Own, world: World, how: str) -> Iterator[set[str]]:
    """The setting is unsafe, for what serves and for what would, until the block ends."""
    do, undo, wanted = UNSAFE[how]
    roles, databases = own.made.roles, (make_url(url).database for url in (own.made.app_url, world.superuser_url))
    each = [{"app": roles.app, "owner": roles.owner, "database": database} for database in databases]
    superuser(world, *(do.format(**names) for names in each), RELOAD, HANG_UP)
    try:
        yield wanted
    finally:
        superuser(world, *(undo.format(**names) for names in each), RELOAD, HANG_UP)


@pytest.mark.parametrize("how", UNSAFE)
def test_an_unsafe_setting_is_noticed(own: Own, served: World, settings: Settings, how: str, tmp_path: Path) -> None:
    """Control: `models.safety.unsafe_settings`, asked by `tools.database` and `GET /health/ready`."""
    with misled(own, served, how) as wanted:
        told(served, wanted)
        reason = refusal(own, settings, tmp_path)
        assert "not safe to serve" in reason, reason or "started"
    told(served, set())


def test_a_server_without_checksums_is_noticed(own: Own, served: World, settings: Settings, tmp_path: Path) -> None:
    """They are switched while the server stands still."""
    assert refusal(own, settings, tmp_path) == ""
    with checksums(own, "--disable"):
        told(served, {"data_checksums"})
        assert "data_checksums is off" in refusal(own, settings, tmp_path)
    with checksums(own, "--enable"):
        told(served, set())


@contextmanager
def checksums(own: Own, switch: str) -> Iterator[None]:
    """The server again, with its checksums switched."""
    own.cluster.stop()
    data = own.folder / "postgres" / "cluster"
    command = [binaries_of(None) / "pg_checksums", switch, "--no-sync", "-D", data]
    owner = data.stat()
    try:
        subprocess.run(command, check=True, capture_output=True, user=owner.st_uid, group=owner.st_gid)
    finally:
        own.cluster.start()
    yield


def test_a_check_that_is_not_made_is_noticed(own: Own, record_property: Callable[[str, object], None]) -> None:
    """Health alone, for a planted defect is in what serves."""
    record_property("planted", "settings_not_asked")
    red = pytest.raises(AssertionError, match=r"set\(\)")
    with own.worlds("settings_not_asked") as broken, misled(own, broken, "fsync") as wanted, red as found:
        told(broken, wanted, 2)
    record_property("noticed", str(found.value).partition("\n")[0])
