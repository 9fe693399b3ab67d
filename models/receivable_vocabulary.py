"""Closed lists of receivables, as stored; standard library only."""

from __future__ import annotations

from enum import StrEnum


class ReceivableOrigin(StrEnum):
    """Why somebody owes the union."""

    LEAVE_EXCESS = "leave_excess"
    OVERPAYMENT = "overpayment"


class ReceivableState(StrEnum):
    """How far a receivable has been recovered."""

    OWED = "owed"
    PARTLY = "partly"
    RECOVERED = "recovered"
    WRITTEN_OFF = "written_off"
