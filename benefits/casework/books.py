"""What a programme's own records say of a case, beyond register and ledger; an officer's word does not override it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from sqlalchemy.orm import Session

from benefits.casework.cover.told import told_of_claim
from benefits.casework.policy_book import Running
from benefits.money.entitlement import Standpoint

Tell = Callable[[Session, Running, Standpoint, Mapping[str, Any]], Mapping[str, Any]]

_OF: Mapping[str, Tell] = MappingProxyType({"mutual_aid": told_of_claim})


def told(session: Session, running: Running | None, view: Standpoint, facts: Mapping[str, Any]) -> Mapping[str, Any]:
    """The facts that the records supply for a case with these facts; what they cannot say stays out."""
    tell = _OF.get(running.edition.programme.code) if running else None
    return tell(session, running, view, facts) if tell and running else {}
