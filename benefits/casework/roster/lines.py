"""Lines while the roster is drawn up: added, changed and removed by an officer, one at a time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from benefits import catalogue
from benefits.access.reach import within
from benefits.casework import workflow
from benefits.casework.case_facts import seal_facts, stored_facts
from benefits.casework.roster import stages
from benefits.casework.roster.drawing import MOST_LINES
from benefits.casework.roster.entering import Joining, amount_of, enter
from benefits.casework.roster.leaving_out import end_cases
from benefits.core.actor import Actor
from benefits.core.errors import AlreadyExists, Fault, Invalid, StateForbids, invalid
from benefits.money.duty import require_duty
from benefits.rules.declaration import parse_case_facts
from models.application import Application
from models.membership import Membership
from models.roster import Roster, RosterLine
from models.roster_vocabulary import RosterLineState
from models.unit import Unit
from models.vocabulary import ApplicationState

REMOVED = "removed"


def add_line(session: Session, actor: Actor, roster: Roster, *, member_id: UUID, own: Mapping[str, Any]) -> RosterLine:
    """Put a member of the roster's subtree on it; `own`: `amount`, `quantity`, `facts`, where not as for all.

    Raises:
        Invalid: no such member, facts that are the roster's, too many lines. OwnCase: the officer's own, a relative's.
        AlreadyExists: the person is on the list. StateForbids, NotPermitted.
    """
    actor.require("case.file", roster.unit.path)
    stages.require(roster, "change")
    found = session.execute(
        select(Membership, Unit.path)
        .join(Unit, Unit.id == Membership.unit_id)
        .where(Membership.id == member_id, within(actor, "case.file"))
    ).first()
    if found is None or not found.path.startswith(roster.unit.path):
        raise invalid("/member_id", "member_unknown")
    member: Membership = found[0]
    actor.require_stranger(member.person_id)
    require_own(roster, own)
    require_room(session, roster, member)
    joining = Joining(member, own.get("amount"), own.get("quantity"), own.get("facts") or {})
    return enter(session, actor, roster, [joining])[0]


def require_room(session: Session, roster: Roster, member: Membership) -> None:
    """Refuse a person who is on the list already, and a line beyond the most that it holds."""
    live = (RosterLine.roster_id == roster.id, RosterLine.state != RosterLineState.LEFT_OUT)
    if session.scalar(select(RosterLine.id).where(*live, RosterLine.person_id == member.person_id)) is not None:
        raise AlreadyExists
    if session.scalars(select(func.count()).where(*live)).one() >= MOST_LINES:
        raise invalid("/member_id", "roster_too_long", most=MOST_LINES)


def require_own(roster: Roster, own: Mapping[str, Any]) -> None:
    """Refuse a line's own values that the roster fixes for all: its facts, and the amount of goods.

    Raises:
        Invalid.
    """
    facts = own.get("facts") or {}
    parse_case_facts(catalogue.programme(roster.programme), facts)
    faults = [
        Fault(f"/facts/{name}", "differs_from_roster", {"wanted": wanted})
        for name, wanted in roster.facts.items()
        if facts.get(name, wanted) != wanted
    ]
    if roster.item_price is not None and own.get("amount") is not None:
        faults.append(Fault("/amount", "amount_follows_item"))
    if roster.item_price is None and own.get("quantity") is not None:
        faults.append(Fault("/quantity", "no_item"))
    if faults:
        raise Invalid(faults)


def change_line(session: Session, actor: Actor, line: RosterLine, changes: Mapping[str, Any]) -> RosterLine:
    """Change a line's own `amount`, `quantity` or `facts`; what is absent stays."""
    case = _case_of(session, actor, line)
    roster = line.roster
    require_own(roster, changes)
    if "quantity" in changes:
        line.quantity = changes["quantity"] or roster.item_quantity
        case.amount = amount_of(roster, line.quantity, None)
    if "amount" in changes:
        case.amount = amount_of(roster, None, changes["amount"])
    if "facts" in changes:
        facts = {**changes["facts"], **roster.facts}
        if facts != stored_facts(session, case):
            case.facts_cipher = seal_facts(session, case.person_id, case.id, facts)
    workflow.advance(session, actor, case, "change", ApplicationState(case.state))
    _touch(session, actor, line)
    return line


def remove_line(session: Session, actor: Actor, line: RosterLine) -> None:
    """Take a member off the list; line and case stay for the auditor."""
    case = _case_of(session, actor, line)
    end_cases(session, actor, "withdraw", [workflow.Move(case, ApplicationState.WITHDRAWN, REMOVED)])
    case.roster_id = None
    line.state, line.reasons = RosterLineState.LEFT_OUT, [REMOVED]
    _touch(session, actor, line)


def _case_of(session: Session, actor: Actor, line: RosterLine) -> Application:
    actor.require("case.file", line.roster.unit.path)
    stages.require(line.roster, "change")
    if line.state != RosterLineState.LISTED or line.application_id is None:
        raise StateForbids(state=line.state, act="change")
    require_duty(session, actor, [line.application_id], "filed")
    return session.get_one(Application, line.application_id, populate_existing=True)


def _touch(session: Session, actor: Actor, line: RosterLine) -> None:
    line.touched_at = line.roster.touched_at = actor.at
    session.flush()
