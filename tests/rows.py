"""A row for any table, made from its columns and checks, for tests that hold for every table there is or will be."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, Column, Connection, Table
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import JSON, BigInteger, Boolean, Date, DateTime, Integer, LargeBinary, Numeric, Uuid

_CLOSED_LIST = re.compile(r"(\w+) IN \('([^']+)'")
# What checks ask that are no closed list: days of a year, one side of a voucher's line.
_NAMED: dict[tuple[str, type], object] = {
    ("year", Integer): 2026,
    ("month", Integer): 1,
    ("credit", Numeric): Decimal("0.00"),
}


def row_of(table: Table, **given: object) -> dict[str, Any]:
    """A row that the table's checks accept; its foreign keys lead nowhere unless given."""
    closed = {
        match[1]: match[2]
        for constraint in table.constraints
        if isinstance(constraint, CheckConstraint) and (match := _CLOSED_LIST.match(str(constraint.sqltext)))
    }
    row: dict[str, Any] = {}
    for column in table.columns:
        if column.name in given:
            row[column.name] = given[column.name]
        elif column.primary_key or not (column.nullable or column.server_default is not None):
            row[column.name] = closed.get(column.name) or _value(column)
    return row


def _value(column: Column[Any]) -> object:
    kind = column.type
    named = _NAMED.get((column.name, type(kind)))
    if named is not None and not (column.name == "year" and column.primary_key):  # a key is another each time
        return named
    if isinstance(kind, Uuid):
        return uuid.uuid4()
    if isinstance(kind, Boolean):
        return False
    if isinstance(kind, BigInteger | Integer):
        return uuid.uuid4().int % 1_000_000
    if isinstance(kind, Numeric):
        return Decimal("1.00")
    if isinstance(kind, DateTime):
        return datetime(2026, 1, 2, tzinfo=UTC)
    if isinstance(kind, Date):
        # Days of one row are the same, so that a first and a last are in order, and a month's first; as a key each is
        # another.
        return date(2026, 1, 1).replace(year=1900 + uuid.uuid4().int % 200) if column.primary_key else date(2026, 1, 1)
    if isinstance(kind, LargeBinary):
        return uuid.uuid4().bytes
    if isinstance(kind, JSON | JSONB):
        default = column.default
        return default.arg(None) if default is not None and default.is_callable else {}
    return f"x{uuid.uuid4().hex}"


def insert(connection: Connection, table: Table, row: dict[str, Any]) -> None:
    """Write one row as it is."""
    connection.execute(table.insert().values(row))
