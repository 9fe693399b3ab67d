"""What paper shows of numbers that belong to a person; masking something masked changes nothing."""

from __future__ import annotations


def masked_identity(number: str) -> str:
    """The first three and last four characters: `340***********0019`."""
    return _masked(number, 3, 4)


def masked_phone(number: str) -> str:
    """The first three and last four: `138****1234`."""
    return _masked(number, 3, 4)


def masked_account(number: str) -> str:
    """Only the last four."""
    return _masked(number, 0, 4)


def _masked(number: str, head: int, tail: int) -> str:
    number = number.strip()
    if len(number) < head + 2 * tail:  # too short: its ends would say too much
        return "*" * len(number)
    return number[:head] + "*" * (len(number) - head - tail) + number[-tail:]
