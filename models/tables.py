"""Every table, imported once, so that the metadata is whole."""

from __future__ import annotations

from models import (
    account,
    application,
    export,
    idempotency,
    job,
    membership,
    money,
    person,
    policy,
    record_entry,
    unit,
)

__all__ = [
    "account",
    "application",
    "export",
    "idempotency",
    "job",
    "membership",
    "money",
    "person",
    "policy",
    "record_entry",
    "unit",
]
