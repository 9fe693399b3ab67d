"""The database of a start: an embedded one, or the user's own, provisioned, migrated and found safe."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from config.settings import Mode, Settings
from models.safety import unsafe_settings
from tools.binaries import DatabaseError
from tools.keys import passwords
from tools.migrate import upgrade
from tools.postgres import Cluster
from tools.provision import Provisioned, adopt, provision

NAME = "benefits"  # of the embedded database


@dataclass(frozen=True)
class Database:
    """A database that may be served, and the server behind it when it is ours to keep running."""

    provisioned: Provisioned
    cluster: Cluster | None


@contextmanager
def ready(settings: Settings, environ: Mapping[str, str]) -> Iterator[Database]:
    """The database that `environ` asks for, ready to be served for as long as the block lasts.

    Raises:
        DatabaseError: it cannot be started, reached or provisioned, or it is unsafe.
    """
    if environ.get("DATABASE_URL"):
        yield Database(_prepared(_own(settings), settings), None)
        return
    cluster = Cluster(settings.data_dir / "postgres")
    cluster.start()
    try:
        made = provision(cluster.url, NAME, passwords(settings.data_dir))
        yield Database(_prepared(made, settings), cluster)
    finally:
        cluster.stop()


def _own(settings: Settings) -> Provisioned:
    """The user's own: with DATABASE_OWNER_URL two roles of theirs, else DATABASE_URL is the owner's."""
    kept = passwords(settings.data_dir)
    if settings.database_owner_url:
        return adopt(settings.database_owner_url, settings.database_url, kept)
    return adopt(settings.database_url, None, kept)


def _prepared(provisioned: Provisioned, settings: Settings) -> Provisioned:
    """Migrated, and found safe as the serving role meets it."""
    upgrade(provisioned)
    engine = create_engine(provisioned.app_url, poolclass=NullPool)
    with engine.connect() as connection:
        unsafe = unsafe_settings(connection)
    checksums = unsafe.get("data_checksums")
    if checksums and settings.mode is not Mode.PRODUCTION:
        # The default of PostgreSQL up to 17: a trial may go on, its health stays red.
        print(f"Warning: {unsafe.pop('data_checksums')}", file=sys.stderr)
    if unsafe:
        raise DatabaseError("The database is not safe to serve. " + " ".join(unsafe.values()))
    return provisioned
