"""How long the full check of a record of 1,000,000 entries takes, against one pass that only hashes every body."""

from __future__ import annotations

import random
import secrets
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

import models.tables  # noqa: F401 - every table must be known before the first query
from benefits.assurance.checkpoint import Signer, VerifierKey
from benefits.assurance.merkle import inclusion, inside
from benefits.assurance.seal import sealing
from benefits.assurance.seal.tree import sealed_size, tree_of
from benefits.assurance.verification.check import Means, verify_all
from models.database import Scope, session_for
from models.seal import RecordCheckpoint, RecordSeal
from tools.migrate import upgrade
from tools.postgres import embedded
from tools.provision import Passwords, Provisioned, provision

_SEED = bytes(range(32))
_WHOLE = Scope(paths=("/",), request_id="bench")
_EVERY = 1000  # entries from one checkpoint to the next
_PROOFS = 2000
# Half of the entries are of rows that were put in, half of the same rows changed: written by the triggers themselves.
_UNIT = "INSERT INTO unit (id, parent_id, code, name, path, union_kind, remote_area, basic_education)"
_ROOT = f"{_UNIT} VALUES (gen_random_uuid(), NULL, 'B', '总工会', '/B/', 'county_and_above', false, false)"
_PUT = f"""
{_UNIT} SELECT gen_random_uuid(), (SELECT id FROM unit WHERE code = 'B'), 'B-' || i, '基层工会第' || i || '号',
               '/B/B-' || i || '/', 'primary', false, false
FROM generate_series(CAST(:low AS integer), CAST(:high AS integer)) AS i
"""
_CHANGED = "UPDATE unit SET name = name || '（改）' WHERE parent_id IS NOT NULL"
_HASHED = "SELECT count(sha256(convert_to(body::text, 'UTF8'))) FROM record_entry"


@contextmanager
def _database() -> Iterator[Provisioned]:
    with tempfile.TemporaryDirectory() as folder, embedded(Path(folder)) as url:
        made = provision(url, "benefits", Passwords(secrets.token_hex(8), secrets.token_hex(8)))
        upgrade(made)
        yield made


def _written(made: Provisioned, entries: int) -> None:
    """So many entries, sealed, with a signed checkpoint for each thousand."""
    engine = create_engine(made.app_url, poolclass=NullPool)
    with session_for(engine, _WHOLE) as session:
        session.execute(text(_ROOT))
        session.execute(text(_PUT), {"low": 1, "high": entries // 2})
        session.execute(text(_CHANGED))
    at = datetime.now(UTC)
    done = False
    while not done:
        with session_for(engine, _WHOLE) as session:
            done = sealing.seal(session, _EVERY) == 0
        with session_for(engine, _WHOLE) as session:
            at += timedelta(minutes=1)
            sealing.sign(session, _SEED, at)
    owner = create_engine(made.owner_url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with owner.connect() as connection:
        connection.exec_driver_sql("ANALYZE")


def _proofs(session: Session, size: int) -> dict[str, int]:
    """Proofs made from what is kept, and checked, in a second of one core."""
    chosen = random.Random(1).sample(range(size), _PROOFS)
    head = session.get_one(RecordCheckpoint, size)
    leaves = {at: session.get_one(RecordSeal, at).leaf for at in chosen}
    node, begun = tree_of(session), time.perf_counter()
    made = {at: inclusion(node, at, size) for at in chosen}
    between = time.perf_counter()
    assert all(inside(leaves[at], at, size, proof, head.root) for at, proof in made.items())
    checked = time.perf_counter() - between
    return {"proofs_made_per_s": round(_PROOFS / (between - begun)), "proofs_checked_per_s": round(_PROOFS / checked)}


def _verify(entries: int) -> dict[str, Any]:
    with _database() as made:
        _written(made, entries)
        engine = create_engine(made.app_url, poolclass=NullPool, isolation_level="REPEATABLE READ")
        with session_for(engine, _WHOLE) as session:
            begun = time.perf_counter()
            session.execute(text(_HASHED)).one()
            baseline = time.perf_counter() - begun
            keys: list[VerifierKey] = [
                Signer.of(origin, _SEED).verifier for origin in session.scalars(text("SELECT origin FROM record_log"))
            ]
            begun = time.perf_counter()
            report = verify_all(session, Means(keys=keys, app_role=made.roles.app, at=datetime.now(UTC)))
            value = time.perf_counter() - begun
            if not report.ok:
                raise RuntimeError(str(report.differences[:3]))
            return {"value": value, "baseline": baseline, **report.counts, **_proofs(session, sealed_size(session))}


MEASURES = {"record_verify_1m": lambda: _verify(1_000_000)}
