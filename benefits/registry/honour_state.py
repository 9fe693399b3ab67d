"""How an honour stands, day by day: noted as rows, taken back by later ones, so that every day stays answerable."""

from __future__ import annotations

from datetime import date
from types import MappingProxyType

from sqlalchemy.orm import Session

from benefits.core.actor import Actor
from benefits.core.errors import StateForbids, invalid
from benefits.registry.honours import HonourOf, honour_of
from models.columns import new_id
from models.membership import HonourStatus
from models.vocabulary import HonourState as State

_LIVING = frozenset(State) - {State.DECEASED}
# state noted -> states it may follow on its day; `valid` takes back whatever was noted.
MAY_FOLLOW = MappingProxyType(
    {
        State.VALID: frozenset(State) - {State.VALID},
        State.SUSPENDED: frozenset({State.VALID}),
        State.LOST_CONTACT: frozenset({State.VALID, State.SUSPENDED}),
        State.EMIGRATED: frozenset({State.VALID, State.SUSPENDED, State.LOST_CONTACT}),
        State.REVOKED: _LIVING - {State.REVOKED},
        State.DECEASED: _LIVING,
    }
)


def note_state(
    session: Session, actor: Actor, held: HonourOf, *, state: str, since_on: date, reason: str | None
) -> HonourOf:
    """Note how an honour of a locked member stands from a day on; what was noted before stays in the register.

    Raises:
        StateForbids: the state may not follow that of the day. Invalid: the day lies before the award. OwnCase.
    """
    actor.require("member.register", held.member.unit.path)
    actor.require_stranger(held.member.person_id)
    awarded = held.honour.awarded_on
    if awarded is not None and since_on < awarded:
        raise invalid("/since_on", "before_award")
    before = held.honour.state_on(since_on)
    if before not in MAY_FOLLOW[State(state)]:
        raise StateForbids(state=before, act=state)
    session.add(
        HonourStatus(
            id=new_id(),
            honour_id=held.honour.id,
            unit_id=held.honour.unit_id,
            person_id=held.honour.person_id,
            state=state,
            since_on=since_on,
            reason=reason,
            entered_by=actor.account_id,
        )
    )
    held.member.touched_at = actor.at
    session.flush()
    return honour_of(session, held.member, held.honour.id)


def revoke_honour(session: Session, actor: Actor, held: HonourOf, *, revoked_on: date | None) -> HonourOf:
    """Note since when an honour no longer holds, instead of an earlier such day; None takes a revocation back.

    Raises:
        Invalid: the day lies before the award. OwnCase, StateForbids.
    """
    if revoked_on is not None and held.honour.awarded_on is not None and revoked_on < held.honour.awarded_on:
        raise invalid("/revoked_on", "before_award")
    before = held.honour.revoked_on
    if revoked_on == before:
        return held
    if before is not None:
        held = note_state(session, actor, held, state=State.VALID, since_on=before, reason=None)
    if revoked_on is not None:
        held = note_state(session, actor, held, state=State.REVOKED, since_on=revoked_on, reason=None)
    return held
