"""The allocation of a round's places: once, after its last day, by a reviewer; anybody can recompute it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager

from benefits.access.accounts import account_person
from benefits.access.reach import within
from benefits.casework.assessment import replay
from benefits.casework.place.draw import Candidate, Drawn, drawn, seed_of
from benefits.casework.place.quota import draw_of
from benefits.casework.policy_book import edition_by_id
from benefits.casework.round import find_round, lock_round
from benefits.core.actor import Actor
from benefits.core.errors import DutyConflict, NotFound, StateForbids, invalid
from benefits.core.identity import mask_name
from benefits.money.duty import require_duty
from benefits.registry.official_calendar import calendar
from benefits.rules.ranking import rank_values
from models.application import Application
from models.membership import Membership
from models.place import Allocation, Place, RoundQuota
from models.place_vocabulary import PlaceState
from models.round import Round
from models.secrecy import secrecy
from models.unit import Unit
from models.vocabulary import ApplicationState as State

_CANDIDATES = (State.SUBMITTED, State.UNDER_REVIEW, State.ON_NOTICE, State.APPEALED)


def find_allocation(session: Session, actor: Actor, round_id: UUID) -> tuple[Round, Allocation]:
    """The draw of a round that the actor may see; raises NotFound where it has no quotas."""
    of = find_round(session, actor, round_id)
    draw = draw_of(session, of.id)
    if draw is None:
        raise NotFound
    return of, draw


def lock_with_cases(session: Session, actor: Actor, round_id: UUID) -> Round:
    """A round for the draw: all its cases first, so that none comes, goes or changes meanwhile, then the round."""
    of = find_round(session, actor, round_id)
    cases = select(Application.id).where(Application.round_id == of.id).order_by(Application.id)
    session.execute(cases.with_for_update(key_share=True))
    return lock_round(session, actor, round_id)


def allocate(session: Session, actor: Actor, of: Round, public_value: str | None) -> Allocation:
    """Reveal the secret, put every unit's candidates in order, and give out the places.

    Raises:
        NotFound: the round has no quotas. NotPermitted: a reviewer of the round's unit is asked.
        StateForbids: still open, or drawn already. Invalid: the public value that was announced is missing, or one is
        given that was not. OwnCase, DutyConflict: a candidate, a relative of one, or whoever filed or opened the round.
    """
    actor.require("case.decide", of.unit.path)
    _, draw = find_allocation(session, actor, of.id)
    if draw.allocated_at is not None:
        raise StateForbids(state="allocated", act="allocate")
    if actor.today <= of.closes_on:
        raise StateForbids(state="open", act="allocate")
    if (public_value is None) is not (draw.public_source is None):
        raise invalid("/public_value", "required" if public_value is None else "public_value_unannounced")
    cases = _cases(session, of)
    _require_neutral(session, actor, of, list(cases))
    quotas = {quota.unit_id: quota for quota in of.quotas if quota.places}
    seats = {quota.unit.code: quota.places for quota in quotas.values()}
    secret = secrecy(session).unwrap(draw.secret_wrapped, draw.id)
    seed = seed_of(secret, public_value)
    edition = edition_by_id(session, of.policy_id).edition
    lines = drawn(edition, seed, seats, [_candidate(session, of, each, quotas) for each in cases.values()])
    draw.secret, draw.public_value, draw.seed = secret, public_value, seed
    draw.allocated_by, draw.allocated_at = actor.account_id, actor.at
    draw.outcome = {"quotas": seats, "order": [line.published() for line in lines]}
    _give_out(session, actor, of, cases, lines)
    draw.pool = _lapsed(quotas, lines)
    of.touched_at = actor.at
    session.flush()
    return draw


def _cases(session: Session, of: Round) -> dict[UUID, Application]:
    found = session.scalars(
        select(Application)
        .join(Application.unit)
        .join(Application.membership)
        .options(contains_eager(Application.unit), contains_eager(Application.membership))
        .where(Application.round_id == of.id, Application.state.in_(_CANDIDATES))
        .order_by(Application.id)
        .execution_options(populate_existing=True)
    )
    return {application.id: application for application in found}


def _require_neutral(session: Session, actor: Actor, of: Round, cases: Sequence[UUID]) -> None:
    require_duty(session, actor, cases, "decided")
    if account_person(session, of.opened_by) == actor.person_id:
        raise DutyConflict(round_id=of.id, held="opened", wanted="allocated")


def _candidate(session: Session, of: Round, application: Application, quotas: Mapping[UUID, RoundQuota]) -> Candidate:
    """By what was assessed when the case was handed in; in the order of the unit whose quota covers theirs."""
    judgement = replay(session, application)
    edition = edition_by_id(session, of.policy_id).edition
    facts = judgement.facts if judgement else {}
    over = _over(application, quotas)
    return Candidate(
        application_id=application.id,
        unit_code=over.code,
        name=mask_name(application.membership.name),
        values=rank_values(edition, facts, on=of.event_on, calendar=calendar(session)),
    )


def _over(application: Application, quotas: Mapping[UUID, RoundQuota]) -> Unit:
    covering = (quota.unit for quota in quotas.values() if application.unit.path.startswith(quota.unit.path))
    return next(covering, application.unit)


def _give_out(
    session: Session, actor: Actor, of: Round, cases: Mapping[UUID, Application], lines: Sequence[Drawn]
) -> None:
    codes = {line.candidate.unit_code for line in lines}
    units = {unit.code: unit.id for unit in session.scalars(select(Unit).where(Unit.code.in_(codes)))}
    for line in lines:
        application = cases[line.candidate.application_id]
        session.add(
            Place(
                round_id=of.id,
                application_id=application.id,
                unit_id=application.unit_id,
                person_id=application.person_id,
                quota_unit_id=units[line.candidate.unit_code],
                rank=line.rank,
                ranked_by=dict(line.candidate.values),
                state=PlaceState.HELD if line.held else PlaceState.WAITING,
                moved_by=actor.account_id,
                moved_at=actor.at,
            )
        )


def _lapsed(quotas: Mapping[UUID, RoundQuota], lines: Sequence[Drawn]) -> int:
    """Take back to the round's pool what a unit has more places than candidates; how many that is."""
    asked = Counter(line.candidate.unit_code for line in lines)
    unused = 0
    for quota in quotas.values():
        wanted = min(quota.places, asked[quota.unit.code])
        unused += quota.places - wanted
        quota.places = wanted
    return unused


