"""`make run`: database, migrations, demonstration union, server, job worker; they stop together, in order."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace

from config.settings import CHECKOUT, Settings, SettingsError, load
from tools import database, leash, supervise
from tools.binaries import DatabaseError
from tools.keys import keep_accounts, with_secrets
from tools.supervise import StartError

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
NOT_YET_KNOWN = "postgresql://embedded@/embedded"  # lets every other setting be read before there is a database


def main(arguments: list[str]) -> int:
    """Run until told to stop; with `--prepare`, until the database is ready. Returns the exit status."""
    for number in STOPPING:
        signal.signal(number, signal.default_int_handler)
    if "MAKELEVEL" in os.environ:
        leash.die_with_parent(signal.SIGTERM, os.getppid())  # make, when killed, passes nothing on
    try:
        run(os.environ, prepare_only="--prepare" in arguments)
    except (SettingsError, DatabaseError, StartError) as error:
        print(f"Not started: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped.", flush=True)
    return 0


def run(given: Mapping[str, str], *, prepare_only: bool) -> None:
    """Start all that the settings in `given` ask for and keep it running until KeyboardInterrupt."""
    environ = with_secrets(given)
    settings = load({**environ, "DATABASE_URL": environ.get("DATABASE_URL") or NOT_YET_KNOWN})
    if not prepare_only:
        supervise.refuse_taken_port(settings)
    print("Starting the database …", flush=True)
    with database.ready(settings, environ) as base:
        made = base.provisioned
        settings = replace(settings, database_url=made.app_url, database_owner_url=made.owner_url)
        accounts = _furnish({**environ, "DATABASE_URL": made.app_url})
        keep_accounts(settings.data_dir, accounts)
        if prepare_only:
            _tell(settings, accounts, "Ready")
            return
        serving = {
            name: value for name, value in environ.items() if name not in {"DATABASE_OWNER_URL", "DEMO_PASSWORD"}
        }
        _serve(settings, accounts, base, {**serving, "DATABASE_URL": made.app_url})


def _furnish(environ: Mapping[str, str]) -> dict[str, str]:
    """Load rules and demonstration union; gives user name → password of the accounts made now."""
    command = [sys.executable, "-m", "tools.furnish"]
    done = subprocess.run(command, env=dict(environ), cwd=CHECKOUT, stdout=subprocess.PIPE, check=False)
    if done.returncode:
        raise StartError("The rules and the demonstration union could not be loaded; the reason stands above.")
    accounts: dict[str, str] = json.loads(done.stdout)
    return accounts


def _serve(
    settings: Settings, accounts: Mapping[str, str], base: database.Database, environ: Mapping[str, str]
) -> None:
    programs = [supervise.server(settings), supervise.worker()]
    try:
        for program in programs:
            program.start(environ)
        supervise.await_answer(settings, programs[0])
        _tell(settings, accounts, f"http://{settings.host}:{settings.port} · API: /docs · Ctrl-C stops")
        supervise.keep_running(programs, environ, base.cluster)
    finally:
        for number in STOPPING:
            signal.signal(number, signal.SIG_IGN)  # a second Ctrl-C does not cut the stop short
        for program in programs:
            program.stop()


def _tell(settings: Settings, accounts: Mapping[str, str], state: str) -> None:
    """The welcome: where it is, where its data is, and new accounts, whose passwords are shown this once."""
    print(f"\n工会会员福利  Union member benefits\n  {state}\n  Data: {settings.data_dir}")
    if accounts:
        print("  Demonstration accounts, shown this once:")
        for name, password in accounts.items():
            print(f"    {name:<12} {password}")
    print(flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
