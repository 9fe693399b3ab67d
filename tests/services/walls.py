"""Two unions in one database, with a row of each in every table, seen by the serving role under a scope."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, and_, func, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

import models.tables  # noqa: F401 - the metadata must be whole
from models.database import NOBODY, Base, Scope, apply_scope
from models.walls import WALLS
from tests.rows import insert, row_of

TABLES = {name: Base.metadata.tables[name] for name in sorted(WALLS)}
BEHIND_WALL = "row-level security"
NO_RIGHT = "permission denied"


@dataclass(frozen=True)
class Side:
    """One union: its scope, and the row of it in every table."""

    scope: Scope
    unit_id: uuid.UUID
    rows: dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Border:
    """A superuser's connection with both unions' rows in an open transaction, and the serving role's name."""

    connection: Connection
    app_role: str
    ours: Side
    theirs: Side

    @contextmanager
    def as_app(self, scope: Scope) -> Iterator[Connection]:
        """The serving role under a scope; what it does is undone."""
        with self.connection.begin_nested() as savepoint:
            apply_scope(self.connection, scope)
            self.connection.exec_driver_sql(f'SET LOCAL ROLE "{self.app_role}"')
            yield self.connection
            savepoint.rollback()


def build(connection: Connection, app_role: str) -> Border:
    """Lay two sibling unions down without foreign keys or triggers; `connection` is a superuser's."""
    connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
    top, root = f"T{uuid.uuid4().hex[:8]}", uuid.uuid4()
    insert(connection, TABLES["unit"], row_of(TABLES["unit"], id=root, code=top, path=f"/{top}/"))
    sides = [_side(connection, top, root, letter) for letter in "AB"]
    connection.exec_driver_sql("SET LOCAL session_replication_role = origin")
    return Border(connection, app_role, sides[0], sides[1])


def _side(connection: Connection, top: str, root: uuid.UUID, letter: str) -> Side:
    code = f"{top}-{letter}"
    unit_id, account_id, person_id = uuid.uuid4(), uuid.uuid4(), uuid.uuid4()
    anchors = {"unit_id": unit_id, "account_id": account_id, "person_id": person_id}
    own: dict[str, dict[str, object]] = {
        "unit": {"id": unit_id, "code": code, "path": f"/{top}/{code}/", "parent_id": root},
        "person": {"id": person_id, "key_wrapped": b"wrapped"},
        "account": {"id": account_id},
        "policy": {"state": "draft"},
        "household": {"key_wrapped": b"wrapped"},
        "payment_batch": {"key_wrapped": b"wrapped", "file": b"frozen"},
        "roster_line": {"state": "left_out"},
        "reversal": {"receivable_id": uuid.uuid4()},
    }
    rows = {}
    for name, table in TABLES.items():
        row = row_of(table, **{**anchors, **own.get(name, {})})
        if name == "record_entry":
            del row["n"]  # always the server's own
        insert(connection, table, row)
        rows[name] = row
    path = f"/{top}/{code}/"
    return Side(Scope(account_id, "request-of-a-test", (path,), medical=(path,)), unit_id, rows)


def is_row(table: Table, row: dict[str, Any]) -> Any:
    """The condition that finds this row."""
    keys = [column for column in table.primary_key.columns if column.name in row] or [table.columns["unit_id"]]
    return and_(*(column == row[column.name] for column in keys))


def seen(border: Border, name: str, scope: Scope) -> list[str]:
    """Which of the two unions' rows of a table the scope shows."""
    table = TABLES[name]
    with border.as_app(scope) as app:
        return [
            side
            for side, row in (("ours", border.ours.rows[name]), ("theirs", border.theirs.rows[name]))
            if app.scalar(select(func.count()).select_from(table).where(is_row(table, row)))
        ]


def try_insert(border: Border, name: str, side: Side) -> str:
    """Why our scope cannot add another row like this union's; empty where walls and rights let it through."""
    table = TABLES[name]
    fresh = row_of(table, **{key: value for key, value in side.rows[name].items() if not _unique(table, key)})
    if name == "unit":
        parent = side.rows[name]
        fresh |= {"parent_id": parent["id"], "code": "NEW", "path": f"{parent['path']}NEW/"}
    if name == "record_entry":
        del fresh["n"]
    return _refused(border, table.insert().values(fresh))


def _unique(table: Table, column: str) -> bool:
    """Columns that a second row must have anew; those that say whose it is stay."""
    again = column == "year" and table.columns["year"].primary_key
    return again or (column in {"id", "part", "key", "number", "serial"} and column in table.columns)


def try_update(border: Border, name: str, side: Side) -> str | int:
    """How many rows like this union's our scope changes, or why it may change none of the table."""
    table = TABLES[name]
    special = {"person": "created_at", "record_entry": "kind"}.get(name)
    column = special or ("created_at" if "created_at" in table.columns else next(iter(table.primary_key.columns)).name)
    target = table.columns[column]
    with border.as_app(border.ours.scope) as app:
        try:
            return app.execute(update(table).where(is_row(table, side.rows[name])).values({target: target})).rowcount
        except DBAPIError as error:
            return _reason(error)


def _refused(border: Border, statement: Any) -> str:
    with border.as_app(border.ours.scope) as app:
        try:
            with app.begin_nested():
                app.execute(statement)
        except DBAPIError as error:
            return _reason(error)
    return ""


def _reason(error: DBAPIError) -> str:
    """Rights and walls are asked before keys to other rows, which these rows do not have."""
    if isinstance(error, IntegrityError):
        return ""
    return next((reason for reason in (BEHIND_WALL, NO_RIGHT) if reason in str(error.orig)), str(error))


def open_wall(border: Border, name: str) -> None:
    """Take the control away: everybody sees and writes everything in this table."""
    border.connection.execute(text(f'ALTER TABLE "{name}" NO FORCE ROW LEVEL SECURITY'))
    border.connection.execute(text(f'ALTER TABLE "{name}" DISABLE ROW LEVEL SECURITY'))


__all__ = ["NOBODY", "TABLES", "Border", "build", "open_wall", "seen", "try_insert", "try_update"]
