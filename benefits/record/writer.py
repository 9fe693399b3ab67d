"""Entries that no row change makes: refusals, sign-ins, disclosures, exports, reads of sensitive fields, requests."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

_WRITE = text(
    "SELECT record_write(:kind, :action, :table_name, :row_id, :unit_id, :application_id, CAST(:data AS jsonb))"
)


def write_entry(
    session: Session,
    *,
    kind: str,
    action: str,
    table: str | None = None,
    row: str | UUID | None = None,
    unit_id: UUID | None = None,
    application_id: UUID | None = None,
    data: dict[str, Any] | None = None,
) -> None:
    """Add one entry in the open transaction; account and request come from the session's scope."""
    session.execute(
        _WRITE,
        {
            "kind": kind,
            "action": action,
            "table_name": table,
            "row_id": None if row is None else str(row),
            "unit_id": unit_id,
            "application_id": application_id,
            "data": json.dumps(data or {}, default=str, ensure_ascii=False),
        },
    )


def write_refusal(
    session: Session, *, unit_id: UUID, operation: str, code: str, params: dict[str, str], row_id: str | None
) -> None:
    """Add a refused try."""
    write_entry(
        session,
        kind="refusal",
        action=operation,
        row=row_id,
        unit_id=unit_id,
        data={"code": code, "params": params},
    )
