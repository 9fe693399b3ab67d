"""What guards the record: its triggers are there, enabled and as generated, and the serving role may only add."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import text
from sqlalchemy.orm import Session

from benefits.assurance.verification.difference import Difference
from models.record import recorded_tables, trigger_function
from models.record_compare import comparison_function
from models.verify_functions import VERIFY_FUNCTIONS

_EVENTS = ("insert", "update", "delete", "truncate")
_TRIGGERS = text("""
SELECT c.relname, t.tgname, t.tgenabled = 'O' AND p.proname = 'record_' || c.relname AS stands
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
WHERE c.relnamespace = current_schema()::regnamespace AND starts_with(t.tgname, 'record_') AND NOT t.tgisinternal
""")
_FUNCTIONS = text("""
SELECT proname, prosrc FROM pg_proc
WHERE pronamespace = current_schema()::regnamespace AND prosecdef
  AND proowner = (SELECT proowner FROM pg_proc WHERE proname = 'record_write')
""")
_RIGHTS = text("""
SELECT c.relname, r.name FROM pg_class c CROSS JOIN unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE']) AS r (name)
WHERE c.relnamespace = current_schema()::regnamespace
  AND c.relname = ANY (ARRAY['record_entry', 'record_seal', 'record_tile', 'record_checkpoint'])
  AND has_table_privilege(:role, c.oid, r.name)
""")


def guard_differences(session: Session, app_role: str) -> Iterator[Difference]:
    """Triggers that are missing, disabled or of another text, and rights over the record that nobody should have."""
    stands = {(table, name): whole for table, name, whole in session.execute(_TRIGGERS)}
    bodies: dict[str, str] = dict(session.execute(_FUNCTIONS).all())
    for table in recorded_tables():
        name = f"record_{table.name}"
        down = tuple(event for event in _EVENTS if not stands.get((table.name, f"{name}_{event}")))
        if down:
            yield Difference(kind="trigger_down", table=table.name, columns=down)
        if bodies.get(name) != trigger_function(table):
            yield Difference(kind="trigger_altered", table=table.name, columns=(name,))
        if bodies.get(f"compare_{table.name}") != comparison_function(table):
            yield Difference(kind="check_altered", table=table.name, columns=(f"compare_{table.name}",))
    for signature, (_, body) in VERIFY_FUNCTIONS.items():
        name = signature.partition("(")[0]
        if bodies.get(name) != body:
            yield Difference(kind="check_altered", columns=(name,))
    for table_name, right in session.execute(_RIGHTS, {"role": app_role}):
        yield Difference(kind="right_too_many", table=table_name, columns=(right,))
