"""Closed lists of places, as stored; standard library only."""

from __future__ import annotations

from enum import StrEnum


class PlaceState(StrEnum):
    """A candidate's place; `benefits.casework.place.life` says which act leads where."""

    WAITING = "waiting"
    HELD = "held"
    CONFIRMED = "confirmed"
    DEPARTED = "departed"
    RETURNED = "returned"
    SETTLED = "settled"
    DECLINED = "declined"
    RELEASED = "released"
