"""`make verify`: record, seal, checkpoints, rows and balances checked against each other; exit 0 when all agree.

    python -m tools.verify_record [--key PUBLIC_KEY …] [--copies FOLDER]

The first line is `ok` or `failed`; every difference follows, with row, columns, entry and the instants around it. Keys
are `name+id+base64`; without any, that of SIGNING_KEY or those that the database names. The folder holds checkpoints
kept outside, also in folders below it. (The program for one evidence package, without any server, is tools/verify.py.)
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

import models.tables  # noqa: F401 - every table must be known before the first query
from benefits.assurance.checkpoint import CheckpointError, Signer, VerifierKey, opened
from benefits.assurance.verification.check import Means, Report, verify_all
from benefits.assurance.verification.difference import BREAKS, Difference, stopped
from config.settings import SettingsError, load
from models.database import Scope, session_for
from models.seal import RecordKey, RecordLog
from tools import database
from tools.binaries import DatabaseError
from tools.keys import with_secrets
from tools.provision import Provisioned
from tools.run import NOT_YET_KNOWN


def main(arguments: Sequence[str]) -> int:
    """Start the embedded database if it is ours and stands still, check, and say what differs."""
    parser = argparse.ArgumentParser(prog="verify_record", description="Checks the whole record of a database.")
    parser.add_argument("--key", action="append", default=[], help="a public key to trust")
    parser.add_argument("--copies", type=Path, help="a folder of checkpoints kept outside")
    asked = parser.parse_args(arguments)
    environ = with_secrets(os.environ)
    try:
        keys = [VerifierKey.read(key) for key in asked.key]
        notes = _copies_in(asked.copies) if asked.copies else {}
        settings = load({**environ, "DATABASE_URL": environ.get("DATABASE_URL") or NOT_YET_KNOWN})
        with database.ready(settings, environ) as base:
            report = check(base.provisioned, keys, notes, settings.signing_key)
    except (SettingsError, DatabaseError, CheckpointError, OSError) as error:
        print(f"Not verified: {error}", file=sys.stderr)
        return 2
    print("ok" if report.ok else "failed")
    for difference in report.differences:
        print(difference.line())
    counted = {**report.counts, **report.kinds}
    print(", ".join(f"{name} {count}" for name, count in counted.items()), file=sys.stderr)
    return 0 if report.ok else 1


def _copies_in(folder: Path) -> dict[str, str]:
    """The checkpoints in a folder and those below, by their place; raises FileNotFoundError where there is none."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    if not files:
        raise FileNotFoundError(f"no checkpoint lies in {folder}")
    return {str(path.relative_to(folder)): path.read_text(encoding="utf-8", errors="replace") for path in files}


def check(
    made: Provisioned, keys: Sequence[VerifierKey], notes: Mapping[str, str], seed: bytes | None = None
) -> Report:
    """The full check of one snapshot of a database, by its serving role; `notes` are copies kept outside, by name."""
    engine = create_engine(made.app_url, poolclass=NullPool, isolation_level="REPEATABLE READ")
    with session_for(engine, Scope(paths=("/",), request_id="verify")) as session:
        trusted = list(keys) or _own(session, seed)
        good, doubtful = [], []
        for place, note in notes.items():
            try:
                good.append(opened(note, trusted))
            except CheckpointError:
                doubtful.append(Difference(kind="copy_unsigned", table="copy", row=place))
        means = Means(keys=trusted, copies=good, app_role=made.roles.app, at=datetime.now(UTC))
        try:
            report = verify_all(session, means)
        except BREAKS as error:
            report = Report({})
            report.add(stopped(error))
    for difference in doubtful:
        report.add(difference)
    return report


def _own(session: Session, seed: bytes | None) -> list[VerifierKey]:
    """The keys that the house itself would trust."""
    if seed is not None:
        return [Signer.of(origin, seed).verifier for origin in session.scalars(select(RecordLog.origin))]
    return [VerifierKey.read(each) for each in session.scalars(select(RecordKey.verifier))]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
