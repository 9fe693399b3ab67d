"""Founds a union in an empty production database: its root unit and the first administrator, who makes all others."""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import create_engine

from benefits import founding
from benefits.core.errors import Refusal
from config.settings import SettingsError, load
from models.database import Scope, session_for
from models.secrecy import Secrecy


def main() -> int:
    """Ask for what the arguments leave open; refuse where a union is there already."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name, meaning in (
        ("--code", "the root unit's code, such as AH"),
        ("--name", "the union's name"),
        ("--username", "the administrator's user name"),
        ("--person", "the administrator's name"),
        ("--id-number", "the administrator's identity number (own cases are judged by person)"),
    ):
        parser.add_argument(name, required=True, help=meaning)
    parser.add_argument("--password-file", type=Path, help="where the password stands; asked for without")
    chosen = parser.parse_args()
    try:
        settings = load(os.environ)
        password = (
            chosen.password_file.read_text(encoding="utf-8").strip()
            if chosen.password_file
            else getpass.getpass("Password of the administrator: ")
        )
        keys = Secrecy(settings.master_key, settings.index_key)
        engine = create_engine(settings.database_url)
        with session_for(engine, Scope(paths=("/",)), secrecy=keys) as session:
            founding.found(
                session,
                code=chosen.code,
                name=chosen.name,
                username=chosen.username,
                person=chosen.person,
                id_number=chosen.id_number,
                password=password,
                at=datetime.now(UTC),
            )
    except (SettingsError, Refusal, OSError) as error:
        print(f"Not founded: {error}", file=sys.stderr)
        return 1
    print(f"Founded {chosen.name} ({chosen.code}); {chosen.username} is its administrator.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
