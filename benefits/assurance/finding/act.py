"""What is done about a finding: assigned, answered, returned, closed by somebody else, visited again, reopened."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from benefits.assurance.finding.finding import ANSWER, AUDIT, require_deadline, responsible_account
from benefits.assurance.finding.life import advance, require_state
from benefits.core.actor import Actor
from benefits.core.errors import NotPermitted, OwnFinding, invalid
from models.account import Account
from models.audit_finding import AuditFinding, FindingAct
from models.audit_vocabulary import FindingState, RevisitOutcome

_RECTIFYING = ("answer", "add_paper")


def assign(
    session: Session, actor: Actor, finding: AuditFinding, *, responsible_id: UUID, due_on: date, reason: str
) -> AuditFinding:
    """Give an unanswered finding to another account or another day; raises as opening does, StateForbids."""
    _require_auditor(actor, finding)
    require_state(finding, "assign")
    require_deadline(actor, due_on)
    finding.responsible_id = responsible_account(session, actor, responsible_id, finding.unit).id
    finding.due_on = due_on
    advance(session, actor, finding, "assign", FindingState(finding.state), note=reason)
    session.refresh(finding, ["responsible"])
    return finding


def answer(session: Session, actor: Actor, finding: AuditFinding, *, rectification: str) -> AuditFinding:
    """Who is responsible says what was rectified; raises NotPermitted, StateForbids."""
    require_responsible(actor, finding)
    advance(session, actor, finding, "answer", FindingState.ANSWERED, note=rectification)
    return finding


def send_back(session: Session, actor: Actor, finding: AuditFinding, *, reason: str, due_on: date) -> AuditFinding:
    """An auditor finds the rectification wanting (退回整改); raises Invalid, NotPermitted, StateForbids, OwnFinding."""
    _require_other(session, actor, finding, _RECTIFYING)
    return _to_rectify_again(session, actor, finding, "return", reason, due_on)


def close(session: Session, actor: Actor, finding: AuditFinding, *, note: str | None) -> AuditFinding:
    """Close an answered finding (销号): by an auditor who neither opened it nor had a hand in its rectification.

    Judged by person, whatever the account (domain: verifier ≠ rectifier; issue: closure by somebody else).

    Raises:
        NotPermitted, OwnCase, StateForbids. OwnFinding: this person opened it, answers or answered for it.
    """
    _require_other(session, actor, finding, ("open", *_RECTIFYING))
    require_state(finding, "close")
    finding.closed_on = actor.today
    advance(session, actor, finding, "close", FindingState.CLOSED, note=note)
    return finding


def revisit(
    session: Session,
    actor: Actor,
    finding: AuditFinding,
    *,
    on: date,
    outcome: RevisitOutcome,
    note: str,
    due_on: date | None,
) -> AuditFinding:
    """审计回访 of a closed finding: it held, or the fault came back and is to be rectified until a day.

    Raises:
        Invalid: the visit lies before the closure or is still to come; a relapse without a deadline.
        NotPermitted, OwnCase, StateForbids. OwnFinding: this person answers or answered for it.
    """
    _require_other(session, actor, finding, _RECTIFYING)
    require_state(finding, "revisit")
    if finding.closed_on is not None and not finding.closed_on <= on <= actor.today:
        raise invalid("/on", "day_outside", earliest=finding.closed_on, latest=actor.today)
    if (due_on is None) == (outcome == RevisitOutcome.RELAPSED):
        raise invalid("/due_on", "deadline_of_relapse")
    to = FindingState.REVISITED
    if due_on is not None:
        require_deadline(actor, due_on)
        finding.due_on, to = due_on, FindingState.RETURNED
    advance(session, actor, finding, "revisit", to, note=note, visited_on=on, outcome=outcome)
    return finding


def reopen(session: Session, actor: Actor, finding: AuditFinding, *, reason: str, due_on: date) -> AuditFinding:
    """Open a closed finding again; raises Invalid, NotPermitted, OwnCase, StateForbids, OwnFinding."""
    _require_other(session, actor, finding, _RECTIFYING)
    return _to_rectify_again(session, actor, finding, "reopen", reason, due_on)


def require_responsible(actor: Actor, finding: AuditFinding) -> None:
    """Refuse with NotPermitted whoever does not answer for the finding, from that account and in that unit."""
    actor.require(ANSWER, finding.unit.path)
    if finding.responsible_id != actor.account_id:
        raise NotPermitted(permission=ANSWER)


def _to_rectify_again(
    session: Session, actor: Actor, finding: AuditFinding, act: str, reason: str, due_on: date
) -> AuditFinding:
    require_state(finding, act)
    require_deadline(actor, due_on)
    finding.due_on = due_on
    advance(session, actor, finding, act, FindingState.RETURNED, note=reason)
    return finding


def _require_auditor(actor: Actor, finding: AuditFinding) -> None:
    actor.require(AUDIT, finding.unit.path)
    if finding.application_id is not None:
        actor.require_stranger(finding.person_id)


def _require_other(session: Session, actor: Actor, finding: AuditFinding, acts: tuple[str, ...]) -> None:
    """An auditor whose person did none of these acts, and who does not answer for the finding."""
    _require_auditor(actor, finding)
    did = session.scalars(
        select(FindingAct.actor_person_id).where(FindingAct.finding_id == finding.id, FindingAct.act.in_(acts))
    )
    answers = session.scalar(select(Account.person_id).where(Account.id == finding.responsible_id))
    if actor.person_id in {*did, answers}:
        raise OwnFinding
