"""The life of a roster: which act leads from which state to which, and the one function that moves it."""

from __future__ import annotations

from types import MappingProxyType

from benefits.core.actor import Actor
from benefits.core.errors import StateForbids
from benefits.core.plain_text import require_plain
from models.roster import Roster
from models.roster_vocabulary import RosterState as State

# act -> states it may follow; `approve` may wait for another reviewer, `sign` is all that is done to single lines
# once the list is approved.
MAY_FOLLOW = MappingProxyType(
    {
        "change": frozenset({State.DRAWN_UP}),
        "freeze": frozenset({State.DRAWN_UP}),
        "approve": frozenset({State.FROZEN}),
        "return": frozenset({State.FROZEN, State.APPROVED}),
        "cancel": frozenset({State.DRAWN_UP, State.FROZEN}),
        "sign": frozenset({State.APPROVED}),
        "close": frozenset({State.APPROVED}),
    }
)
# state -> the columns that say who brought the roster there, and when.
_GATE = MappingProxyType(
    {
        State.FROZEN: ("frozen_by", "frozen_at"),
        State.APPROVED: ("approved_by", "approved_at"),
        State.CLOSED: ("closed_by", "closed_at"),
        State.DRAWN_UP: ("ended_by", "ended_at"),
        State.CANCELLED: ("ended_by", "ended_at"),
    }
)


def require(roster: Roster, act: str) -> None:
    """Refuse with `StateForbids` unless the act may follow the roster's state."""
    if roster.state not in MAY_FOLLOW[act]:
        raise StateForbids(state=roster.state, act=act)


def move(actor: Actor, roster: Roster, to: State, *, reason: str | None = None) -> None:
    """Bring the roster to a state and write down who did, when and why. Nothing else moves it.

    Drawn up again, it has no fund and has passed no gate.

    Raises:
        Invalid: a reason that names a person's number; a roster belongs to nobody's key.
    """
    by, at = _GATE[to]
    roster.state, roster.touched_at = to, actor.at
    setattr(roster, by, actor.account_id)
    setattr(roster, at, actor.at)
    if to in {State.DRAWN_UP, State.CANCELLED}:
        roster.ended_reason = reason and require_plain("/reason", reason)
    if to == State.DRAWN_UP:
        roster.fund_id = None
        roster.frozen_by = roster.frozen_at = roster.approved_by = roster.approved_at = None
