"""Entering members on a roster: for each a case, filed with what is the same for all and what is the member's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from benefits.access.person import person_keys
from benefits.casework import workflow
from benefits.casework.case_facts import seal_with
from benefits.core.actor import Actor
from models.application import Application
from models.columns import new_id
from models.membership import Membership
from models.roster import Roster, RosterLine
from models.roster_vocabulary import RosterLineState
from models.vocabulary import ApplicationState

OWN_CASE = "own_case"
LISTED_TWICE = "person_listed_twice"


@dataclass(frozen=True)
class Joining:
    """A member who comes on the list; what is None is as for all. `facts` add to those of the roster."""

    member: Membership
    amount: Decimal | None = None
    quantity: int | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


def enter(session: Session, actor: Actor, roster: Roster, joining: Sequence[Joining]) -> list[RosterLine]:
    """Enter members: a line and a draft for each.

    The officer's own line, a relative's, and a person's second one are left out with the reason, and nothing is filed.
    """
    last = select(func.coalesce(func.max(RosterLine.serial), 0)).where(RosterLine.roster_id == roster.id)
    first = session.scalars(last).one() + 1
    close, people = {actor.person_id, *actor.relatives}, set()
    keys = person_keys(session, {each.member.person_id for each in joining})
    lines, cases = [], []
    for serial, each in enumerate(joining, start=first):
        person = each.member.person_id
        reason = OWN_CASE if person in close else LISTED_TWICE if person in people else None
        people.add(person)
        case = None if reason else _case(actor, roster, each, session, keys[person])
        cases += [case] if case else []
        lines.append(_line(roster, each, serial, case, reason))
    session.add_all(cases)
    session.flush()
    session.add_all(lines)
    moves = [workflow.Move(case, ApplicationState.DRAFT) for case in cases]
    workflow.advance_all(session, actor, "file", moves)
    roster.touched_at = actor.at
    session.flush()
    return lines


def amount_of(roster: Roster, quantity: int | None, amount: Decimal | None) -> Decimal | None:
    """What a line comes to: pieces by price where the roster is of goods, else its own amount or that of all."""
    if roster.item_price is not None:
        return roster.item_price * (quantity or roster.item_quantity or 1)
    return roster.amount if amount is None else amount


def _case(actor: Actor, roster: Roster, joining: Joining, session: Session, key: bytes) -> Application:
    case_id, member = new_id(), joining.member
    return Application(
        id=case_id,
        programme=roster.programme,
        unit_id=member.unit_id,
        membership_id=member.id,
        person_id=member.person_id,
        state=ApplicationState.DRAFT,
        event_on=roster.event_on,
        amount=amount_of(roster, joining.quantity, joining.amount),
        facts_cipher=seal_with(session, key, case_id, {**joining.facts, **roster.facts}),
        round_id=roster.round_id,
        roster_id=roster.id,
        filed_by=actor.account_id,
        submission=0,
    )


def _line(roster: Roster, joining: Joining, serial: int, case: Application | None, reason: str | None) -> RosterLine:
    member = joining.member
    return RosterLine(
        id=new_id(),
        roster_id=roster.id,
        unit_id=member.unit_id,
        person_id=member.person_id,
        membership_id=member.id,
        application_id=case.id if case else None,
        serial=serial,
        quantity=joining.quantity or roster.item_quantity,
        state=RosterLineState.LEFT_OUT if reason else RosterLineState.LISTED,
        reasons=[reason] if reason else [],
    )
