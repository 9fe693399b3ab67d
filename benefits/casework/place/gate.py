"""What places add to the acts on a case: approval wants one and a public notice of who goes; an end frees it."""

from __future__ import annotations

from sqlalchemy.orm import Session

from benefits.casework.assessment import Judgement
from benefits.casework.place.life import MAY_FOLLOW, OVER, hold_place, move, place_of
from benefits.casework.place.quota import draw_of
from benefits.core.actor import Actor
from benefits.core.errors import StateForbids
from models.application import Application
from models.place import Place
from models.place_vocabulary import PlaceState
from models.vocabulary import ApplicationState

_HANDED_IN_NEXT = frozenset({ApplicationState.DRAFT, ApplicationState.RETURNED})


def _scarce(session: Session, application: Application) -> bool:
    """Whether the case is of a round with quotas; any other has nothing to do with places."""
    return application.round_id is not None and draw_of(session, application.round_id) is not None


def _held(session: Session, application: Application, act: str) -> Place:
    """The case's place; raises StateForbids while it waits for one or has lost it."""
    place = place_of(session, application.id)
    if place is None or place.state == PlaceState.WAITING or place.state in OVER:
        raise StateForbids(state="no_place", act=act)
    return place


def require_place(session: Session, _actor: Actor, application: Application, _judgement: Judgement) -> None:
    """Approve only who has a place, where the round's are scarce; to hand in none is needed yet."""
    if application.state not in _HANDED_IN_NEXT and _scarce(session, application):
        _held(session, application, "approve")


def notice_days(session: Session, application: Application, judgement: Judgement) -> int:
    """How many working days the participants are shown in public (statement 38): those with a place, nobody else.

    Raises:
        StateForbids: the round's places are scarce and this case has none.
    """
    if judgement.running is None:
        return 0
    edition, on = judgement.running.edition, application.event_on
    if not _scarce(session, application):
        return edition.notice_working_days(on)
    _held(session, application, "endorse")
    days = edition.figure("participants_notice_days", on)
    return int(days.value) if days else 0


def paid_later(session: Session, application: Application) -> bool:
    """A leave with a place is paid when it is settled against its invoices, not when it is approved."""
    return _scarce(session, application)


def free_place(session: Session, actor: Actor, application: Application) -> None:
    """The case ended or its approval was taken back: its place is free for the next.

    Raises:
        StateForbids: the leave has begun; what was travelled cannot be taken back.
    """
    place = place_of(session, application.id)
    if place is None or place.state in OVER:
        return
    hold_place(session, place)
    if place.state not in MAY_FOLLOW["release"]:
        raise StateForbids(state=place.state, act="return")
    move(session, actor, place, "release", PlaceState.RELEASED)
