"""Covers: found within the reader's scope, in force once paid for, left mid-term, ended by their term or a claim."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session, contains_eager

from benefits.access.reach import within
from benefits.casework.policy_book import edition_by_id
from benefits.core.actor import Actor
from benefits.core.errors import NotFound, StateForbids, invalid
from benefits.money.entitlement import lock_person
from models.cover import Cover
from models.cover_vocabulary import CoverEnd, LeaveReason
from models.cover_vocabulary import CoverState as State
from models.membership import Membership
from models.unit import Unit

# act -> states it may follow.
MAY_FOLLOW = MappingProxyType(
    {
        "confirm_premium": frozenset({State.PENDING}),
        "leave": frozenset({State.PENDING, State.IN_FORCE}),
        "claim_out": frozenset({State.IN_FORCE}),
        "reopen": frozenset({State.ENDED}),
        "take_back": frozenset({State.PENDING, State.IN_FORCE, State.ENDED}),
    }
)
EXPIRED = "expired"


@dataclass(frozen=True)
class CoverFilter:
    """Which covers; None means any. `payer` is `member`, `unit`, `upper` or `gift`: who bears a part."""

    unit_code: str | None = None
    plan: str | None = None
    term_start_on: date | None = None
    state: str | None = None
    payer: str | None = None
    member_id: UUID | None = None


def visible(actor: Actor, permission: str = "cover.read") -> Select[Cover]:
    """Covers of the units in the actor's subtrees, each with its member and unit; undone approvals made none."""
    return (
        select(Cover)
        .join(Cover.unit)
        .join(Cover.membership)
        .options(contains_eager(Cover.unit), contains_eager(Cover.membership))
        .where(within(actor, permission), Cover.ended_reason.is_distinct_from(CoverEnd.TAKEN_BACK))
    )


def find_cover(session: Session, actor: Actor, cover_id: UUID) -> Cover:
    """A cover that the actor may see; raises NotFound."""
    found = session.scalar(visible(actor).where(Cover.id == cover_id).execution_options(populate_existing=True))
    if found is None:
        raise NotFound
    return found


def lock_cover(session: Session, actor: Actor, cover_id: UUID) -> Cover:
    """The same for an act: the person first, then the cover."""
    found = find_cover(session, actor, cover_id)
    lock_person(session, found.person_id)
    session.execute(select(Cover.id).where(Cover.id == cover_id).with_for_update(key_share=True))
    return find_cover(session, actor, cover_id)


def list_covers(session: Session, actor: Actor, chosen: CoverFilter, *, after: UUID | None, limit: int) -> list[Cover]:
    """Covers in order of their making, one more than `limit` where there are more."""
    query = visible(actor).where(*_conditions(actor, chosen)).order_by(Cover.id).limit(limit + 1)
    if after is not None:
        query = query.where(Cover.id > after)
    return list(session.scalars(query))


def covers_of(session: Session, actor: Actor, member: Membership) -> list[Cover]:
    """All covers of the member's person that are in the reader's sight, the oldest first."""
    query = visible(actor, "member.read").where(Cover.person_id == member.person_id).order_by(Cover.id)
    return list(session.scalars(query))


def changes(session: Session, actor: Actor, chosen: CoverFilter, *, after: UUID | None, limit: int) -> list[Cover]:
    """The covers of those who joined after the term's start or left before its end (domain §6.2)."""
    moved = or_(Cover.effective_on > Cover.term_start_on, Cover.left_on.is_not(None))
    query = visible(actor).where(*_conditions(actor, chosen), moved).order_by(Cover.id).limit(limit + 1)
    if after is not None:
        query = query.where(Cover.id > after)
    return list(session.scalars(query))


def _conditions(actor: Actor, chosen: CoverFilter) -> list[ColumnElement[bool]]:
    wanted = [
        column == value
        for column, value in (
            (Unit.code, chosen.unit_code),
            (Cover.plan, chosen.plan),
            (Cover.term_start_on, chosen.term_start_on),
            (Cover.membership_id, chosen.member_id),
        )
        if value is not None
    ]
    if chosen.payer is not None:
        wanted.append(getattr(Cover, f"{chosen.payer}_part") > 0)
    over = and_(Cover.state == State.IN_FORCE, Cover.term_end_on < actor.today)
    if chosen.state == State.ENDED:
        wanted.append(or_(Cover.state == State.ENDED, over))
    elif chosen.state is not None:
        wanted += [Cover.state == chosen.state, ~over]
    return wanted


def standing(cover: Cover, today: date) -> tuple[str, str | None, date | None]:
    """State, reason and last day as of today: a cover in force whose term is over has expired."""
    if cover.state == State.IN_FORCE and cover.term_end_on < today:
        return State.ENDED, EXPIRED, cover.term_end_on
    return cover.state, cover.ended_reason, cover.ended_on


def advance(
    session: Session,
    actor: Actor,
    cover: Cover,
    act: str,
    to: State,
    *,
    reason: CoverEnd | None = None,
    on: date | None = None,
) -> None:
    """Move a cover by one act; nothing else moves its state. An ended one says why and which day was its last."""
    if cover.state not in MAY_FOLLOW[act]:
        raise StateForbids(state=cover.state, act=act)
    cover.state, cover.ended_reason, cover.ended_on = to, reason, on
    cover.touched_at = actor.at
    session.flush()


def leave(session: Session, actor: Actor, cover: Cover, *, on: date, reason: LeaveReason) -> Cover:
    """A member leaves mid-term: by the plan's rule the cover ends that day or runs on; nothing is paid back (§6.1).

    It ends at once where its premium was never paid, at death, and in the plans of the figure `leaver_ends_plans`.

    Raises:
        StateForbids: it has ended, or the leaving is noted already. Invalid: a day outside the cover. OwnCase.
    """
    actor.require("cover.keep", cover.unit.path)
    actor.require_stranger(cover.person_id)
    state, _, _ = standing(cover, actor.today)
    if state not in MAY_FOLLOW["leave"] or cover.left_on is not None:
        raise StateForbids(state="left" if cover.left_on else state, act="leave")
    if not cover.effective_on <= on <= cover.term_end_on:
        raise invalid("/on", "outside_cover", first=cover.effective_on, last=cover.term_end_on)
    cover.left_on, cover.left_reason, cover.left_by, cover.left_at = on, reason, actor.account_id, actor.at
    ends = edition_by_id(session, cover.policy_id).edition.figure("leaver_ends_plans", cover.term_start_on)
    if state == State.PENDING or reason == LeaveReason.DEATH or (ends and cover.plan in ends.value):
        advance(session, actor, cover, "leave", State.ENDED, reason=CoverEnd.LEFT, on=on)
    else:
        cover.touched_at = actor.at
        session.flush()
    return cover
