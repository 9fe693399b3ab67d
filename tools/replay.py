"""`make replay`: every stored decision evaluated anew; exit 0 when none comes out differently."""

from __future__ import annotations

import os
import sys
from dataclasses import replace

from sqlalchemy import create_engine

from benefits.casework.replay import replayed
from config.settings import SettingsError, load
from models.database import Scope, session_for
from models.secrecy import Secrecy
from tools import database
from tools.binaries import DatabaseError
from tools.keys import with_secrets
from tools.run import NOT_YET_KNOWN


def main() -> int:
    """Start the embedded database if it is ours and stands still, replay, and say what differs."""
    environ = with_secrets(os.environ)
    try:
        settings = load({**environ, "DATABASE_URL": environ.get("DATABASE_URL") or NOT_YET_KNOWN})
        with database.ready(settings, environ) as base:
            settings = replace(settings, database_url=base.provisioned.app_url)
            keys = Secrecy(settings.master_key, settings.index_key)
            engine = create_engine(settings.database_url)
            with session_for(engine, Scope(paths=("/",)), secrecy=keys) as session:
                every = list(replayed(session))
            engine.dispose()
    except (SettingsError, DatabaseError) as error:
        print(f"Not replayed: {error}", file=sys.stderr)
        return 1
    different = [each for each in every if each.parts]
    for each in different:
        of = f"case {each.application_id}" if each.application_id else f"file {each.household_id}"
        print(f"{of}, assessment {each.assessment_id}: differs in {', '.join(each.parts)}")
    print(f"{len(every)} decisions replayed, {len(different)} different")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
