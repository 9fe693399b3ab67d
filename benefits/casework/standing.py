"""Where a member stands: what they were given, how much room is left over all unions, and what is open to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import islice, product

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from benefits import catalogue
from benefits.access.reach import within
from benefits.casework.assessment import Judgement, assess_freely
from benefits.casework.policy_book import edition_on
from benefits.core.actor import Actor
from benefits.core.money import NOTHING
from benefits.registry.official_calendar import calendar
from benefits.rules.assessment import assess
from benefits.rules.declaration import Label, Programme
from benefits.rules.nodes import facts_read
from benefits.rules.policy import Edition
from models.application import Application
from models.entitlement import Entitlement
from models.membership import Membership
from models.unit import Unit
from models.vocabulary import EntitlementState

_MOST_CHOICES = 60  # kinds of one programme that are tried: a bound, not a figure anybody should meet


@dataclass(frozen=True)
class Award:
    """An entry of the ledger with its unit's code, its case's number and where that case stands."""

    entry: Entitlement
    unit_code: str
    case_number: int
    case_state: str

    @property
    def live(self) -> bool:
        """Whether it counts: reserved or granted, not given back."""
        return self.entry.state != EntitlementState.RELEASED


@dataclass(frozen=True)
class Room:
    """A yearly cap in yuan, and what of it all unions together have given."""

    programme: Programme
    kind: str | None
    year: int | None
    cap: Decimal
    taken: Decimal

    @property
    def left(self) -> Decimal:
        """What may still be given; never below nothing, though a cap may have been lowered since."""
        return max(NOTHING, self.cap - self.taken)


@dataclass(frozen=True)
class Elsewhere:
    """What unions out of the reader's sight gave in all years: how often and how much, never what, where or when."""

    count: int
    amount: Decimal


@dataclass(frozen=True)
class Standing:
    """A member's awards in sight, the room left in one year, and the one line of what was taken elsewhere."""

    awards: list[Award]
    rooms: list[Room]
    elsewhere: Elsewhere


@dataclass(frozen=True)
class Prospect:
    """One kind of one programme, asked of register and ledger alone; `choice` are the facts that name the kind."""

    programme: Programme
    choice: Mapping[str, str]
    judgement: Judgement
    room: Room | None

    @property
    def wanted(self) -> dict[str, Label]:
        """The facts that are still missing, with their labels."""
        return {name: text for each in self.judgement.assessment.findings for name, text in each.wanted.items()}


def standing(session: Session, actor: Actor, member: Membership, year: int | None) -> Standing:
    """A member's standing; awards of one year or, without it, of all; the room of that year, or of this one."""
    awards = _awards(session, actor, member)
    day = date(year, 12, 31) if year and year != actor.today.year else actor.today
    rooms = {
        (room.programme.code, room.kind, room.year): room
        for room in (prospect.room for prospect in prospects(session, member, day))
        if room is not None
    }
    chosen = [award for award in awards if year in {None, award.entry.year}]
    return Standing(chosen, list(rooms.values()), _elsewhere(session, member, awards))


def prospects(session: Session, member: Membership, on: date) -> list[Prospect]:
    """Every programme with rules in force on the day, by every kind that it declares."""
    found = []
    for programme in catalogue.programmes().values():
        running = edition_on(session, programme.code, on)
        for choice in _choices(running.edition) if running else ():
            judgement = assess_freely(session, programme.code, on, choice, member)
            found.append(Prospect(programme, choice, judgement, _room(session, programme, judgement)))
    return found


def word_of(programme: Programme, code: str, language: str) -> str:
    """What people say for a kind or occasion; one that the programme does not list is shown as it is."""
    choices = (fact.choices[code] for fact in programme.facts if code in fact.choices)
    return next((text[language] for text in choices), code)


def _awards(session: Session, actor: Actor, member: Membership) -> list[Award]:
    """All that the member's person was awarded by units in the reader's sight, by programme and day."""
    rows = session.execute(
        select(Entitlement, Unit.code, Application.number, Application.state)
        .join(Unit, Unit.id == Entitlement.unit_id)
        .join(Application, Application.id == Entitlement.application_id)
        .where(Entitlement.person_id == member.person_id, within(actor, "member.read"))
        .order_by(Entitlement.programme, Entitlement.event_on, Entitlement.id)
        .execution_options(populate_existing=True)
    )
    return [Award(*row) for row in rows]


def _elsewhere(session: Session, member: Membership, awards: list[Award]) -> Elsewhere:
    """The whole ledger less what is in sight. No year narrows it: asked year by year it would tell when."""
    count, amount = 0, NOTHING
    for programme in catalogue.programmes():
        asked = (member.person_id, programme, None, None, None, None)
        all_count, all_amount = session.execute(
            select(func.entitlement_count(*asked, None), func.entitlement_sum(*asked))
        ).one()
        seen = [award.entry.amount for award in awards if award.live and award.entry.programme == programme]
        count += all_count - len(seen)
        amount += all_amount - sum(seen)
    return Elsewhere(count, amount)


def _choices(edition: Edition) -> list[dict[str, str]]:
    """Every way to name a kind: the choices of the programme's own facts that the ledger's kind is made of."""
    read = facts_read(edition.entitlement.kind, edition.derived)
    facts = [fact for fact in edition.programme.facts if fact.name in read and fact.choices]
    names = [fact.name for fact in facts]
    ways = product(*(fact.choices for fact in facts))
    return [dict(zip(names, way, strict=True)) for way in islice(ways, _MOST_CHOICES)]


def _room(session: Session, programme: Programme, judgement: Judgement) -> Room | None:
    """The yearly cap of a kind with what is taken of it; None where nothing is summed by the year alone.

    A yearly cap is the derived value `cap_year`; a programme that has none caps the year by what it gives at most to
    somebody who has taken nothing.
    """
    running, answer = judgement.running, judgement.assessment
    if running is None or answer.key is None:
        return None
    rule = running.edition.entitlement.amount_max
    read = facts_read(rule, running.edition.derived)
    summed = next(
        (
            fact.name
            for fact in programme.record_facts
            if fact.measure == "sum" and fact.match == ("kind", "year") and fact.name in read
            if not fact.kinds or answer.key.kind in fact.kinds
        ),
        None,
    )
    if summed is None or summed not in judgement.facts:
        return None
    facts = {**judgement.facts, summed: NOTHING}
    derived = assess(running.edition, facts, on=answer.on, calendar=calendar(session)).derived
    cap = derived.get("cap_year", derived.get(getattr(rule, "name", "")))
    if cap is None:
        return None
    return Room(programme, answer.key.kind, answer.key.year, Decimal(cap), judgement.facts[summed])
