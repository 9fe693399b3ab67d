"""Defects in what keeps a debt from being paid twice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from benefits.casework import application
from benefits.money import batch, disbursement
from models.money import Disbursement
from tests.faults.planted.defect import Defect


def _case_not_locked() -> None:
    application.lock_application = application.find_application


def _payment_not_locked() -> None:
    def found(session: Session, actor: Any, disbursement_id: UUID, *, with_fund: bool = False) -> Disbursement:
        return disbursement.find_disbursement(session, actor, disbursement_id)

    disbursement.lock_disbursement = found


def _batch_does_not_ask_for_state() -> None:
    def lock(session: Session, fund_id: UUID, wanted: Sequence[UUID], *, visible: Sequence[UUID]) -> list[Disbursement]:
        rows = session.scalars(select(Disbursement).where(Disbursement.id.in_(visible)))
        found = {payment.id: payment for payment in rows}
        return [found[each] for each in wanted]

    batch._lock_payments = lock


DEFECTS = {
    "case_not_locked": Defect(
        "the lock on a case, and the unique indexes behind it",
        _case_not_locked,
        "DROP INDEX uq_disbursement_live_instalment, uq_entitlement_of_case, uq_act_one_approval_per_person",
    ),
    "payment_not_locked": Defect(
        "the lock on a payment and its case, and the unique constraints behind it",
        _payment_not_locked,
        "DROP INDEX uq_disbursement_live_instalment; "
        "ALTER TABLE disbursement DROP CONSTRAINT uq_disbursement_replaces_id",
    ),
    "batch_does_not_ask_for_state": Defect(
        "the state of the payments asked under their lock", _batch_does_not_ask_for_state
    ),
}
