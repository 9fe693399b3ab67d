"""A million entries of the record exported, with the worker's memory, against a plain COPY of the same rows."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, make_url
from sqlalchemy.pool import NullPool

from bench.decided import asked, fresh
from bench.stand import running
from tools.keys import passwords
from tools.postgres import embedded
from tools.provision import provision

# Entries as a change of a case makes them.
_MADE = """
INSERT INTO record_entry (xid, at, kind, action, table_name, row_id, unit_id, account_id, request_id, database_user,
                          body, leaf)
SELECT pg_current_xact_id()::text::bigint, e.at, 'change', 'update', 'application', e.row_id, u.id, a.id,
       e.request_id, 'app', e.body::json, sha256('\\x00'::bytea || convert_to(e.body, 'UTF8'))
FROM generate_series(1, {entries}) AS n
CROSS JOIN (SELECT id FROM unit WHERE code = 'AH-D01') AS u CROSS JOIN (SELECT id FROM account LIMIT 1) AS a
CROSS JOIN LATERAL (SELECT timestamptz '2026-01-01' + n * interval '1 second' AS at,
    md5(n::text)::uuid::text AS row_id, md5((n / 3)::text) AS request_id) AS v
CROSS JOIN LATERAL (SELECT v.*, jsonb_build_object('at', v.at, 'kind', 'change', 'action', 'update',
    'table', 'application', 'row', v.row_id, 'unit', u.id, 'account', a.id, 'request', v.request_id, 'user', 'app',
    'data', jsonb_build_object('id', v.row_id, 'state', 'approved', 'amount', 500.00, 'number', n,
                               'payee_holder', md5(v.row_id), 'facts_cipher', md5(v.request_id)))::text AS body) AS e
"""
_COPY = """
COPY (SELECT r.n, r.at, r.kind, r.action, r.table_name, r.row_id, u.code, r.application_id, r.account_id, a.username,
             a.name, r.database_user, r.request_id, r.body->'data'
      FROM record_entry r LEFT JOIN unit u ON u.id = r.unit_id LEFT JOIN account a ON a.id = r.account_id ORDER BY r.n)
TO STDOUT WITH CSV
"""


def _export(entries: int, shape: str) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder, embedded(Path(folder) / "pg") as superuser:
        made = provision(superuser, "benefits", passwords(Path(folder)))
        given = {"DATABASE_URL": made.app_url, "DATABASE_OWNER_URL": made.owner_url}
        engine = create_engine(
            make_url(superuser).set(database="benefits"), poolclass=NullPool, isolation_level="AUTOCOMMIT"
        )
        with running(given) as stand:
            with engine.connect() as connection:
                connection.exec_driver_sql(_MADE.format(entries=entries))
                connection.exec_driver_sql("VACUUM ANALYZE record_entry")
                _await_sealed(connection)
            copied_s = _copied(engine.raw_connection(), Path(folder) / "copied.csv")
            auditor = stand.signed_in("auditor")
            stand.most_mib.clear()
            begun = time.monotonic()
            sent = asked(
                auditor.post(f"{stand.url}/audit/exports", json={"format": shape}, headers=fresh(), timeout=60)
            )
            while (job := asked(auditor.get(f"{stand.url}/jobs/{sent['id']}", timeout=60)))["state"] != "done":
                if job["state"] == "failed":
                    raise RuntimeError(f"not as expected: {job}")
                time.sleep(0.2)
            seconds, most = time.monotonic() - begun, dict(stand.most_mib)
    if job["result"]["rows"] < entries:
        raise RuntimeError(f"not as expected: {job}")
    return {"value": seconds, "baseline": copied_s, "rows": job["result"]["rows"], "most_mib_by_part": most}


def _await_sealed(connection: Connection) -> None:
    """Until the sealer has taken all but the last of them, so that it does not share the cores with the export."""
    waiting = "SELECT (SELECT count(*) FROM record_entry) - (SELECT count(*) FROM record_seal)"
    while connection.exec_driver_sql(waiting).scalar_one() > 1000:
        time.sleep(0.5)


def _copied(connection: Any, path: Path) -> float:
    begun = time.monotonic()
    with path.open("wb") as file, connection.cursor() as cursor:
        cursor.copy_expert(_COPY, file)
    connection.close()
    return time.monotonic() - begun


MEASURES = {"export_1m": lambda: _export(1_000_000, "jsonl"), "export_1m_xlsx": lambda: _export(1_000_000, "xlsx")}
