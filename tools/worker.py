"""One process that does queued jobs until it is told to stop; any number may run, on any host."""

from __future__ import annotations

import os
import sys

from benefits.jobs import worker

from config.settings import SettingsError, load


def main() -> int:
    """Work with the settings of the environment; DATABASE_URL is the serving role's."""
    try:
        settings = load(os.environ)
    except SettingsError as error:
        print(f"worker: {error}", file=sys.stderr)
        return 1
    worker.run(settings)
    return 0


if __name__ == "__main__":
    sys.exit(main())
