"""Brings a provisioned database to the newest migration."""

from __future__ import annotations

from alembic import command
from alembic.config import Config

from config.settings import CHECKOUT
from tools.provision import Provisioned


def migrations(provisioned: Provisioned) -> Config:
    """Alembic's configuration for this database; `models/migrations/env.py` reads its attributes."""
    config = Config()
    config.set_main_option("script_location", str(CHECKOUT / "models" / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes.update(
        url=provisioned.owner_url,
        app_role=provisioned.roles.app,
        record_role=provisioned.roles.record,
    )
    return config


def upgrade(provisioned: Provisioned) -> None:
    """Run, as the owner, every migration that this database has not had."""
    command.upgrade(migrations(provisioned), "head")
