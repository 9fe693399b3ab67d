"""Every table, imported once, so that the metadata is whole."""

from __future__ import annotations

from models import (
    account,
    application,
    entitlement,
    export,
    goods,
    household,
    household_exit,
    household_life,
    idempotency,
    job,
    membership,
    money,
    notice,
    person,
    policy,
    record_entry,
    roster,
    unit,
)
from models import round as rounds

__all__ = [
    "account",
    "application",
    "entitlement",
    "export",
    "goods",
    "household",
    "household_exit",
    "household_life",
    "idempotency",
    "job",
    "membership",
    "money",
    "notice",
    "person",
    "policy",
    "record_entry",
    "roster",
    "rounds",
    "unit",
]
