"""The screening criteria through other rule engines, each installed into an environment that is thrown away."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from sqlalchemy import text

from bench.stand import Unavailable
from bench.sweep import COLUMNS, SOURCE, compiled_round, database

PEERS = Path(__file__).parent / "peers"
MEMBERS = 20_000

# What the engines cannot do is done for them: days are whole numbers, and a member never screened has day 0.
_AS_NUMBER = "CAST(to_char({}, 'YYYYMMDD') AS integer)"


def _members() -> tuple[list[dict[str, Any]], float]:
    """The facts of synthetic members with the outcome of our sweep, and the seconds that it takes alone."""
    plain = {name: column.value for name, column in COLUMNS.items()}
    facts = plain | {
        "birth": _AS_NUMBER.format(plain["birth_date"]),
        "last_normal": f"CASE WHEN {COLUMNS['last_normal_on'].none} THEN 0 "
        f"ELSE {_AS_NUMBER.format(plain['last_normal_on'])} END",
    }
    del facts["birth_date"], facts["last_normal_on"]
    compiled = compiled_round()
    pairs = ", ".join(f"'{name}', {sql}" for name, sql in facts.items())
    query = (
        f"SELECT jsonb_build_object({pairs}) || jsonb_build_object('outcome', d.outcome) "
        f"FROM {SOURCE} JOIN ({compiled.sql}) AS d ON d.member_id = m.id"
    )
    with database(MEMBERS) as connection:
        members = list(connection.execute(text(query), dict(compiled.parameters)).scalars())
        begun = time.monotonic()
        connection.execute(text(f"CREATE TABLE decided AS {compiled.sql}"), dict(compiled.parameters))
        return members, time.monotonic() - begun


def _peer(package: str, script: str) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        python = Path(folder) / "bin" / "python"
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        install = [python, "-m", "pip", "install", "-q", "--disable-pip-version-check", package]
        if subprocess.run(install, check=False, capture_output=True, timeout=300).returncode:
            raise Unavailable(f"{package} does not install here")
        facts = Path(folder) / "members.json"
        members, ours = _members()
        facts.write_text(json.dumps(members), "utf-8")
        ran = subprocess.run([python, PEERS / script, facts], check=True, capture_output=True, text=True)
        seen = json.loads(ran.stdout)
        return {"value": ours, "baseline": seen.pop("seconds"), "package": package, "members": MEMBERS, **seen}


MEASURES = {
    "peers_sweep_zen": lambda: _peer("zen-engine", "zen_engine.py"),
    "peers_sweep_cel": lambda: _peer("common-expression-language", "cel_engine.py"),
    "peers_sweep_openfisca": lambda: _peer("OpenFisca-Core", "openfisca.py"),
}
