"""Closed lists of mutual aid: where a cover stands, why it ended, why a member left; standard library only."""

from __future__ import annotations

from enum import StrEnum


class CoverState(StrEnum):
    """A cover waits for its premium, is in force, or has ended."""

    PENDING = "pending"
    IN_FORCE = "in_force"
    ENDED = "ended"


class CoverEnd(StrEnum):
    """Why a cover ended before its term; `taken_back` undoes an approval and counts for nothing."""

    CLAIMED_OUT = "claimed_out"
    LEFT = "left"
    TAKEN_BACK = "taken_back"


class LeaveReason(StrEnum):
    """Why a member leaves a plan's group mid-term."""

    RETIREMENT = "retirement"
    TRANSFER = "transfer"
    DEATH = "death"
    LEFT = "left"
