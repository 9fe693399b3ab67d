"""What holds an erasure, whoever writes: of a person whose key is gone, nothing personal enters a table again."""

from __future__ import annotations

from sqlalchemy import Connection, Table

from models.erasure_functions import erased, personal_tables
from models.record_image import person_join

# Asked when a statement ends: its references to persons have then waited for an erasing that ran, and see it.
_STAYS = """
BEGIN
    IF EXISTS (SELECT FROM new_rows n{join} WHERE p.key_wrapped IS NULL AND ({filled})) THEN
        RAISE EXCEPTION 'the person was erased' USING ERRCODE = 'check_violation', CONSTRAINT = 'person_erased';
    END IF;
    RETURN NULL;
END"""


def stays_erased(table: Table, columns: list[str]) -> str:
    """The body of the function that looks at one statement's new rows of `table`."""
    filled = " OR ".join(f'n."{name}" IS DISTINCT FROM {erased(table.columns[name], "n")}' for name in columns)
    return _STAYS.format(join=person_join(table), filled=filled)


def install_erased(connection: Connection, record_role: str) -> None:
    """Make or replace the guard of every table with personal columns; again whenever such columns change."""
    header = "LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT"
    for table, columns in personal_tables().items():
        name = f"erased_{table.name}"
        body = stays_erased(table, columns)
        connection.exec_driver_sql(
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger {header} AS $body${body}$body$;"
            f'ALTER FUNCTION {name}() OWNER TO "{record_role}"; REVOKE ALL ON FUNCTION {name}() FROM PUBLIC'
        )
        for event in ("insert", "update"):
            connection.exec_driver_sql(
                f'CREATE OR REPLACE TRIGGER {name}_{event} AFTER {event.upper()} ON "{table.name}" '
                f"REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
            )


def remove_erased(connection: Connection) -> None:
    """The way back."""
    for table in personal_tables():
        connection.exec_driver_sql(f"DROP FUNCTION erased_{table.name}() CASCADE")
