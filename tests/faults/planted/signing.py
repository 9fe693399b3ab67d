"""Defects in what binds a signature to what was seen, and to whoever may still give it."""

from __future__ import annotations

from typing import Any

from api import guard
from benefits.money import duty
from tests.faults.planted.defect import Defect


def _any_version() -> None:
    def match(_thing: Any) -> None:
        """Whatever was seen."""

    guard._match = match


def _delegation_not_held() -> None:
    def hold(_session: Any, _actor: Any) -> None:
        """As it was when the request began."""

    duty._hold_delegation = hold


DEFECTS = {
    "any_version": Defect("If-Match held against the version under the lock", _any_version),
    "delegation_not_held": Defect("the lock on a delegation while it is used", _delegation_not_held),
}
