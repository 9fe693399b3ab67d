"""The life of a case: which act leads from which state to which, and the one function that moves it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from benefits.casework.seen import seen_hashes
from benefits.core.actor import Actor
from benefits.core.errors import StateForbids
from benefits.money.trail import whose_hand
from models.application import Act, Application
from models.together import write_together
from models.vocabulary import UNDONE
from models.vocabulary import ApplicationState as State

_BEFORE_APPROVAL = frozenset(
    {State.DRAFT, State.SUBMITTED, State.UNDER_REVIEW, State.ON_NOTICE, State.RETURNED, State.APPEALED}
)
_IN_REVIEW = frozenset({State.SUBMITTED, State.UNDER_REVIEW, State.APPEALED})

# act -> states it may follow (contract §3.1); `file` makes the case, `approve` may wait for another reviewer; `reverse`
# and `abandon` follow from its payment (benefits.casework.undoing). The last five are a roster's, on its cases: what
# was handed out, and what finance booked.
MAY_FOLLOW = MappingProxyType(
    {
        "change": frozenset({State.DRAFT, State.RETURNED}),
        "submit": frozenset({State.DRAFT, State.RETURNED}),
        "endorse": _IN_REVIEW,
        "approve": _IN_REVIEW | {State.ON_NOTICE},
        "return": _IN_REVIEW - {State.APPEALED} | {State.ON_NOTICE, State.APPROVED},
        "reject": _IN_REVIEW | {State.ON_NOTICE},
        "withdraw": _BEFORE_APPROVAL,
        "appeal": frozenset({State.REJECTED}),
        "lapse": frozenset({State.DRAFT, State.SUBMITTED, State.RETURNED}),
        "settle": frozenset({State.APPROVED}),
        "reverse": frozenset({State.APPROVED}),
        "abandon": frozenset({State.APPROVED}),
        **dict.fromkeys(
            ("receive", "not_fetched", "void_receipt", "book", "release_unclaimed"), frozenset({State.APPROVED})
        ),
    }
)
# The duty that an act fills; nobody fills two different ones in one case (benefits.money.duty).
DUTY = MappingProxyType(
    {
        "file": "filed",
        "change": "filed",
        "submit": "filed",
        "appeal": "filed",
        "endorse": "decided",
        "approve": "decided",
        "return": "decided",
        "reject": "decided",
        "object": "filed",
        "resolve_objection": "decided",
        "receive": "filed",
        "not_fetched": "filed",
        "void_receipt": "filed",
        "book": "payment_approved",
        "release_unclaimed": "payment_approved",
        "decline_place": "filed",
        "confirm_place": "filed",
        "depart": "filed",
        "come_back": "filed",
        "settle": "payment_approved",
        "reverse": "resolved",
        "abandon": "decided",
    }
)
_DECIDING = frozenset({State.UNDER_REVIEW, State.ON_NOTICE, State.APPROVED, *UNDONE})


def require(application: Application, act: str) -> None:
    """Refuse with `StateForbids` unless the act may follow the case's state and is not its roster's to do."""
    if application.roster_id is not None:
        raise StateForbids(state="on_roster", act=act, roster_id=application.roster_id)
    require_state(application, act)


def require_state(application: Application, act: str) -> None:
    """Refuse with `StateForbids` unless the act may follow the case's state."""
    if application.state not in MAY_FOLLOW[act]:
        raise StateForbids(state=application.state, act=act)


@dataclass(frozen=True)
class Move:
    """A case about to move: where to, with which note, amount and minutes of a collective decision."""

    application: Application
    to: State
    note: str | None = None
    amount: Decimal | None = None
    minutes: str | None = None


def advance(
    session: Session,
    actor: Actor,
    application: Application,
    act: str,
    to: State,
    *,
    note: str | None = None,
    amount: Decimal | None = None,
) -> None:
    """Move the case by one act and keep it as a row, bound to what was seen."""
    advance_all(session, actor, act, [Move(application, to, note, amount)])


def advance_all(session: Session, actor: Actor, act: str, moves: Sequence[Move]) -> None:
    """The same for many cases.

    Raises:
        StateForbids: the act may not follow one of the states; none is moved.
    """
    if act in MAY_FOLLOW:
        for move in moves:
            require_state(move.application, act)
    _move(session, act, moves, actor.at, actor)


def lapse(session: Session, application: Application, at: datetime, note: str) -> None:
    """The system ends a locked case that nobody goes on with; raises StateForbids."""
    require(application, "lapse")
    _move(session, "lapse", [Move(application, State.LAPSED, note, None)], at, None)


def _move(session: Session, act: str, moves: Sequence[Move], at: datetime, actor: Actor | None) -> None:
    """Nothing else moves a case's state; without an actor it is the system."""
    seen = seen_hashes(session, [move.application for move in moves])
    for move in moves:
        application = move.application
        session.add(
            Act(
                application_id=application.id,
                unit_id=application.unit_id,
                act=act,
                duty=DUTY.get(act),
                from_state=None if act == "file" else application.state,
                to_state=move.to,
                submission=application.submission,
                **(whose_hand(actor) if actor else {}),
                amount=move.amount,
                note=move.note,
                minutes=move.minutes,
                assessment_id=application.assessment_id,
                seen_hash=seen[application.id],
                acted_at=at,
            )
        )
        application.state = move.to
        if move.to not in _DECIDING:  # what a first reviewer, or all, approved is void
            application.approved_amount, application.fund_id = None, None
        application.touched_at = at
    write_together(session, [move.application for move in moves])
    session.flush()


def acts_of(session: Session, application_id: UUID) -> list[Act]:
    """The acts on a case, the oldest first."""
    return list(session.scalars(select(Act).where(Act.application_id == application_id).order_by(Act.id)))
