"""A hardship file's own key: destroyed, it leaves every detail unreadable, in the record as well."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from benefits.core.errors import StateForbids
from models.household import Household
from models.secrecy import secrecy


def new_file_key(session: Session, household_id: UUID) -> bytes:
    """A fresh key for a new file, wrapped as its row keeps it."""
    return secrecy(session).new_key(household_id)[1]


def file_key(session: Session, household: Household) -> bytes:
    """The file's key, unwrapped; raises StateForbids once it was destroyed."""
    if household.key_wrapped is None:
        raise StateForbids(state="destroyed", act="read")
    return secrecy(session).unwrap(household.key_wrapped, household.id)


def seal(session: Session, household: Household, row: UUID, field: str, plain: str | bytes) -> bytes:
    """One field of one of the file's rows as the row keeps it."""
    return secrecy(session).encrypt(file_key(session, household), row, field, plain)


def unseal(session: Session, household: Household, row: UUID, field: str, sealed: bytes | None) -> str | None:
    """The field in the clear; None where there is none, or the file was destroyed."""
    if sealed is None or household.key_wrapped is None:
        return None
    return secrecy(session).decrypt(file_key(session, household), row, field, sealed).decode()
