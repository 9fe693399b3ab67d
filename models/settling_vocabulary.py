"""Closed lists of what finance settles after money has left, as stored; standard library only."""

from __future__ import annotations

from enum import StrEnum


class Resolution(StrEnum):
    """How finance settles what a bank left open, or said against the books: paid, returned, or as booked."""

    PAID = "paid"
    RETURNED = "returned"
    UPHELD = "upheld"


class ReversalKind(StrEnum):
    """Why paid money is taken back: 多付, 不符合条件, 错付他人, 银行已扣回 (the only one where the money is back)."""

    PAID_TOO_MUCH = "paid_too_much"
    NOT_ENTITLED = "not_entitled"
    WRONG_PAYEE = "wrong_payee"
    BANK_TOOK_BACK = "bank_took_back"