def names_in_reach(session: Session, actor: Actor, round_id: UUID) -> dict[UUID, tuple[str, Place]]:
    """Full names and present states, by case, as far as the actor reads cases; everybody else stays masked."""
    rows = session.execute(
        select(Membership.name, Place)
        .join(Application, Application.id == Place.application_id)
        .join(Membership, Membership.id == Application.membership_id)
        .join(Unit, Unit.id == Place.unit_id)
        .where(Place.round_id == round_id, within(actor, "case.read"))
        .execution_options(populate_existing=True)
    )
    return {place.application_id: (name, place) for name, place in rows}


def offer_from_pool(session: Session, actor: Actor, of: Round, unit_code: str) -> Allocation:
    """The keeper gives a place of the pool to the first who waits in a unit's order.

    Raises:
        NotPermitted. StateForbids: the pool is empty, nobody waits there, or the leave has begun. Invalid: no such
            unit.
    """
    actor.require("round.keep", of.unit.path)
    _, draw = find_allocation(session, actor, of.id)
    if draw.pool == 0:
        raise StateForbids(state="pool_empty", act="pool")
    if actor.today >= of.event_on:
        raise StateForbids(state="begun", act="pool")
    unit = session.scalar(select(Unit).where(Unit.code == unit_code, within(actor, "round.keep")))
    if unit is None:
        raise invalid("/unit_code", "unit_unknown")
    following = session.scalar(
        select(Place)
        .where(Place.round_id == of.id, Place.quota_unit_id == unit.id, Place.state == PlaceState.WAITING)
        .order_by(Place.rank)
        .limit(1)
    )
    if following is None:
        raise StateForbids(state="nobody_waits", act="pool")
    following.state, following.moved_by, following.moved_at = PlaceState.HELD, actor.account_id, actor.at
    quota = session.get(RoundQuota, (of.id, unit.id))
    if quota is None:
        quota = RoundQuota(round_id=of.id, unit_id=unit.id, places=0)
        session.add(quota)
    quota.places, quota.set_by, quota.set_at = quota.places + 1, actor.account_id, actor.at
    draw.pool -= 1
    of.touched_at = actor.at
    session.flush()
    return draw
