"""Defects in how what finance settles gets into the books."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from benefits.core.errors import AlreadyExists
from benefits.money.ledger import booking, proposal
from benefits.money.ledger.voucher import Entry, post
from models.ledger import Voucher, VoucherKind
from tests.faults.planted.defect import Defect


def _proposal_not_locked() -> None:
    proposal.lock_proposal = proposal.find_proposal


def _serial_asked_before_the_lock() -> None:
    def to_bank(session: Any, actor: Any, unit: Any, what: Any, key: str, amount: Any) -> Voucher:
        same = select(Voucher.id).where(
            Voucher.unit_id == unit.id, Voucher.kind == VoucherKind.RECEIPT, Voucher.reference == what.reference
        )
        if session.scalar(same) is not None:
            raise AlreadyExists(bank_serial=what.reference)
        return post(session, actor, unit, what, [Entry("BANK", debit=amount), Entry(key, credit=amount)])

    booking._to_bank = to_bank


DEFECTS = {
    "proposal_not_locked": Defect("the lock on a proposed voucher", _proposal_not_locked),
    "serial_asked_before_the_lock": Defect(
        "the lock on the unit while its books are asked for a bank serial", _serial_asked_before_the_lock
    ),
}
