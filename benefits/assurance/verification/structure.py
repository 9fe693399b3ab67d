"""The tables as this program makes them: no constraint is gone that holds them together, and every wall stands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from sqlalchemy import Table, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from benefits.assurance.verification.difference import Difference
from models.database import Base
from models.walls import walls_of

_CONSTRAINTS = text("""
SELECT c.relname, o.conname AS name FROM pg_constraint o JOIN pg_class c ON c.oid = o.conrelid
WHERE c.relnamespace = current_schema()::regnamespace AND o.convalidated
UNION ALL
SELECT c.relname, i.relname
FROM pg_index x JOIN pg_class c ON c.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid
WHERE c.relnamespace = current_schema()::regnamespace AND x.indisunique AND x.indisvalid AND x.indisready
UNION ALL
SELECT c.relname, a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
WHERE c.relnamespace = current_schema()::regnamespace AND a.attnum > 0 AND a.attnotnull
""")
_WALLS = text("""
SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity AS stands,
       ARRAY(SELECT p.polname::text FROM pg_policy p WHERE p.polrelid = c.oid AND p.polpermissive) AS open,
       EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND NOT p.polpermissive) AS narrowed
FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r'
""")


def structure_differences(session: Session) -> Iterator[Difference]:
    """Constraints, keys and NOT NULLs that are missing, walls that are down, and policies that are not ours."""
    there: defaultdict[str, set[str]] = defaultdict(set)
    for table_name, name in session.execute(_CONSTRAINTS):
        there[table_name].add(name)
    walls = {row.relname: (row.stands or not row.open, set(row.open), row.narrowed) for row in session.execute(_WALLS)}
    for table in Base.metadata.sorted_tables:
        gone = sorted(_wanted(table) - there[table.name])
        if gone:
            yield Difference(kind="constraint_gone", table=table.name, columns=tuple(gone))
        if walls.get(table.name) != (True, walls_of(table.name), False):
            yield Difference(kind="wall_altered", table=table.name)


def _wanted(table: Table) -> set[str]:
    """The names of a table's constraints and unique indices, and its columns that are never null."""
    names = postgresql.dialect().identifier_preparer  # type: ignore[no-untyped-call]
    held = {names.format_constraint(each) for each in table.constraints}
    held |= {names.format_index(each) for each in table.indexes if each.unique}
    return {str(name).strip('"') for name in held} | {column.name for column in table.columns if not column.nullable}
