"""Yuan as exact decimals: the grammar of an amount, and the only rounding in the house."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal

GRAMMAR = r"^(0|[1-9][0-9]{0,11})\.[0-9]{2}$"
SIGNED_GRAMMAR = r"^-?(0|[1-9][0-9]{0,11})\.[0-9]{2}$"
FEN = Decimal("0.01")
LARGEST = Decimal("999999999999.99")
NOTHING = Decimal("0.00")

_GRAMMAR = re.compile(GRAMMAR.removesuffix("$") + r"\Z", re.ASCII)
_SIGNED_GRAMMAR = re.compile(SIGNED_GRAMMAR.removesuffix("$") + r"\Z", re.ASCII)


def parse_yuan(text: object, *, signed: bool = False) -> Decimal | None:
    """The amount that `text` writes, or None when it is outside the grammar (no floats, exponents, signs, NaN)."""
    if not isinstance(text, str):
        return None
    grammar = _SIGNED_GRAMMAR if signed else _GRAMMAR
    if not grammar.match(text) or text == "-0.00":
        return None
    return Decimal(text)


def read_yuan(text: str) -> Decimal | None:
    """An amount as people and banks type it: `2,000.00`, `2000`, `2000.5`; None where it is none."""
    whole, _, cents = text.replace(",", "").partition(".")
    return parse_yuan(f"{whole}.{cents.ljust(2, '0')}") if len(cents) <= 2 else None


def round_yuan(amount: Decimal) -> Decimal:
    """Round to the fen, half away from zero."""
    return amount.quantize(FEN, rounding=ROUND_HALF_UP)


def show_yuan(amount: Decimal) -> str:
    """An exact amount in yuan as the API writes it, for example `2000.00`."""
    return f"{round_yuan(amount):.2f}"
