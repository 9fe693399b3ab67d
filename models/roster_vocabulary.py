"""Closed lists of rosters, as stored; standard library only."""

from __future__ import annotations

from enum import StrEnum


class RosterState(StrEnum):
    """A list's life; `benefits.casework.roster.stages` says which act leads where."""

    DRAWN_UP = "drawn_up"
    FROZEN = "frozen"
    APPROVED = "approved"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class RosterLineState(StrEnum):
    """One line: on the list, left out with reasons, issued (for goods: signed for), or not fetched."""

    LISTED = "listed"
    LEFT_OUT = "left_out"
    ISSUED = "issued"
    UNCLAIMED = "unclaimed"


class SignedBy(StrEnum):
    """Whose signature stands for a receipt: the member's (领取人), or a proxy's (代领人)."""

    SELF = "self"
    PROXY = "proxy"
