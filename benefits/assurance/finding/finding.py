"""Findings: opened on a unit, a case, a payment or a sampled row, read by the auditors and by who must rectify."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from benefits.access.reach import within
from benefits.assurance.finding.life import advance, overdue
from benefits.assurance.indicator.hit import KINDS
from benefits.core.actor import Actor
from benefits.core.errors import NotFound, OwnFinding, invalid
from benefits.core.permissions import roles_with
from models.account import Account, Grant
from models.application import Application
from models.audit_finding import AuditFinding, FindingAct
from models.audit_sample import AuditSampleRow
from models.audit_vocabulary import FindingSeverity, FindingState, FindingSubject
from models.columns import new_id
from models.money import Disbursement
from models.unit import Unit

AUDIT, ANSWER = "audit.work", "finding.answer"


@dataclass(frozen=True)
class About:
    """What a finding is about; exactly one is given."""

    unit_code: str | None = None
    application_id: UUID | None = None
    disbursement_id: UUID | None = None
    sample_row_id: UUID | None = None


@dataclass(frozen=True)
class Filters:
    """Which findings of a list; None is any."""

    state: str | None = None
    severity: str | None = None
    unit_code: str | None = None  # with the unit's whole subtree
    responsible_id: UUID | None = None
    application_id: UUID | None = None
    overdue: bool | None = None


@dataclass(frozen=True)
class _Anchor:
    """Where a finding hangs: the unit that rectifies, the case and whose it is."""

    subject: FindingSubject
    unit: Unit
    person_id: UUID | None = None
    application_id: UUID | None = None
    disbursement_id: UUID | None = None
    sample_row_id: UUID | None = None


def _visible(actor: Actor) -> Select[AuditFinding]:
    """Findings of units where the actor audits, and those that the actor must rectify."""
    return (
        select(AuditFinding)
        .join(AuditFinding.unit)
        .options(contains_eager(AuditFinding.unit), joinedload(AuditFinding.responsible))
        .where(or_(within(actor, AUDIT), AuditFinding.responsible_id == actor.account_id))
    )


def find_finding(session: Session, actor: Actor, finding_id: UUID) -> AuditFinding:
    """A finding that the actor may see; raises NotFound."""
    query = _visible(actor).where(AuditFinding.id == finding_id)
    found = session.scalar(query.execution_options(populate_existing=True))
    if found is None:
        raise NotFound
    return found


def lock_finding(session: Session, actor: Actor, finding_id: UUID) -> AuditFinding:
    """The same for an act, held until the transaction ends."""
    found = find_finding(session, actor, finding_id)
    session.execute(select(AuditFinding.id).where(AuditFinding.id == found.id).with_for_update(key_share=True))
    return find_finding(session, actor, finding_id)


def list_findings(
    session: Session, actor: Actor, filters: Filters, *, after: UUID | None, limit: int | None
) -> list[AuditFinding]:
    """Findings in order of opening, one more than `limit` where there are more."""
    query = _visible(actor).order_by(AuditFinding.id)
    for column, wanted in (
        (AuditFinding.state, filters.state),
        (AuditFinding.severity, filters.severity),
        (AuditFinding.responsible_id, filters.responsible_id),
        (AuditFinding.application_id, filters.application_id),
    ):
        if wanted is not None:
            query = query.where(column == wanted)
    if filters.unit_code is not None:
        top = select(Unit.path).where(Unit.code == filters.unit_code).scalar_subquery()
        query = query.where(func.starts_with(Unit.path, top))
    if filters.overdue is not None:
        query = query.where(overdue(actor.today) if filters.overdue else ~overdue(actor.today))
    if after is not None:
        query = query.where(AuditFinding.id > after)
    return list(session.scalars(query if limit is None else query.limit(limit + 1)))


def acts_of(session: Session, finding: AuditFinding) -> list[FindingAct]:
    """The acts on a finding, the oldest first."""
    return list(session.scalars(select(FindingAct).where(FindingAct.finding_id == finding.id).order_by(FindingAct.id)))


def open_finding(
    session: Session,
    actor: Actor,
    about: About,
    *,
    description: str,
    clause: str,
    severity: FindingSeverity,
    responsible_id: UUID,
    due_on: date,
    indicator: str | None,
) -> AuditFinding:
    """Open a finding, which somebody of its unit must rectify until a day.

    Raises:
        Invalid: unknown subject, indicator or responsible account, a day that has passed.
        NotPermitted, OwnCase. OwnFinding: the auditor would answer for it.
    """
    anchor = _anchor(session, actor, about)
    actor.require(AUDIT, anchor.unit.path)
    if anchor.person_id is not None:
        actor.require_stranger(anchor.person_id)
    if indicator is not None and indicator not in KINDS:
        raise invalid("/indicator", "code_unknown", choices=[*KINDS])
    responsible = responsible_account(session, actor, responsible_id, anchor.unit)
    require_deadline(actor, due_on)
    finding = AuditFinding(
        id=new_id(),
        unit_id=anchor.unit.id,
        person_id=anchor.person_id or responsible.person_id,
        subject=anchor.subject,
        application_id=anchor.application_id,
        disbursement_id=anchor.disbursement_id,
        sample_row_id=anchor.sample_row_id,
        indicator=indicator,
        description=description,
        clause=clause,
        severity=severity,
        state=FindingState.OPEN,
        responsible_id=responsible.id,
        due_on=due_on,
        opened_by=actor.account_id,
    )
    session.add(finding)
    session.flush()
    advance(session, actor, finding, "open", FindingState.OPEN, note=None)
    return find_finding(session, actor, finding.id)


def responsible_account(session: Session, actor: Actor, account_id: UUID, unit: Unit) -> Account:
    """An account in the auditor's sight that works in the unit today and can answer for it.

    Raises:
        Invalid: at `/responsible_id`. OwnFinding: its person is the auditor.
    """
    reaching = (
        select(Grant.id)
        .join(Unit, Unit.id == Grant.unit_id)
        .where(
            Grant.account_id == Account.id,
            Grant.role.in_(roles_with(ANSWER)),
            Grant.revoked_at.is_(None),
            Grant.valid_from <= actor.today,
            or_(Grant.valid_until.is_(None), Grant.valid_until >= actor.today),
            func.starts_with(unit.path, Unit.path),
        )
        .exists()
    )
    found = session.scalar(
        select(Account)
        .join(Unit, Unit.id == Account.unit_id)
        .where(Account.id == account_id, Account.enabled, within(actor, "account.read"), reaching)
    )
    if found is None:
        raise invalid("/responsible_id", "responsible_unknown")
    if found.person_id == actor.person_id:
        raise OwnFinding
    return found


def require_deadline(actor: Actor, due_on: date) -> None:
    """Refuse a deadline that has passed; raises Invalid."""
    if due_on < actor.today:
        raise invalid("/due_on", "day_past")


def _anchor(session: Session, actor: Actor, about: About) -> _Anchor:
    """What is named, if the actor audits there; what is out of sight looks as if it were not."""
    if about.unit_code is not None:
        unit = session.scalar(select(Unit).where(Unit.code == about.unit_code, within(actor, AUDIT)))
        if unit is None:
            raise invalid("/unit_code", "unit_unknown")
        return _Anchor(FindingSubject.UNIT, unit)
    case = select(Unit, Application.person_id, Application.id).join(Application.unit).where(within(actor, AUDIT))
    found: Any
    if about.application_id is not None:
        name, subject = "application_id", FindingSubject.CASE
        found = session.execute(case.where(Application.id == about.application_id)).first()
    elif about.disbursement_id is not None:
        name, subject = "disbursement_id", FindingSubject.PAYMENT
        paid = case.add_columns(Disbursement.id).join(Disbursement, Disbursement.application_id == Application.id)
        found = session.execute(paid.where(Disbursement.id == about.disbursement_id)).first()
    else:
        name, subject = "sample_row_id", FindingSubject.SAMPLE_ROW
        drawn = case.add_columns(AuditSampleRow.disbursement_id, AuditSampleRow.id).join(
            AuditSampleRow, AuditSampleRow.application_id == Application.id
        )
        found = session.execute(drawn.where(AuditSampleRow.id == about.sample_row_id)).first()
    if found is None:
        raise invalid(f"/{name}", "subject_unknown")
    return _Anchor(subject, *found)
