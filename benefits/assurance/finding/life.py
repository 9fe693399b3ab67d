"""The life of a finding: which act may follow which state, and the one function that moves it."""

from __future__ import annotations

from datetime import date
from types import MappingProxyType

from sqlalchemy import ColumnElement, and_
from sqlalchemy.orm import Session

from benefits.core.actor import Actor
from benefits.core.errors import StateForbids
from models.audit_finding import AuditFinding, FindingAct
from models.audit_vocabulary import FindingState as State
from models.audit_vocabulary import RevisitOutcome

_TO_RECTIFY = frozenset({State.OPEN, State.RETURNED})
_DONE = frozenset({State.CLOSED, State.REVISITED})

# act -> states it may follow; `open` makes the finding.
MAY_FOLLOW = MappingProxyType(
    {
        "assign": _TO_RECTIFY,
        "add_paper": _TO_RECTIFY,
        "answer": _TO_RECTIFY,
        "return": frozenset({State.ANSWERED}),
        "close": frozenset({State.ANSWERED}),
        "revisit": _DONE,
        "reopen": _DONE,
    }
)


def require_state(finding: AuditFinding, act: str) -> None:
    """Refuse with `StateForbids` unless the act may follow the finding's state."""
    if finding.state not in MAY_FOLLOW[act]:
        raise StateForbids(state=finding.state, act=act)


def advance(
    session: Session,
    actor: Actor,
    finding: AuditFinding,
    act: str,
    to: State,
    *,
    note: str | None,
    visited_on: date | None = None,
    outcome: RevisitOutcome | None = None,
) -> None:
    """Move the finding by one act and keep it as a row; raises StateForbids."""
    if act != "open":
        require_state(finding, act)
    session.add(
        FindingAct(
            finding_id=finding.id,
            unit_id=finding.unit_id,
            person_id=finding.person_id,
            act=act,
            from_state=None if act == "open" else finding.state,
            to_state=to,
            account_id=actor.account_id,
            actor_person_id=actor.person_id,
            note=note,
            visited_on=visited_on,
            outcome=outcome,
            acted_at=actor.at,
        )
    )
    finding.state = to
    finding.touched_at = actor.at
    session.flush()


def is_overdue(finding: AuditFinding, today: date) -> bool:
    """Whether its deadline has passed without an answer."""
    return finding.state in _TO_RECTIFY and finding.due_on < today


def overdue(today: date) -> ColumnElement[bool]:
    """The same as a condition of a query."""
    return and_(AuditFinding.state.in_(_TO_RECTIFY), AuditFinding.due_on < today)
