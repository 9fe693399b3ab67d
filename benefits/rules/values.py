"""The types of the rule language and its exact arithmetic of numbers and days; no float anywhere."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import Any

FIRST_DAY = date(1900, 1, 1)
LAST_DAY = date(2100, 12, 31)
_MOST_DAYS = 100_000
_MOST_MONTHS = 2_412


class Type(Enum):
    """What an expression can be; every integer is a number too."""

    NUMBER = "number"
    INTEGER = "integer"
    BOOL = "bool"
    TEXT = "text"
    DATE = "date"
    TEXTS = "set of text"
    NUMBERS = "set of number"
    TIERS = "tiers"
    TABLE = "table"


NUMERIC = frozenset({Type.NUMBER, Type.INTEGER})
ORDERED = NUMERIC | {Type.DATE}


def within(day: date) -> date | None:
    """`day`, or None (unknown) outside 1900–2100: an overflow may not abort a whole sweep."""
    return day if FIRST_DAY <= day <= LAST_DAY else None


def add_days(day: date, n: int) -> date | None:
    """`day` moved by `n` days; None outside the range of days."""
    return within(day + timedelta(days=n)) if abs(n) <= _MOST_DAYS else None


def add_months(day: date, n: int) -> date | None:
    """`day` moved by `n` months, clamped to the month's end; None outside the range of days."""
    if abs(n) > _MOST_MONTHS:
        return None
    year, month = divmod(day.year * 12 + day.month - 1 + n, 12)
    if not FIRST_DAY.year <= year <= LAST_DAY.year:
        return None
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def add_years(day: date, n: int) -> date | None:
    """`day` moved by `n` years; 29 February becomes the 28th in a common year."""
    return add_months(day, n * 12)


def months_between(start: date, end: date) -> int:
    """The largest n with add_months(start, n) <= end; negative where `end` comes first."""
    n = (end.year - start.year) * 12 + end.month - start.month
    reached = add_months(start, n)
    return n if reached is not None and reached <= end else n - 1


def years_between(start: date, end: date) -> int:
    """The largest n with add_years(start, n) <= end: full years, the birthday counted (domain 15.1, 15.2)."""
    n = end.year - start.year
    reached = add_years(start, n)
    return n if reached is not None and reached <= end else n - 1


def round_half_away(x: Fraction | int, places: int) -> Fraction:
    """`x` to `places` decimals, half away from zero as PostgreSQL's `round(numeric, n)`."""
    scale = 10**places
    whole = (abs(Fraction(x)) * scale * 2 + 1) // 2
    return Fraction(whole if x >= 0 else -whole, scale)


def to_fen(x: Fraction | int) -> Decimal:
    """`x` with two decimals, half away from zero: for show, never for a comparison."""
    fen = round_half_away(x, 2) * 100
    return Decimal(fen.numerator).scaleb(-2)


def down_to_fen(x: Fraction | int) -> Decimal:
    """The largest amount with two decimals that is not above `x`: a limit never grows by rounding."""
    return Decimal(x * 100 // 1).scaleb(-2)


def up_to_fen(x: Fraction | int) -> Decimal:
    """The smallest amount with two decimals that is not below `x`: no gap shrinks to nothing."""
    return -down_to_fen(-x)


def show(value: Any, kind: Type) -> str:
    """A value as a finding writes it: two decimals, ISO days, `true`/`false`, members of a set in order."""
    if kind is Type.BOOL:
        return "true" if value else "false"
    if kind is Type.NUMBER:
        return f"{to_fen(value):.2f}"
    if kind is Type.DATE:
        return str(value.isoformat())
    if kind in (Type.TEXTS, Type.NUMBERS):
        return ", ".join(str(item) for item in sorted(value))
    return str(value)
