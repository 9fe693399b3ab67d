"""The cut-off: every line is assessed and handed in; whom the rules do not allow is left out, the rest goes on."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from benefits.access.person import person_keys
from benefits.casework.assessment import Judgement, assess_cases
from benefits.casework.decision import hand_in, require_ready
from benefits.casework.grant import is_money
from benefits.casework.roster import stages
from benefits.casework.roster.drawing import expected_payer, require_no_notice
from benefits.casework.roster.leaving_out import leave_out, part
from benefits.casework.roster.shelf import Carried, carried
from benefits.core.actor import Actor
from benefits.core.errors import StateForbids
from benefits.money.duty import require_duty
from benefits.money.payee import NO_PAYEE, registered_with, seal_with
from models.membership import Membership
from models.roster import Roster
from models.roster_vocabulary import RosterState
from models.round import Round
from models.together import write_together


def freeze(session: Session, actor: Actor, roster: Roster) -> Roster:
    """Freeze a roster, on its cut-off day or later. Money is paid to the account that the register holds now.

    Raises:
        StateForbids: not drawn up, before the cut-off day, or without lines. NotPermitted, OwnCase, DutyConflict.
    """
    actor.require("case.file", roster.unit.path)
    stages.require(roster, "freeze")
    if actor.today < roster.cut_off_on:
        raise StateForbids(state="before_cut_off", act="freeze", cut_off_on=roster.cut_off_on)
    lines = carried(session, roster)
    if not lines:
        raise StateForbids(state="no_lines", act="freeze")
    require_no_notice(session, roster.programme, roster.event_on)
    require_duty(session, actor, [each.case.id for each in lines], "filed")
    of = session.get(Round, roster.round_id) if roster.round_id else None
    payer = expected_payer(session, roster.facts, of, roster.unit)
    judgements = assess_cases(session, [each.case for each in lines], payer_kind=payer)
    _name_payees(session, lines, judgements)
    going, out = part(session, actor, lines, judgements, require_ready)
    for each in going:
        given = each.judgement.assessment.entitlement
        each.carried.line.form, each.carried.line.touched_at = given.form if given else None, actor.at
    write_together(session, [each.carried.line for each in going])
    leave_out(session, actor, out, "withdraw")
    hand_in(session, actor, [(each.carried.case, each.judgement) for each in going])
    stages.move(actor, roster, RosterState.FROZEN)
    session.flush()
    return roster


def _name_payees(session: Session, lines: Sequence[Carried], judgements: Sequence[Judgement]) -> None:
    """Who is given money is paid to the account on the register; goods, cover and services are paid to nobody."""
    cases = [each.case for each, said in zip(lines, judgements, strict=True) if is_money(said.assessment)]
    keys = person_keys(session, {case.person_id for case in cases})
    members = {
        member.id: member
        for member in session.scalars(
            select(Membership).where(Membership.id.in_([case.membership_id for case in cases]))
        )
    }
    for case in cases:
        key = keys[case.person_id]
        payee = registered_with(session, key, members[case.membership_id])
        columns = seal_with(session, key, case.id, payee).columns() if payee else NO_PAYEE
        for column, value in columns.items():
            setattr(case, column, value)
