"""The life of a place: which act leads from which state to which; a place that falls free goes to the next in order."""

from __future__ import annotations

from types import MappingProxyType
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from benefits.access.reach import within
from benefits.casework.application import lock_application
from benefits.core.actor import Actor
from benefits.core.errors import NotFound, StateForbids
from models.application import Application
from models.membership import Membership
from models.place import Place
from models.place_vocabulary import PlaceState as State
from models.round import Round
from models.unit import Unit

# act -> states it may follow; `offer` is the database's, in the order of the draw.
MAY_FOLLOW = MappingProxyType(
    {
        "decline": frozenset({State.WAITING, State.HELD}),
        "release": frozenset({State.WAITING, State.HELD, State.CONFIRMED}),
        "confirm": frozenset({State.HELD}),
        "depart": frozenset({State.CONFIRMED}),
        "return": frozenset({State.DEPARTED}),
        "settle": frozenset({State.RETURNED}),
    }
)
OVER = frozenset({State.DECLINED, State.RELEASED})


def _visible(actor: Actor) -> Select[Place]:
    return select(Place).join(Unit, Unit.id == Place.unit_id).where(within(actor, "case.read"))


def find_place(session: Session, actor: Actor, place_id: UUID) -> Place:
    """A place that the actor may see; raises NotFound."""
    place = session.scalar(_visible(actor).where(Place.id == place_id).execution_options(populate_existing=True))
    if place is None:
        raise NotFound
    return place


def lock_place(session: Session, actor: Actor, place_id: UUID) -> Place:
    """The same for an act, locked in the house's order: the person, the case, the round, then the place."""
    found = find_place(session, actor, place_id)
    lock_application(session, actor, found.application_id)
    return hold_place(session, found)


def hold_place(session: Session, place: Place) -> Place:
    """Lock the round and then a place of it, of a case that is locked."""
    session.execute(select(func.round_hold(place.round_id)))
    session.refresh(place, with_for_update={"key_share": True})
    return place


def list_places(
    session: Session,
    actor: Actor,
    *,
    after: UUID | None,
    limit: int,
    round_id: UUID | None = None,
    state: str | None = None,
    unit_code: str | None = None,
) -> list[Place]:
    """Places in order of creation, one more than `limit` where there are more."""
    query = _visible(actor).order_by(Place.id).limit(limit + 1)
    if after is not None:
        query = query.where(Place.id > after)
    if unit_code is not None:
        query = query.where(Unit.code == unit_code)
    for column, wanted in ((Place.round_id, round_id), (Place.state, state)):
        if wanted is not None:
            query = query.where(column == wanted)
    return list(session.scalars(query))


def place_of(session: Session, application_id: UUID) -> Place | None:
    """The place of a case, whatever became of it; None where it never was in a draw."""
    return session.scalar(
        select(Place).where(Place.application_id == application_id).execution_options(populate_existing=True)
    )


def whose(session: Session, place: Place) -> tuple[Application, Membership, Unit]:
    """The case of a place, its member and their unit."""
    row = session.execute(
        select(Application, Membership, Unit)
        .join(Membership, Membership.id == Application.membership_id)
        .join(Unit, Unit.id == Application.unit_id)
        .where(Application.id == place.application_id)
    ).one()
    return row[0], row[1], row[2]


def require(place: Place, act: str) -> None:
    """Refuse with `StateForbids` unless the act may follow the place's state."""
    if place.state not in MAY_FOLLOW[act]:
        raise StateForbids(state=place.state, act=act)


def move(session: Session, actor: Actor, place: Place, act: str, to: State, *, reason: str | None = None) -> None:
    """Move a place by one act.

    What falls free before the leave begins is offered to the next in the unit's order; with nobody waiting, or too
    late, it lapses to the round's pool.
    """
    require(place, act)
    free = to in OVER and place.state != State.WAITING
    place.state, place.moved_by, place.moved_at, place.touched_at = to, actor.account_id, actor.at, actor.at
    if reason is not None:
        place.reason = reason
    session.flush()
    if free:
        begins = session.scalars(select(Round.event_on).where(Round.id == place.round_id)).one()
        offered = func.place_offer_next(
            place.round_id, place.quota_unit_id, actor.today < begins, actor.account_id, actor.at
        )
        session.execute(select(offered))
