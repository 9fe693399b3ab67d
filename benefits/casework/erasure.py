"""Erasing a former member: what must still be kept and until when, who asks, and the second person who has it done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import Select, func, select, text
from sqlalchemy.orm import Session, contains_eager

from benefits.access.reach import within
from benefits.core.actor import Actor
from benefits.core.errors import DutyConflict, NotFound, RetentionRuns, StateForbids
from benefits.core.retention import kept_years
from benefits.money.entitlement import lock_person
from benefits.registry.disclosure import open_erasure
from models.erasure import Erasure, ErasureOrigin, ErasureState
from models.erasure_functions import DUTIES
from models.membership import Membership
from models.vocabulary import MembershipState

MAY_FOLLOW = {
    "withdraw": frozenset({ErasureState.REQUESTED}),
    "approve": frozenset({ErasureState.REQUESTED}),
}
_COUNTED = """
SELECT kind, count(*) AS things, nullif(max(until), 'infinity') AS until FROM ({duties}) d
GROUP BY kind HAVING max(until) >= :on ORDER BY kind
"""
_DUTIES = text(_COUNTED.format(duties=DUTIES.format(person=":person", voucher=":voucher", file=":file")))


@dataclass(frozen=True)
class Duty:
    """Why data must be kept: a kind of thing, how many of them, and the last day; None: as long as it stands."""

    kind: str
    things: int
    until: date | None


def duties_of(session: Session, actor: Actor, erasure: Erasure) -> list[Duty]:
    """What the reader's units must keep of the person; of other unions only that they must too, as `elsewhere`."""
    known = _years()
    asked = {**known, "person": erasure.person_id, "on": actor.today}
    own = [Duty(*row) for row in session.execute(_DUTIES, asked)]
    if own or erasure.state != ErasureState.REQUESTED:
        return own
    last = session.scalar(select(func.person_kept_until(erasure.person_id, known["voucher"], known["file"])))
    return [Duty("elsewhere", 1, None)] if last is not None and last >= actor.today else []


def find_erasure(session: Session, actor: Actor, erasure_id: UUID) -> Erasure:
    """A request in the actor's units; raises NotFound."""
    found = session.scalar(_visible(actor).where(Erasure.id == erasure_id).execution_options(populate_existing=True))
    if found is None:
        raise NotFound
    return found


def lock_erasure(session: Session, actor: Actor, erasure_id: UUID) -> Erasure:
    """The same, with person and request locked, for an act; raises NotFound."""
    found = find_erasure(session, actor, erasure_id)
    lock_person(session, found.person_id)
    session.execute(select(Erasure.id).where(Erasure.id == erasure_id).with_for_update(key_share=True))
    return find_erasure(session, actor, erasure_id)


def list_erasures(
    session: Session, actor: Actor, *, after: UUID | None, limit: int, state: str | None, member_id: UUID | None
) -> list[Erasure]:
    """At most `limit` + 1 requests in the actor's units, in order of asking."""
    query = _visible(actor)
    if state is not None:
        query = query.where(Erasure.state == state)
    if member_id is not None:
        query = query.where(Erasure.membership_id == member_id)
    if after is not None:
        query = query.where(Erasure.id > after)
    return list(session.scalars(query.order_by(Erasure.id).limit(limit + 1)))


def request_erasure(session: Session, actor: Actor, member: Membership, origin: ErasureOrigin) -> Erasure:
    """Ask that a former member be erased; until that is done or taken back, nothing of them is shown unmasked.

    Source: 个人信息保护法 art. 47: where the law's term runs, data are only stored and kept safe.

    Raises:
        StateForbids: a member still, or asked already. NotPermitted, OwnCase.
    """
    actor.require("erasure.request", member.unit.path)
    actor.require_stranger(member.person_id)
    if member.state != MembershipState.LEFT:
        raise StateForbids(state=member.state, act="erase")
    if open_erasure(session, member) is not None:
        raise StateForbids(state="restricted", act="erase")
    made = Erasure(
        membership_id=member.id,
        unit_id=member.unit_id,
        person_id=member.person_id,
        state=ErasureState.REQUESTED,
        origin=origin,
        requested_by=actor.account_id,
        requested_by_person=actor.person_id,
        requested_at=actor.at,
    )
    session.add(made)
    session.flush()
    return find_erasure(session, actor, made.id)


def withdraw_erasure(session: Session, actor: Actor, erasure: Erasure) -> Erasure:
    """Take the request back: the member is shown as before.

    Raises:
        StateForbids, NotPermitted.
    """
    actor.require("erasure.request", erasure.unit.path)
    return _end(session, actor, erasure, "withdraw", ErasureState.WITHDRAWN)


def approve_erasure(session: Session, actor: Actor, erasure: Erasure) -> Erasure:
    """Another person has it done: key and salt are destroyed, and every name with them; amounts and the record stay.

    Raises:
        RetentionRuns: a duty to keep runs here or in another union; `until` is the day after the last of ours, where
            it has one. DutyConflict: the same person asked. StateForbids, NotPermitted, OwnCase.
    """
    actor.require("erasure.decide", erasure.unit.path)
    actor.require_stranger(erasure.person_id)
    _require(erasure, "approve")
    if erasure.requested_by_person == actor.person_id:
        raise DutyConflict(held="erasure.request", wanted="erasure.decide")
    running = duties_of(session, actor, erasure)
    if running:
        days = [each.until for each in running]
        until = "" if None in days else max(day for day in days if day is not None) + timedelta(days=1)
        raise RetentionRuns(until=until)
    years = _years()
    session.execute(select(func.person_erase(erasure.person_id, actor.today, years["voucher"], years["file"])))
    return _end(session, actor, erasure, "approve", ErasureState.DONE)


def _end(session: Session, actor: Actor, erasure: Erasure, act: str, state: ErasureState) -> Erasure:
    _require(erasure, act)
    erasure.state = state
    erasure.ended_by, erasure.ended_by_person, erasure.ended_at = actor.account_id, actor.person_id, actor.at
    session.flush()
    return erasure


def _require(erasure: Erasure, act: str) -> None:
    if erasure.state not in MAY_FOLLOW[act]:
        raise StateForbids(state=erasure.state, act=act)


def _visible(actor: Actor) -> Select[Erasure]:
    return select(Erasure).join(Erasure.unit).options(contains_eager(Erasure.unit)).where(within(actor, "erasure.read"))


def _years() -> dict[str, int | None]:
    return {"voucher": kept_years("voucher"), "file": kept_years("member_file")}
