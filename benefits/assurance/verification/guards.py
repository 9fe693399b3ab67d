"""What guards the record: its triggers and functions are as generated, and the serving role may only add."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqlalchemy import text
from sqlalchemy.orm import Session

from benefits.assurance.verification.difference import Difference
from benefits.assurance.verification.heads import head_differences
from benefits.assurance.verification.structure import structure_differences
from models.database import Base
from models.functions import functions
from models.record import UNRECORDED, recorded_tables, trigger_function
from models.record_compare import comparison_function
from models.verify_functions import VERIFY_FUNCTIONS
from models.walls import IN_SCOPE, privileges_of

# Of each event: the type by which the catalogue knows a trigger after the statement, and the rows that it sees.
_EVENTS = {"insert": (4, "new"), "update": (16, "old new"), "delete": (8, "old"), "truncate": (32, "")}
_OURS = "t.tgenabled = 'O' AND t.tgqual IS NULL AND t.tgattr::text = '' AND t.tgnargs = 0 AND t.tgconstraint = 0"
_TRIGGERS = text(f"""
SELECT c.relname, t.tgname,
       {_OURS} AND p.oid = to_regproc('record_' || c.relname) AS stands, t.tgtype,
       concat_ws(' ', CASE WHEN t.tgoldtable = 'old_rows' THEN 'old' END,
                 CASE WHEN t.tgnewtable = 'new_rows' THEN 'new' END) AS sees
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
WHERE c.relnamespace = current_schema()::regnamespace AND starts_with(t.tgname, 'record_') AND NOT t.tgisinternal
""")  # noqa: S608 - our own
# What could keep an entry from being written, or change it on its way.
_BETWEEN = text("""
SELECT c.relname, t.tgname AS name FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE c.relnamespace = current_schema()::regnamespace AND NOT t.tgisinternal AND c.relname = ANY (:unrecorded)
UNION ALL
SELECT c.relname, r.rulename FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class
WHERE c.relnamespace = current_schema()::regnamespace AND c.relname = ANY (:tables)
""")
_FUNCTIONS = text("""
SELECT proname, prosrc, coalesce(proconfig @> ARRAY['TimeZone=UTC'] AND cardinality(proconfig) = 2
    AND (SELECT bool_and(trim(path) IN ('"$user"', quote_ident(current_schema()), 'pg_temp'))
         FROM unnest(proconfig) AS set_ (one), string_to_table(split_part(one, '=', 2), ',') AS path
         WHERE starts_with(one, 'search_path=')), false) AS fixed
FROM pg_proc
WHERE pronamespace = current_schema()::regnamespace AND prosecdef
  AND proowner = (SELECT proowner FROM pg_proc WHERE oid = to_regprocedure('record_unsound()'))
""")
_SCOPES = text("""
SELECT proname, prosrc FROM pg_proc WHERE pronamespace = current_schema()::regnamespace AND NOT prosecdef
""")
# What another schema has under our names, and would be found first.
_SHADOWS = text("""
SELECT n.nspname, s.name FROM pg_namespace n JOIN (
    SELECT pronamespace AS schema, proname AS name FROM pg_proc WHERE proname = ANY (:functions)
    UNION SELECT relnamespace, relname FROM pg_class WHERE relname = ANY (:tables)) s ON s.schema = n.oid
WHERE n.nspname <> current_schema() AND n.nspname <> ALL (ARRAY['information_schema', 'pg_toast'])
  AND n.oid <> pg_my_temp_schema() AND NOT starts_with(n.nspname, 'pg_temp_')
""")
_RIGHTS = text("""
SELECT c.relname, r.name, has_table_privilege(:role, c.oid, r.name) AS whole
FROM pg_class c CROSS JOIN unnest(ARRAY['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']) AS r (name)
WHERE c.relnamespace = current_schema()::regnamespace AND c.relname = ANY (:tables)
  AND (has_table_privilege(:role, c.oid, r.name)
       OR r.name IN ('INSERT', 'UPDATE') AND has_any_column_privilege(:role, c.oid, r.name))
""")


def guard_differences(session: Session, app_role: str) -> Iterator[Difference]:
    """Triggers, functions, rights, tables and kept heads that are not as this program makes them."""
    yield from _triggers(session)
    yield from _functions(session)
    yield from _rights(session, app_role)
    yield from structure_differences(session)
    yield from head_differences(session)


def _triggers(session: Session) -> Iterator[Difference]:
    stands = {(row.relname, row.tgname): (row.tgtype, row.sees) for row in session.execute(_TRIGGERS) if row.stands}
    for table in recorded_tables():
        down = tuple(
            event for event, is_ in _EVENTS.items() if stands.get((table.name, f"record_{table.name}_{event}")) != is_
        )
        if down:
            yield Difference(kind="trigger_down", table=table.name, columns=down)
    among = {"unrecorded": sorted(UNRECORDED), "tables": sorted(Base.metadata.tables)}
    for table_name, name in session.execute(_BETWEEN, among):
        yield Difference(kind="trigger_foreign", table=table_name, columns=(name,))


def _functions(session: Session) -> Iterator[Difference]:
    bodies = {name: body for name, body, fixed in session.execute(_FUNCTIONS) if fixed}
    for table in recorded_tables():
        name = f"record_{table.name}"
        if bodies.get(name) != trigger_function(table):
            yield Difference(kind="trigger_altered", table=table.name, columns=(name,))
        if bodies.get(f"compare_{table.name}") != comparison_function(table):
            yield Difference(kind="check_altered", table=table.name, columns=(f"compare_{table.name}",))
    for signature, (_, body) in functions().items():
        name = signature.partition("(")[0]
        if bodies.get(name) != body:
            kind = "check_altered" if signature in VERIFY_FUNCTIONS else "function_altered"
            yield Difference(kind=kind, columns=(name,))
    scopes: dict[str, str] = dict(session.execute(_SCOPES).all())
    for name, body in re.findall(r"FUNCTION (\w+)\(.*?\$\$(.*?)\$\$", IN_SCOPE, re.DOTALL):
        if scopes.get(name) != body:
            yield Difference(kind="function_altered", columns=(name,))
    among = {"functions": sorted({*bodies, *scopes}), "tables": sorted(Base.metadata.tables)}
    for schema, name in session.execute(_SHADOWS, among):
        yield Difference(kind="check_altered", columns=(f"{schema}.{name}",))


def _rights(session: Session, app_role: str) -> Iterator[Difference]:
    """A right over a column alone counts where none such is granted."""
    for table, right, whole in session.execute(_RIGHTS, {"role": app_role, "tables": sorted(Base.metadata.tables)}):
        granted = privileges_of(table)
        if right not in granted.replace(f"{right} (", "(") and (whole or f"{right} (" not in granted):
            yield Difference(kind="right_too_many", table=table, columns=(right,))
