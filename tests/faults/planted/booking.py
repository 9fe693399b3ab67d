"""Defects in how what finance settles gets into the books."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy import select

from benefits.core.errors import AlreadyExists
from benefits.core.money import NOTHING
from benefits.money import bank_result
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


def _voucher_one_sided() -> None:
    """A fen more is credited to the bank than was debited."""
    entry = booking.Entry

    def off(key: str, *, debit: Decimal = NOTHING, credit: Decimal = NOTHING) -> Entry:
        return entry(key, debit=debit, credit=credit + Decimal("0.01") if key == booking.BANK and credit else credit)

    booking.Entry = off  # type: ignore[assignment,misc]


def _award_not_granted() -> None:
    bank_result.settle_awards = lambda *_: None


DEFECTS = {
    "award_not_granted": Defect("that what was paid is granted", _award_not_granted),
    "voucher_one_sided": Defect(
        "the trigger that refuses a voucher whose sides differ",
        _voucher_one_sided,
        "ALTER TABLE voucher DISABLE TRIGGER voucher_balances; "
        "ALTER TABLE voucher_line DISABLE TRIGGER voucher_balances",
    ),
    "proposal_not_locked": Defect("the lock on a proposed voucher", _proposal_not_locked),
    "serial_asked_before_the_lock": Defect(
        "the lock on the unit while its books are asked for a bank serial", _serial_asked_before_the_lock
    ),
}
