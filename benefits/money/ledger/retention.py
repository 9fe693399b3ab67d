"""How long the books are kept: vouchers 30 years from the day after their fiscal year (令第79号; statement 51)."""

from __future__ import annotations

from datetime import date

VOUCHER_YEARS = 30


def keep_until(posted_on: date) -> date:
    """The last day on which a voucher must still be there: of 2022, 2052-12-31 (G39)."""
    return date(posted_on.year + VOUCHER_YEARS, 12, 31)
