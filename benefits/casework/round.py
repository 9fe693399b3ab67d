"""Rounds: opened by an officer over a unit's subtree, swept as a job, their candidates read by the units below."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, select
from sqlalchemy.orm import Session, contains_eager, selectinload

from benefits import catalogue
from benefits.access.reach import along, within
from benefits.casework.policy_book import edition_on
from benefits.core.actor import Actor
from benefits.core.errors import Fault, Invalid, NotFound, invalid
from benefits.money.fund import paying_fund
from benefits.rules.declaration import parse_case_facts
from models.application import Application
from models.columns import new_id
from models.place import RoundQuota
from models.round import Candidate, Round
from models.unit import Unit
from models.vocabulary import OVER


def _visible(actor: Actor) -> Select[Round]:
    """Rounds of the actor's units, of those below and those above."""
    quotas = selectinload(Round.quotas).joinedload(RoundQuota.unit)
    return select(Round).join(Round.unit).options(contains_eager(Round.unit), quotas).where(along(actor, "round.read"))


def find_round(session: Session, actor: Actor, round_id: UUID) -> Round:
    """A round that the actor may see; raises NotFound."""
    found = session.scalar(_visible(actor).where(Round.id == round_id).execution_options(populate_existing=True))
    if found is None:
        raise NotFound
    return found


def lock_round(session: Session, actor: Actor, round_id: UUID) -> Round:
    """The same, held until the transaction ends (a round of a unit above cannot be held, nor acted on)."""
    found = find_round(session, actor, round_id)
    session.execute(select(Round.id).where(Round.id == found.id).with_for_update(key_share=True))
    return find_round(session, actor, round_id)


def list_rounds(
    session: Session, actor: Actor, *, after: UUID | None, limit: int, programme: str | None, open_on: date | None
) -> list[Round]:
    """Rounds in order of opening, one more than `limit` where there are more."""
    query = _visible(actor).order_by(Round.id).limit(limit + 1)
    if after is not None:
        query = query.where(Round.id > after)
    if programme is not None:
        query = query.where(Round.programme == programme)
    if open_on is not None:
        query = query.where(Round.opens_on <= open_on, Round.closes_on >= open_on)
    return list(session.scalars(query))


def open_round(
    session: Session,
    actor: Actor,
    *,
    unit_code: str,
    programme: str,
    title: str,
    event_on: date,
    opens_on: date,
    closes_on: date,
    facts: Mapping[str, Any],
    fund_id: UUID | None,
) -> Round:
    """Offer a programme to the members below a unit, judged as of `event_on` by the edition in force on that day.

    Raises:
        Invalid: unknown unit, programme, facts or fund, days out of order, no edition in force, or facts that are each
        member's own. NotPermitted.
    """
    unit = session.scalar(select(Unit).where(Unit.code == unit_code, within(actor, "round.read")))
    if unit is None:
        raise invalid("/unit_code", "unit_unknown")
    actor.require("round.keep", unit.path)
    if closes_on < opens_on:
        raise invalid("/closes_on", "days_out_of_order")
    policy_id = _edition_for(session, programme, event_on, facts)
    fund = None if fund_id is None else paying_fund(session, actor, fund_id, unit.path)
    opened = Round(
        id=new_id(),
        unit_id=unit.id,
        programme=programme,
        title=title,
        event_on=event_on,
        opens_on=opens_on,
        closes_on=closes_on,
        policy_id=policy_id,
        fund_id=fund.id if fund else None,
        facts=dict(facts),
        criteria=[],
        opened_by=actor.account_id,
    )
    session.add(opened)
    session.flush()
    return find_round(session, actor, opened.id)


def _edition_for(session: Session, programme: str, event_on: date, facts: Mapping[str, Any]) -> UUID:
    """The edition in force, once programme and facts are found to be such as hold for all."""
    if programme not in catalogue.programmes():
        raise invalid("/programme", "programme_unknown")
    running = edition_on(session, programme, event_on)
    if running is None:
        raise invalid("/event_on", "no_policy_in_force")
    declared = catalogue.programme(programme)
    parse_case_facts(declared, facts)
    own = [name for name in facts if declared.all_facts[name].source != "given" and name != "union_kind"]
    if own:
        raise Invalid([Fault(f"/facts/{name}", "fact_of_each_member") for name in own])
    return running.policy_id


def joined_round(session: Session, actor: Actor, round_id: UUID, *, programme: str | None, path: str) -> Round:
    """The round in which something is filed: open today, to the unit at `path`, and for this programme if one is said.

    Raises:
        Invalid: at `/round_id`; an invisible round, or one for others, looks like none.
    """
    try:
        found = find_round(session, actor, round_id)
    except NotFound:
        raise invalid("/round_id", "round_unknown") from None
    if programme not in {None, found.programme} or not path.startswith(found.unit.path):
        raise invalid("/round_id", "round_unknown")
    if not found.opens_on <= actor.today <= found.closes_on:
        raise invalid("/round_id", "round_closed", opens_on=found.opens_on, closes_on=found.closes_on)
    return found


def kept_to_round(of: Round, on: date, facts: Mapping[str, Any], *, day_at: str = "/on") -> dict[str, Any]:
    """The facts with those of the round; a day or fact that is not the round's is refused."""
    faults = [
        Fault(f"/facts/{name}", "differs_from_round", {"wanted": wanted})
        for name, wanted in of.facts.items()
        if facts.get(name, wanted) != wanted
    ]
    if on != of.event_on:
        faults.append(Fault(day_at, "differs_from_round", {"wanted": of.event_on}))
    if faults:
        raise Invalid(faults)
    return {**facts, **of.facts}


def live_case_in(of: Round) -> ColumnElement[bool]:
    """Whether a candidate has a case: filed in the round, or for its programme and day."""
    return exists().where(
        Application.membership_id == Candidate.membership_id,
        (Application.round_id == of.id)
        | ((Application.programme == of.programme) & (Application.event_on == of.event_on)),
        Application.state.not_in(OVER),
    )
