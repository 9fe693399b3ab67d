"""The payees and amounts of a batch held against what the reviewers approved, whatever was done to the rows since."""

from __future__ import annotations

from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.orm import Session

from benefits.core.errors import StateForbids
from models.application import Act, Application
from models.money import Disbursement, PaymentBatch


def require_as_approved(session: Session, batch: PaymentBatch) -> None:
    """Refuse with `StateForbids` unless every payment goes to the payee, and is of the amount, that was approved."""
    altered = session.scalar(
        select(Disbursement.id)
        .join(Application, Application.id == Disbursement.application_id)
        .where(
            Disbursement.batch_id == batch.id,
            (Disbursement.amount != Application.approved_amount)
            | (Disbursement.replaces_id.is_(None) & (Disbursement.payee_hash != Application.payee_hash))
            | (
                Disbursement.replaces_id.is_not(None)
                & (Disbursement.payee_hash != func.coalesce(_approved_account(), Application.payee_hash))
            ),
        )
        .limit(1)
    )
    if altered is not None:
        raise StateForbids(state="payee_altered", act="approve", disbursement_id=altered)


def _approved_account() -> ScalarSelect[bytes]:
    """The hash of the account that was approved for a repayment, as the act kept it."""
    return (
        select(Act.seen_hash)
        .where(Act.disbursement_id == Disbursement.id, Act.act == "approve_account")
        .correlate(Disbursement)
        .scalar_subquery()
    )
