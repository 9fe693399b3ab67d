"""`make verify` as an administrator meets it: its first line, its exit status, and what it names."""

from __future__ import annotations

import base64
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select, text

from benefits import demonstration
from benefits.assurance.seal.sealer import SCOPE
from config.settings import CHECKOUT, Settings
from models.database import session_for
from models.seal import RecordCheckpoint
from tests.conftest import as_superuser, drop_database
from tests.evidence import signed
from tests.packages import Signer
from tests.sealed import SEED, shop_of
from tools.migrate import upgrade
from tools.provision import Passwords, Provisioned, provision


@pytest.fixture
def made(superuser_url: str, settings: Settings) -> Iterator[Provisioned]:
    """A database with roles of its own, as a user's, with the demonstration union."""
    name = "benefits_verified_" + secrets.token_hex(4)
    found = provision(superuser_url, name, Passwords("owner-" + secrets.token_hex(8), "app-" + secrets.token_hex(8)))
    upgrade(found)
    demonstration.load(replace(settings, database_url=found.app_url))
    yield found
    drop_database(superuser_url, name)


def verify(urls: dict[str, str], folder: Path, *arguments: str) -> tuple[int, list[str], str]:
    """Exit status, lines, and what was said beside them."""
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "TMPDIR"}}
    signing = {"SIGNING_KEY": base64.b64encode(SEED).decode()}
    environ = {**kept, **urls, **signing, "MODE": "test", "DATA_DIR": str(folder / "data")}
    command = [sys.executable, "-m", "tools.verify_record", *arguments]
    done = subprocess.run(command, cwd=CHECKOUT, env=environ, capture_output=True, text=True, timeout=120, check=False)
    return done.returncode, done.stdout.splitlines(), done.stderr


def test_a_record_is_whole_until_a_field_is_altered_past_the_triggers(
    made: Provisioned, settings: Settings, superuser_url: str, tmp_path: Path
) -> None:
    checked = partial(verify, {"DATABASE_URL": made.app_url, "DATABASE_OWNER_URL": made.owner_url}, tmp_path)
    with shop_of(settings, made) as shop:
        key = signed(shop, minutes=0)
        with session_for(shop.engine, SCOPE) as session:
            note = session.scalars(select(RecordCheckpoint.note)).one()
    assert checked()[:2] == (0, ["ok"])
    assert checked("--key", key)[:2] == (0, ["ok"])
    below = tmp_path / "checkpoints" / "of_this_log"  # as the server lays them down
    below.mkdir(parents=True)
    (below / "1.txt").write_text(note)
    assert checked("--copies", str(below.parent))[:2] == (0, ["ok"])
    (below / "2.txt").write_text(note.replace("time 2", "time 1"))
    assert checked("--copies", str(below.parent))[:2] == (1, ["failed", "copy_unsigned · copy of_this_log/2.txt"])
    (tmp_path / "empty").mkdir()
    assert checked("--copies", str(tmp_path / "empty"))[0] == 2  # no checkpoint lies there: nothing was compared
    status, (first, *_), _ = checked("--key", Signer().public)
    assert (status, first) == (1, "failed")
    with as_superuser(superuser_url, made) as superuser:
        superuser.execute(text("SET session_replication_role = replica"))
        altered = "UPDATE unit SET name = 'another' WHERE code = 'AH-D02' RETURNING id"
        row = superuser.scalars(text(altered)).one()
    folder = tmp_path / "copies"
    folder.mkdir()
    (folder / "forged").write_text(Signer().note(3, bytes(32)))
    status, (first, told, copy), counts = checked("--copies", str(folder))
    assert (status, first, copy) == (1, "failed", "copy_unsigned · copy forged")
    assert told.startswith(f"row_altered · unit {row} · name · entry "), told
    assert "row_altered 1" in counts


def test_a_database_in_which_the_check_cannot_run_has_failed_it(
    made: Provisioned, superuser_url: str, tmp_path: Path
) -> None:
    with as_superuser(superuser_url, made) as superuser:
        superuser.execute(text("DROP FUNCTION books_unsound()"))
        superuser.execute(text("SET session_replication_role = replica"))
        superuser.execute(text("UPDATE unit SET name = 'another' WHERE code = 'AH-D02'"))
    status, (first, *told), said = verify(
        {"DATABASE_URL": made.app_url, "DATABASE_OWNER_URL": made.owner_url}, tmp_path
    )
    assert (status, first) == (1, "failed")
    assert "check_stopped · UndefinedFunction" in told
    assert any(line.startswith("row_altered · unit ") for line in told)  # what stops a part hides no other
    assert "Traceback" not in said


@pytest.mark.parametrize("arguments", [["--key", "no-key"], ["--copies", "no/such/folder"], ["--unknown"]])
def test_what_cannot_be_asked(tmp_path: Path, arguments: list[str]) -> None:
    status, lines, said = verify({"DATABASE_URL": "postgresql://nobody@nowhere/none"}, tmp_path, *arguments)
    assert (status, lines) == (2, [])
    assert "Traceback" not in said
