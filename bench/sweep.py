"""How long one sweep decides and stores every member, against plain SQL that rewrites the same facts."""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import psutil
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from benefits.catalogue import programme, shipped_editions
from benefits.core.calendar import Calendar
from benefits.rules.policy_text import load_edition
from benefits.rules.to_sql import Column, Compiled, compile_edition
from tools.postgres import embedded

# Synthetic members in as many units as a province has; about one fact in a hundred is unknown. Each has three awards,
# and the last screening that was normal is looked up among them, as a derived fact of the record would be.
_MADE = """
CREATE TABLE unit AS SELECT id, id % 4 > 0 AS basic_education, id % 3 = 0 AS remote_area,
  CASE WHEN id % 10 = 0 THEN 'primary' ELSE 'county_and_above' END AS union_kind FROM generate_series(1, 4000) AS id;
ALTER TABLE unit ADD PRIMARY KEY (id);
CREATE TABLE member AS SELECT id, 1 + id * 7919 % 4000 AS unit_id,
  CASE WHEN id % 101 > 0 THEN CASE WHEN id % 2 = 0 THEN 'female' ELSE 'male' END END AS sex,
  CASE WHEN id % 97 > 0 THEN DATE '1957-01-01' + CAST(id * 104729 % 17500 AS integer) END AS birth_date,
  id % 13 > 0 AS active, CASE WHEN id % 89 > 0 THEN id % 5 < 3 END AS frontline,
  id % 83 = 0 AS never_screened_unsure, md5(CAST(id AS text)) AS name
  FROM generate_series(CAST(1 AS bigint), :members) AS id;
ALTER TABLE member ADD PRIMARY KEY (id);
CREATE TABLE award AS SELECT m.id AS member_id,
  CASE WHEN n = 1 AND m.id % 3 = 0 THEN 'screening' ELSE 'holiday_visit' END AS programme,
  DATE '2018-01-01' + CAST((m.id * 31 + n * 211) % 1600 AS integer) AS given_on, 100.00 * n AS amount
  FROM member AS m, generate_series(1, 3) AS n;
CREATE INDEX ON award (member_id);
CREATE TABLE finding (round integer, member_id bigint, outcome text, unmet bigint, unknown bigint,
  not_applicable bigint, amount_max numeric, PRIMARY KEY (round, member_id));
"""
SOURCE = """member AS m JOIN unit AS u ON u.id = m.unit_id
LEFT JOIN (SELECT member_id, max(given_on) AS last_normal_on FROM award WHERE programme = 'screening'
  GROUP BY member_id) AS s ON s.member_id = m.id"""
COLUMNS = {
    "birth_date": Column("m.birth_date"),
    "sex": Column("m.sex"),
    "membership_active": Column("m.active"),
    "frontline": Column("m.frontline"),
    "basic_education": Column("u.basic_education"),
    "remote_area": Column("u.remote_area"),
    "union_kind": Column("u.union_kind"),
    "last_normal_on": Column("s.last_normal_on", none="s.last_normal_on IS NULL AND NOT m.never_screened_unsure"),
}
_FACTS = ", ".join(f"{column.value} AS {name}" for name, column in COLUMNS.items())
_ON = date(2022, 10, 1)


def compiled_round() -> Compiled:
    """The screening round: an invitation of everyone on one day."""
    (edition,) = (load_edition(text, programme("screening")) for text in shipped_editions("screening"))
    return compile_edition(
        edition,
        source=SOURCE,
        carry={"member_id": "m.id"},
        columns=COLUMNS,
        constants={"act": "invite"},
        on=_ON,
        calendar=Calendar({}, frozenset()),
    )


@contextmanager
def database(members: int) -> Iterator[Connection]:
    """A throw-away database with so many synthetic members, and a connection to it."""
    with tempfile.TemporaryDirectory() as folder, embedded(Path(folder)) as url:
        engine = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(_MADE), {"members": members})
            connection.exec_driver_sql("VACUUM ANALYZE")
            yield connection


class _Watch:
    """The most memory beside the shared buffers that the server process of a connection held, in MiB."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._process = psutil.Process(connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one())
        self._quiet, self.peak_mib = threading.Event(), 0.0
        self._thread = threading.Thread(target=self._look)

    def _look(self) -> None:
        while not self._quiet.wait(0.05):
            held = self._process.memory_info()
            self.peak_mib = max(self.peak_mib, (held.rss - held.shared) / (1 << 20))

    def __enter__(self) -> _Watch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._quiet.set()
        self._thread.join()

    def took(self, statement: str, parameters: dict[str, Any] | None = None) -> tuple[float, float]:
        """Seconds from asking to answer, and those of the server process alone, which no neighbour lengthens."""
        self._connection.exec_driver_sql("CHECKPOINT")
        before, begun = self._process.cpu_times(), time.monotonic()
        self._connection.execute(text(statement), parameters or {})
        after, seconds = self._process.cpu_times(), time.monotonic() - begun
        return seconds, after.user + after.system - before.user - before.system


def _sweep(members: int, times: int = 3) -> dict[str, Any]:
    """The best of `times` runs of each; a sweep inserts into a logged table with its primary key."""
    compiled = compiled_round()
    baselines, sweeps = [], []
    with database(members) as connection, _Watch(connection) as watch:
        for run in range(times):
            rewritten = f"CREATE TABLE facts AS SELECT m.id, {_FACTS} FROM {SOURCE}"
            baselines.append(watch.took(rewritten))
            connection.exec_driver_sql("DROP TABLE facts")
            stored = (
                "INSERT INTO finding SELECT :round, member_id, outcome, unmet, unknown, not_applicable, amount_max "
                f"FROM ({compiled.sql}) AS decided"
            )
            sweeps.append(watch.took(stored, {"round": run, **compiled.parameters}))
        counted = connection.exec_driver_sql("SELECT outcome, count(*) FROM finding WHERE round = 0 GROUP BY 1").all()
        kib = connection.exec_driver_sql("SELECT pg_table_size('finding') / 1024.0").scalar_one()
    sweep_s, rewrite_s = (min(seconds for seconds, _ in runs) for runs in (sweeps, baselines))
    return {
        "value": sweep_s,
        "baseline": rewrite_s,
        "members": members,
        "criteria": len(compiled.criteria),
        "cpu_ratio": round(min(cpu for _, cpu in sweeps) / min(cpu for _, cpu in baselines), 2),
        "members_per_s": round(members / sweep_s),
        "bytes_per_member": round(float(kib) * 1024 / members / times),
        "peak_mib_backend": round(watch.peak_mib),
        "outcomes": dict(sorted((outcome, count) for outcome, count in counted)),
    }


MEASURES = {
    "sweep_1m": lambda: _sweep(1_000_000),
    "growth_sweep_10k": lambda: _sweep(10_000),
    "growth_sweep_100k": lambda: _sweep(100_000),
    "growth_sweep_1m": lambda: _sweep(1_000_000, times=1),
}
