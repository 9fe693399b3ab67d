"""Capture of the audit record: triggers generated from the tables, so that a change made with psql is in it too.

Every changed row becomes one entry whose `body` is a JSON text with the after-image, the account and request that the
scope names, and the database user. `models.columns` says how a column enters the image. The functions belong to the
record role, which alone may write `record_entry`.
"""

from __future__ import annotations

from sqlalchemy import Connection, Table

from models.database import Base
from models.record_compare import comparison
from models.record_image import image_of, person_join, row_id

# Bookkeeping of the server itself: progress of jobs, answers kept for retries, tries counted, findings of imports,
# files of imports and exports (each is an entry of its own, with its digest), and what seals the record itself.
UNRECORDED = frozenset(
    {
        "candidate",
        "record_checkpoint",
        "record_copy",
        "record_entry",
        "record_era",
        "record_seal",
        "record_tile",
        "idempotency_key",
        "sign_in_failure",
        "voucher_counter",
        "job",
        "import_finding",
        "import_part",
        "export_part",
    }
)

_WRITE = """
INSERT INTO record_entry (xid, at, kind, action, table_name, row_id, unit_id, application_id,
                          account_id, request_id, database_user, body, leaf)
SELECT pg_current_xact_id()::text::bigint, e.at, 'change', e.action, '{table}', e.row_id, e.unit_id, e.application_id,
       e.account_id, e.request_id, session_user, e.body::json, sha256('\\x00'::bytea || convert_to(e.body, 'UTF8'))
FROM (SELECT c.*, jsonb_build_object(
          'at', c.at, 'kind', 'change', 'action', c.action, 'table', '{table}', 'row', c.row_id, 'unit', c.unit_id,
          'application', c.application_id, 'account', c.account_id, 'request', c.request_id, 'user', session_user,
          'data', c.data)::text AS body
      FROM (SELECT clock_timestamp() AS at, {action} AS action, {row_id} AS row_id, {unit_id} AS unit_id,
                   {application_id} AS application_id,
                   nullif(current_setting('benefits.account', true), '')::uuid AS account_id,
                   nullif(current_setting('benefits.request', true), '') AS request_id,
                   {data} AS data
            FROM {source}) c) e;
"""

# Not a join of old and new: its plan, kept from a statement of one row, would take the square of the rows.
_CHANGED = "(SELECT * FROM new_rows EXCEPT ALL SELECT * FROM old_rows) n"


def recorded_tables() -> list[Table]:
    """The tables whose changes enter the record, in name order."""
    return [table for name, table in sorted(Base.metadata.tables.items()) if name not in UNRECORDED]


def _write(table: Table, action: str, row: str, data: str, source: str) -> str:
    """The statement that writes an entry for each row of `source`; without a `row`, one for the whole table."""

    def own(column: str) -> str:
        if f"{table.name}_id" == column and row:
            return f"{row}.id"
        return f"{row}.{column}" if row and column in table.columns else "NULL::uuid"

    return _WRITE.format(
        table=table.name,
        action=f"'{action}'",
        row_id=row_id(table, row) if row else "NULL::text",
        unit_id=own("unit_id"),
        application_id=own("application_id"),
        data=data,
        source=source,
    )


def trigger_function(table: Table) -> str:
    """The body of the function that records one statement's changes of `table`."""
    join, image = person_join(table), image_of(table)
    return f"""
BEGIN
IF TG_OP = 'INSERT' THEN {_write(table, "insert", "n", image, f"new_rows n{join}")}
ELSIF TG_OP = 'UPDATE' THEN {_write(table, "update", "n", image, f"{_CHANGED}{join}")}
ELSIF TG_OP = 'DELETE' THEN {_write(table, "delete", "o", "NULL::jsonb", "old_rows o")}
ELSE {_write(table, "truncate", "", "NULL::jsonb", "(SELECT 1) s")}
END IF;
RETURN NULL;
END"""


def install_triggers(connection: Connection, table: Table, record_role: str) -> None:
    """Make or replace the record triggers of one table, and what compares its rows with what they recorded.

    The connection's role must be able to become `record_role`.
    """
    name = f"record_{table.name}"
    body = trigger_function(table)
    new, old = "NEW TABLE AS new_rows", "OLD TABLE AS old_rows"
    header = "LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT SET timezone = 'UTC'"
    statements = [
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger {header} AS $body${body}$body$",
        f'ALTER FUNCTION {name}() OWNER TO "{record_role}"',
        f"REVOKE ALL ON FUNCTION {name}() FROM PUBLIC",
        *comparison(table, record_role),
    ]
    for event, seen in (
        ("insert", f"REFERENCING {new}"),
        ("update", f"REFERENCING {old} {new}"),
        ("delete", f"REFERENCING {old}"),
        ("truncate", ""),
    ):
        statements.append(
            f'CREATE OR REPLACE TRIGGER {name}_{event} AFTER {event.upper()} ON "{table.name}" '
            f"{seen} FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
        )
    for statement in statements:
        connection.exec_driver_sql(statement.replace("%", "%%"))
