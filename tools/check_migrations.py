"""Checks on a throw-away database that migrations match the models and can be undone."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from alembic import command
from alembic.util import CommandError

from tools.binaries import DatabaseError
from tools.keys import passwords
from tools.migrate import migrations
from tools.postgres import embedded
from tools.provision import provision


def main() -> int:
    """Up, compared with the models, down to nothing, and up again."""
    with tempfile.TemporaryDirectory(prefix="benefits-migrations-") as folder:
        data_dir = Path(folder)
        with embedded(data_dir) as superuser_url:
            config = migrations(provision(superuser_url, "benefits", passwords(data_dir)))
            command.upgrade(config, "head")
            command.check(config)
            command.downgrade(config, "base")
            command.upgrade(config, "head")
    print("Migrations match the models and can be undone.")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (CommandError, DatabaseError) as error:
        sys.exit(f"check_migrations: {error}")
