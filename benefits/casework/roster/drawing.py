"""Drawing a roster up: empty, of a round's eligible candidates, or of all active members of a unit, in one act."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from benefits import catalogue
from benefits.access.reach import within
from benefits.casework.assessment import assess_freely
from benefits.casework.policy_book import edition_on
from benefits.casework.roster import stages
from benefits.casework.roster.entering import Joining, enter
from benefits.casework.roster.shelf import find_roster
from benefits.casework.round import joined_round, kept_to_round, live_case_in
from benefits.core.actor import Actor
from benefits.core.errors import Fault, Invalid, NotEligible, StateForbids, invalid
from benefits.rules.declaration import parse_case_facts
from models.columns import new_id
from models.membership import Membership
from models.money import Fund
from models.roster import Roster
from models.roster_vocabulary import RosterState
from models.round import Candidate, Round
from models.unit import Unit
from models.vocabulary import MembershipState

MOST_LINES = 2_000
Fill = Literal["nothing", "candidates", "members"]


@dataclass(frozen=True)
class Item:
    """Goods: what, of which kind, how many a line, and yuan each."""

    name: str
    specification: str
    quantity: int
    unit_price: Decimal


@dataclass(frozen=True)
class Plan:
    """What a roster is for. With a round, programme, day and facts are the round's; what is said must agree."""

    unit_code: str
    title: str
    cut_off_on: date
    programme: str | None
    event_on: date | None
    facts: Mapping[str, Any]
    amount: Decimal | None
    item: Item | None
    round_id: UUID | None


def draw_up(session: Session, actor: Actor, plan: Plan, fill: Fill) -> Roster:
    """Draw a roster up and enter its first lines.

    Raises:
        Invalid: unknown unit, programme, round or facts; `needs_public_notice` where each case needs one of its own;
            `amount_follows_item`; `roster_too_long` with more members than `MOST_LINES`; a round not swept.
        NotEligible: what holds for all lines is refused by the rules already. NotPermitted.
    """
    unit = session.scalar(select(Unit).where(Unit.code == plan.unit_code, within(actor, "case.read")))
    if unit is None:
        raise invalid("/unit_code", "unit_unknown")
    actor.require("case.file", unit.path)
    if plan.item is not None and plan.amount is not None:
        raise invalid("/amount", "amount_follows_item")
    of = None
    if plan.round_id is not None:
        of = joined_round(session, actor, plan.round_id, programme=plan.programme, path=unit.path)
    programme, event_on, facts = _the_same_for_all(plan, of)
    payer = expected_payer(session, facts, of, unit)
    _require_suitable(session, programme, event_on, facts, payer)
    roster = Roster(
        id=new_id(),
        number=f"{actor.today:%Y}-{session.scalars(select(func.nextval('roster_number'))).one():06d}",
        unit_id=unit.id,
        programme=programme,
        title=plan.title,
        event_on=event_on,
        cut_off_on=plan.cut_off_on,
        facts=facts,
        round_id=plan.round_id,
        amount=plan.amount,
        **_item_columns(plan.item),
        skipped=0,
        state=RosterState.DRAWN_UP,
        drawn_up_by=actor.account_id,
    )
    session.add(roster)
    session.flush()
    members = _first_members(session, roster, unit, of, fill)
    enter(session, actor, roster, [Joining(member) for member in members])
    return find_roster(session, actor, roster.id)


def change_roster(session: Session, actor: Actor, roster: Roster, changes: Mapping[str, Any]) -> Roster:
    """Change title or cut-off day while it is drawn up."""
    actor.require("case.file", roster.unit.path)
    stages.require(roster, "change")
    for name, value in changes.items():
        setattr(roster, name, value)
    session.flush()
    return roster


def _the_same_for_all(plan: Plan, of: Round | None) -> tuple[str, date, dict[str, Any]]:
    if of is not None:
        event_on = plan.event_on or of.event_on
        return of.programme, event_on, kept_to_round(of, event_on, plan.facts, day_at="/event_on")
    missing = [name for name in ("programme", "event_on") if getattr(plan, name) is None]
    if plan.programme is None or plan.event_on is None:
        raise Invalid([Fault(f"/{name}", "required") for name in missing])
    return plan.programme, plan.event_on, dict(plan.facts)


def expected_payer(session: Session, facts: Mapping[str, Any], of: Round | None, unit: Unit) -> str:
    """Which kind of union will pay: as the facts say, the round's fund's, or the roster's own (contract §4)."""
    if facts.get("union_kind"):
        return str(facts["union_kind"])
    if of is None or of.fund_id is None:
        return unit.union_kind
    owner = select(Unit.union_kind).join(Fund, Fund.unit_id == Unit.id).where(Fund.id == of.fund_id)
    return session.scalars(owner).one()


def _require_suitable(session: Session, code: str, event_on: date, facts: Mapping[str, Any], payer: str) -> None:
    """A programme whose cases a list can carry, facts that hold for all, and no rule that refuses everybody."""
    if code not in catalogue.programmes():
        raise invalid("/programme", "programme_unknown")
    programme = catalogue.programme(code)
    parse_case_facts(programme, facts)
    known = programme.all_facts
    given = [name for name in facts if name != "union_kind"]
    own = [name for name in given if known[name].source != "given" or known[name].sensitive]
    if own:
        raise Invalid([Fault(f"/facts/{name}", "fact_of_each_member") for name in own])
    require_no_notice(session, code, event_on)
    judgement = assess_freely(session, code, event_on, {**facts, "union_kind": payer}, None)
    if judgement.assessment.unmet:
        raise NotEligible(judgement.assessment.unmet, outcome=judgement.assessment.outcome)


def require_no_notice(session: Session, programme: str, event_on: date) -> None:
    """Refuse a programme whose edition asks that each case be shown in public: its cases are filed singly."""
    running = edition_on(session, programme, event_on)
    if running is not None and running.edition.notice_working_days(event_on):
        raise invalid("/programme", "needs_public_notice")


def _item_columns(item: Item | None) -> dict[str, Any]:
    if item is None:
        return {}
    return {
        "item_name": item.name,
        "item_specification": item.specification,
        "item_quantity": item.quantity,
        "item_price": item.unit_price,
    }


def _first_members(session: Session, roster: Roster, unit: Unit, of: Round | None, fill: Fill) -> Sequence[Membership]:
    """Who is on the list from the start; of a round, those who have a live case in it are counted and skipped."""
    query = select(Membership).join(Unit, Unit.id == Membership.unit_id).where(func.starts_with(Unit.path, unit.path))
    if fill == "nothing":
        return []
    if fill == "members":
        return _few_enough(session, query.where(Membership.state == MembershipState.ACTIVE))
    if of is None:
        raise invalid("/round_id", "required")
    if of.swept_at is None:
        raise StateForbids(state="not_swept", act="draw_up")
    query = query.join(Candidate, Candidate.membership_id == Membership.id)
    query = query.where(Candidate.round_id == of.id, Candidate.outcome == "eligible")
    applied = query.where(live_case_in(of)).with_only_columns(func.count())
    roster.skipped = session.scalars(applied).one()
    return _few_enough(session, query.where(~live_case_in(of)))


def _few_enough(session: Session, query: Select[Membership]) -> Sequence[Membership]:
    by_place = query.order_by(Unit.path, Membership.department, Membership.id).limit(MOST_LINES + 1)
    members: Iterable[Membership] = session.scalars(by_place)
    found = list(members)
    if len(found) > MOST_LINES:
        raise invalid("/unit_code", "roster_too_long", most=MOST_LINES)
    return found
