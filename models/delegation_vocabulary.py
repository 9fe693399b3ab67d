"""Closed lists of delegations, as stored; standard library only."""

from __future__ import annotations

from enum import StrEnum


class DelegatedRole(StrEnum):
    """Whose duty can be lent: deciding cases, approving batches, releasing them."""

    REVIEWER = "reviewer"
    FINANCE = "finance"
    CASHIER = "cashier"


class DelegationState(StrEnum):
    """How a delegation stands on a day; `ended` where its giver no longer holds what was lent."""

    COMING = "coming"
    IN_FORCE = "in_force"
    OVER = "over"
    REVOKED = "revoked"
    ENDED = "ended"
