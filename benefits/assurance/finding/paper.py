"""A finding as a rectification notice (整改通知书), and a selection of findings as a list for printing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from benefits.assurance.finding.evidence import papers_of
from benefits.assurance.finding.finding import acts_of
from benefits.assurance.finding.life import is_overdue
from benefits.core.actor import Actor
from benefits.papers import audit_finding as paper
from benefits.record.writer import write_entry
from models.account import Account
from models.application import Application
from models.audit_finding import AuditFinding
from models.unit import Unit


def print_notice(session: Session, actor: Actor, finding: AuditFinding, language: str) -> bytes:
    """The notice of a finding with its course so far, as PDF; the print enters the record."""
    acts, papers = acts_of(session, finding), papers_of(session, finding)
    names = _names(session, {finding.opened_by, *(act.account_id for act in acts)})
    steps = [paper.Step(act.act, names.get(act.account_id, ""), act.acted_at, act.note or "") for act in acts]
    cases = _cases(session, [finding])
    shown = _finding(actor, finding, names, cases, steps, [each.title for each in papers])
    _record(session, actor, "finding.notice", [finding])
    return paper.rectification_notice(shown, _printed(session, actor), language)


def print_register(session: Session, actor: Actor, findings: Sequence[AuditFinding], language: str) -> bytes:
    """Findings as one list, as PDF; the print enters the record."""
    names, cases = _names(session, {each.opened_by for each in findings}), _cases(session, findings)
    _record(session, actor, "finding.register", findings)
    lines = [_finding(actor, each, names, cases, (), ()) for each in findings]
    return paper.register(lines, _printed(session, actor), language)


def _finding(
    actor: Actor,
    of: AuditFinding,
    names: Mapping[UUID, str],
    cases: Mapping[UUID, int],
    steps: Sequence[paper.Step],
    papers: Sequence[str],
) -> paper.Finding:
    case = cases.get(of.application_id) if of.application_id else None
    return paper.Finding(
        finding_id=str(of.id),
        number=of.number,
        version=of.version,
        unit=of.unit.name,
        subject_kind=of.subject,
        subject=f"{case:08d}" if case else "",
        description=of.description,
        clause=of.clause,
        severity=of.severity,
        state=of.state,
        overdue=is_overdue(of, actor.today),
        responsible=of.responsible.name if of.responsible else "",
        opened_by=names.get(of.opened_by, ""),
        opened_at=of.created_at,
        due_on=of.due_on,
        closed_on=of.closed_on,
        steps=steps,
        papers=papers,
    )


def _printed(session: Session, actor: Actor) -> paper.Printed:
    union = session.scalar(select(Unit.name).where(Unit.parent_id.is_(None))) or ""
    return paper.Printed(union, actor.at, actor.name)


def _names(session: Session, accounts: set[UUID]) -> dict[UUID, str]:
    rows = session.execute(select(Account.id, Account.name).where(Account.id.in_(accounts)))
    return {row.id: row.name for row in rows}


def _cases(session: Session, findings: Sequence[AuditFinding]) -> dict[UUID, int]:
    wanted = [each.application_id for each in findings if each.application_id]
    rows = session.execute(select(Application.id, Application.number).where(Application.id.in_(wanted)))
    return {row.id: row.number for row in rows}


def _record(session: Session, actor: Actor, action: str, findings: Sequence[AuditFinding]) -> None:
    only = findings[0] if len(findings) == 1 else None
    write_entry(
        session,
        kind="reading",
        action=action,
        table="audit_finding",
        row=only.id if only else None,
        unit_id=only.unit_id if only else actor.unit_id,
        application_id=only.application_id if only else None,
        data={"findings": [each.number for each in findings]},
    )
