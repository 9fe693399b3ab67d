"""A house that archives as the administrator's guide says, by the guide's own commands, and its restored books."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import Connection, create_engine, make_url, text
from sqlalchemy.pool import NullPool

from config.settings import CHECKOUT, Settings
from tests.faults.own_cluster import Own, Pattern, own_cluster
from tests.faults.worlds import World
from tools.binaries import binaries_of
from tools.postgres import Cluster

GUIDES = [CHECKOUT / "docs" / "guides" / f"administrator{language}.md" for language in ("", ".zh-CN")]
_BLOCK = re.compile(r"^```bash\n# ((?:backup|restore): \w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def steps_of(guide: Path) -> list[tuple[str, str]]:
    """The named steps of a guide and their commands."""
    return _BLOCK.findall(guide.read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Moment:
    """An instant, the tables' digests at it, the segment of the archive that holds it, and the copies held by then."""

    at: str
    digests: dict[str, str]
    segment: str
    notes: list[str]


@dataclass(frozen=True)
class Drill:
    """A house that is lost but for base, archive, keys and checkpoints outside."""

    own: Own
    world: World
    settings: Settings
    backup: Path
    moments: list[Moment]

    @property
    def database(self) -> str:
        """Its database's name."""
        return str(make_url(self.world.made.app_url).database)

    def notes(self) -> list[str]:
        """The checkpoints that lie outside by now."""
        return [path.read_text() for path in self.settings.checkpoint_dir.rglob("*") if path.is_file()]

    def environ(self, **more: str) -> dict[str, str]:
        """The variables of the guide."""
        home = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        socket = str(make_url(self.own.cluster.url).query["host"])
        given = {"DATA_DIR": str(self.own.folder), "BACKUP": str(self.backup), "SOCKET": socket}
        return {**home, **given, "BIN": str(binaries_of(None)), **more}

    def step(self, name: str, **more: str) -> None:
        """What the guide says under this name."""
        commands = dict(steps_of(GUIDES[0]))
        ran = subprocess.run(
            ["bash", "-euc", f"umask 077\n{commands[name]}"],
            env=self.environ(**more),
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, f"{name}: {ran.stderr}"

    @contextmanager
    def restored(self, moment: Moment, folder: Path) -> Iterator[Cluster]:
        """A server of the books as they were, in an empty folder; raises DatabaseError where it does not start."""
        (day,) = (each.name for each in self.backup.iterdir() if each.name != "wal")
        self.step("restore: moment", NEW=str(folder), DAY=day, MOMENT=moment.at)
        cluster = Cluster(folder / "postgres")
        cluster.start()
        try:
            yield cluster
        finally:
            cluster.stop()


def inside(cluster: Cluster, name: str) -> Connection:
    """A superuser's connection to a database."""
    return create_engine(make_url(cluster.url).set(database=name), poolclass=NullPool).connect()


def tables_of(connection: Connection) -> list[str]:
    """Every table of ours."""
    query = "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname !~ '^(pg_|information_)'"
    return sorted(connection.scalars(text(query)))


def digests_of(connection: Connection) -> dict[str, str]:
    """Of each table one digest over all its rows."""
    rows = "SELECT md5(string_agg(h, '' ORDER BY h)) FROM (SELECT md5(t::text) AS h FROM {} t) s"
    return {table: str(connection.scalar(text(rows.format(table)))) for table in tables_of(connection)}


@contextmanager
def archived(folder: Path, pattern: Pattern) -> Iterator[Drill]:
    """A house that archives as the guide says, with a base taken while it works; its moments are still to come."""
    with own_cluster(folder / "own", pattern) as own:
        backup = folder / "backup"
        backup.mkdir(mode=0o700)
        with own.worlds() as world:
            drill = Drill(own, world, replace(pattern.settings, checkpoint_dir=folder / "outside"), backup, [])
            drill.step("backup: archive")
            owner = (own.folder / "postgres").stat()
            for each in (backup, backup / "wal"):
                os.chown(each, owner.st_uid, owner.st_gid)  # the server's own user, where root started it
            own.cluster.stop()
            own.cluster.start()
            yield drill
