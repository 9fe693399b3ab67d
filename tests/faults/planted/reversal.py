"""Defects in how money that was paid is taken back and received."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from benefits.casework import undoing
from benefits.core.errors import AlreadyExists
from benefits.money import receivable
from benefits.money.ledger import booking
from models.ledger import Voucher, VoucherKind
from models.reversal import Reversal
from tests.faults.planted.defect import Defect


def _receivable_not_locked() -> None:
    receivable.lock_receivable = receivable.find_receivable


def _books_not_held() -> None:
    def asked(session: Any, unit: Any, serial: str) -> None:
        receipt = select(Voucher.id).where(Voucher.kind == VoucherKind.RECEIPT, Voucher.reference == serial)
        back = select(Reversal.id).where(Reversal.bank_serial == serial)
        if session.scalar(receipt.limit(1)) is not None or session.scalar(back.limit(1)) is not None:
            raise AlreadyExists(bank_serial=serial)

    booking.require_new_serial = undoing.require_new_serial = asked  # type: ignore[attr-defined]


def _award_not_lowered() -> None:
    """What came back goes on counting for its member."""
    receivable.lower_award = undoing.lower_award = lambda *_: None


DEFECTS = {
    "award_not_lowered": Defect("that an award falls with what its member has no more", _award_not_lowered),
    "receivable_not_locked": Defect("the lock on a receivable", _receivable_not_locked),
    "books_not_held": Defect("the lock on the unit while a reversal asks for a bank serial", _books_not_held),
}
