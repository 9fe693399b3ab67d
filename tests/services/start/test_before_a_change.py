"""What was kept before a change of how it lies is the same after it, and after its undoing."""

from __future__ import annotations

import os
import secrets
import zlib

from alembic import command
from sqlalchemy import Connection, text

from tests.conftest import as_superuser
from tools.migrate import migrations
from tools.provision import Passwords, provision

_PARTS = [b"", b"n,at,kind\r\n" * 5_000, os.urandom(5_000)]
_KEEP = text(
    "INSERT INTO export_part (export_id, part, account_id, content) "
    "VALUES ('00000000-0000-0000-0000-000000000001', :part, '00000000-0000-0000-0000-000000000002', :content)"
)


def _parts(connection: Connection, column: str) -> list[bytes]:
    return [bytes(row[0]) for row in connection.execute(text(f"SELECT {column} FROM export_part ORDER BY part"))]


def test_the_parts_of_kept_files_are_packed_and_unpacked_whole(superuser_url):
    made = provision(superuser_url, f"packed_{secrets.token_hex(4)}", Passwords("owner-password", "app-password"))
    config = migrations(made)
    command.upgrade(config, "0028")
    with as_superuser(superuser_url, made) as connection:
        connection.exec_driver_sql("SET session_replication_role = replica")  # the job and the account do not matter
        for part, content in enumerate(_PARTS):
            connection.execute(_KEEP, {"part": part, "content": content})
    command.upgrade(config, "0029")
    with as_superuser(superuser_url, made) as connection:
        packed = _parts(connection, "packed")
        forced = connection.exec_driver_sql("SELECT relforcerowsecurity FROM pg_class WHERE relname = 'export_part'")
        assert [zlib.decompress(part) for part in packed] == _PARTS
        assert len(packed[1]) < len(_PARTS[1]) / 10
        assert forced.scalar_one() is True
    command.downgrade(config, "0028")
    with as_superuser(superuser_url, made) as connection:
        assert _parts(connection, "content") == _PARTS


def test_the_calendar_of_before_is_its_first_edition_and_the_record_follows_it(superuser_url):
    made = provision(superuser_url, f"calendar_{secrets.token_hex(4)}", Passwords("owner-password", "app-password"))
    config, days = migrations(made), "SELECT day, working, name FROM calendar_day ORDER BY day"
    command.upgrade(config, "0031")
    command.downgrade(config, "0030")  # whose triggers name a day's row by its day alone
    with as_superuser(superuser_url, made) as connection:
        connection.exec_driver_sql(
            "INSERT INTO calendar_day (day, working, name, source) VALUES"
            " ('2026-01-01', false, '元旦', 'x'), ('2026-01-04', true, '元旦', 'x')"
        )
        before = connection.exec_driver_sql(days).all()
    command.upgrade(config, "0031")
    with as_superuser(superuser_url, made) as connection:
        assert connection.exec_driver_sql(days).all() == before
        assert connection.exec_driver_sql("SELECT DISTINCT edition FROM calendar_day").all() == [(1,)]
        assert connection.exec_driver_sql("SELECT * FROM compare_calendar_day()").all() == []
        connection.exec_driver_sql(
            "INSERT INTO calendar_day (day, edition, working, name, source)"
            " VALUES ('2026-01-04', 2, false, '元旦', 'y')"
        )
    command.downgrade(config, "0030")
    with as_superuser(superuser_url, made) as connection:
        first, (day, working, name) = connection.exec_driver_sql(days).all()
        assert (first, str(day), working, name) == (before[0], "2026-01-04", False, "元旦")
        assert connection.exec_driver_sql("SELECT * FROM compare_calendar_day()").all() == []
