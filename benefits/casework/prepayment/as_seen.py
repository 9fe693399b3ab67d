"""The gate before money moves: every case of a batch is still, to the byte, what each of its reviewers approved."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from benefits.casework.seen import seen_with
from benefits.core.errors import StateForbids
from models.application import Act, Application
from models.money import Disbursement, PaymentBatch


def require_as_seen(session: Session, batch: PaymentBatch, act: str) -> None:
    """Recompute what each approval was bound to: facts, papers, payee, findings, and no more yuan than were approved.

    Raises:
        StateForbids: `altered_since_approval`; something was changed past the acts, which void approvals by themselves.
    """
    here = select(Disbursement.application_id).where(Disbursement.batch_id == batch.id)
    approvals = session.execute(
        select(Application, Act.assessment_id, Act.seen_hash, Act.amount)
        .join(Act, (Act.application_id == Application.id) & (Act.submission == Application.submission))
        .where(Application.id.in_(here), Act.act == "approve", Act.disbursement_id.is_(None))
        .order_by(Application.id, Act.id)
        .execution_options(populate_existing=True)
    ).all()
    now = seen_with(session, [(row.Application, row.assessment_id) for row in approvals])
    approved = set()
    for row, seen in zip(approvals, now, strict=True):
        paid = row.Application.approved_amount
        if seen != row.seen_hash or paid is None or row.amount is None or paid > row.amount:
            raise StateForbids(state="altered_since_approval", act=act, application_id=row.Application.id)
        approved.add(row.Application.id)
    for case in set(session.scalars(here)) - approved:
        raise StateForbids(state="altered_since_approval", act=act, application_id=case)
