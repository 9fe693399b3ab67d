"""A large sealed record, and a superuser who edits, deletes, inserts and swaps in it and in the books past triggers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import chain
from typing import Any

from sqlalchemy import Connection, text

from benefits.assurance.seal import sealing
from benefits.jobs.work import Shop
from tests.clock import machine_now
from tests.sealed import SEED, session_of

EDITS, OTHERS = 200, 10  # of each sort, in the record and in the books
_PUT = """
INSERT INTO unit (id, parent_id, code, name, path, union_kind, remote_area, basic_education)
SELECT gen_random_uuid(), r.id, 'Z' || i, '第' || i || '号', r.path || 'Z' || i || '/', 'primary', false, false
FROM unit r, generate_series(1, :units) AS i WHERE r.parent_id IS NULL
"""
_CHANGED = "UPDATE unit SET name = name || '改' WHERE code LIKE 'Z%'"
_PAST = "SET session_replication_role = replica"
# Some of the rows put in above, of even number or of odd: the former's entries are touched, the latter themselves.
_SOME = "FROM unit u {more} WHERE u.code LIKE 'Z%' AND substr(u.code, 2)::int % 2 = {odd} ORDER BY md5({of} || :seed)"
_ENTRIES = "SELECT e.n, e.row_id " + _SOME.format(
    more="JOIN record_entry e ON e.table_name = 'unit' AND e.row_id = u.id::text", odd=0, of="e.n::text"
)
_ROWS = "SELECT u.id::text " + _SOME.format(more="", odd=1, of="u.code")
OF_ENTRY = {
    "body": "replace(body::text, '号', '號')::json",
    "leaf": "sha256(leaf)",
    "at": "at + interval '1 microsecond'",
    "kind": "'reading'",
    "action": "'delete'",
    "table_name": "'fund'",
    "row_id": "'elsewhere'",
    "unit_id": "gen_random_uuid()",
    "account_id": "gen_random_uuid()",
    "request_id": "'another'",
    "database_user": "'nobody'",
}
OF_ROW = {"name": "'另一个'", "remote_area": "true", "basic_education": "true", "division_code": "'340000'"}
_REST = "at, kind, action, table_name, row_id, unit_id, database_user, body, leaf"
_DONE_TO_ENTRIES = {
    "deleted": "DELETE FROM record_entry WHERE n = ANY(:of)",
    "inserted": f"INSERT INTO record_entry (n, xid, {_REST}) OVERRIDING SYSTEM VALUE"
    f" SELECT -n, 1, {_REST} FROM record_entry WHERE n = ANY(:of) RETURNING n",
    "swapped": "UPDATE record_entry e SET body = o.body, leaf = o.leaf FROM record_entry o,"
    " unnest(CAST(:of AS bigint[]), CAST(:other AS bigint[])) AS p (n, o) WHERE e.n = p.n AND o.n = p.o",
}
_DONE_TO_ROWS = {
    "deleted": "DELETE FROM unit WHERE id::text = ANY(:of)",
    "inserted": "INSERT INTO unit (id, parent_id, code, name, path, union_kind, remote_area, basic_education)"
    " SELECT gen_random_uuid(), parent_id, code || 'X', name, left(path, -1) || 'X/', union_kind, false, false"
    " FROM unit WHERE id::text = ANY(:of) RETURNING id::text",
    "swapped": "UPDATE unit e SET name = o.name FROM unit o,"
    " unnest(CAST(:of AS text[]), CAST(:other AS text[])) AS p (n, o) WHERE e.id::text = p.n AND o.id::text = p.o",
}


def grown(superuser: Connection, shop: Shop, entries: int) -> None:
    """So many more entries, half of rows put in and half of the same rows changed; sealed, and signed each thousand."""
    superuser.execute(text(_PUT), {"units": entries // 2})
    superuser.execute(text(_CHANGED))
    at, sealed = machine_now(), 1
    while sealed:
        with session_of(shop) as session:
            sealed = sealing.seal(session, sealing.MOST_ENTRIES)
        with session_of(shop) as session:
            at += timedelta(minutes=1)
            sealing.sign(session, SEED, at)
    superuser.exec_driver_sql("ANALYZE")


@dataclass
class Touched:
    """What was done: entries by what was done to them, rows likewise, and the rows of which those entries tell."""

    entries: dict[str, set[int]] = field(default_factory=dict)
    rows: dict[str, set[str]] = field(default_factory=dict)
    told_of: set[str] = field(default_factory=lambda: {"elsewhere"})

    def entries_of(self, *names: str) -> set[int]:
        """The entries to which one of these was done."""
        return set(chain.from_iterable(self.entries[name] for name in names))

    def rows_of(self, *names: str) -> set[str]:
        """The rows to which one of these was done."""
        return set(chain.from_iterable(self.rows[name] for name in names))


def tampered(superuser: Connection, seed: str) -> Touched:
    """One field each of so many entries and rows edited; others deleted, put in, swapped two and two."""
    superuser.exec_driver_sql(_PAST)
    touched, count = Touched(), {"seed": seed, "most": EDITS + 4 * OTHERS}
    entries = superuser.execute(text(_ENTRIES + " LIMIT :most"), count).all()
    rows = superuser.scalars(text(_ROWS + " LIMIT :most"), count).all()
    touched.told_of |= {each.row_id for each in entries}
    touched.entries = _done(superuser, "record_entry", "n", [each.n for each in entries], OF_ENTRY, _DONE_TO_ENTRIES)
    touched.rows = _done(superuser, "unit", "id::text", rows, OF_ROW, _DONE_TO_ROWS)
    return touched


def _done(
    superuser: Connection,
    table: str,
    key: str,
    chosen: Sequence[Any],
    edits: Mapping[str, str],
    acts: Mapping[str, str],
) -> dict[str, set[Any]]:
    """Each edit to its share of the chosen, and the other acts to those after them; by edited column, or act."""
    done = {}
    for at, (column, value) in enumerate(edits.items()):
        done[column] = set(chosen[at : EDITS : len(edits)])
        edit = text(f"UPDATE {table} SET {column} = {value} WHERE {key} = ANY(:of)")
        superuser.execute(edit, {"of": list(done[column])})
    deleted, inserted, one, other = (list(chosen[EDITS + OTHERS * at :][:OTHERS]) for at in range(4))
    superuser.execute(text(acts["deleted"]), {"of": deleted})
    superuser.execute(text(acts["swapped"]), {"of": one + other, "other": other + one})
    put_in = superuser.scalars(text(acts["inserted"]), {"of": inserted})
    return {**done, "deleted": set(deleted), "inserted": set(put_in), "swapped": {*one, *other}}
