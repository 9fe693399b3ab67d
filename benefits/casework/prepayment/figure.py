"""The dated figures of the check before a payment, from data that says where they come from."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from importlib import resources


@dataclass(frozen=True)
class NearThreshold:
    """How many percent below a band of decision an amount is near it, from a day on; `example`: no rule says so."""

    valid_from: date
    percent: Decimal
    source: str
    example: bool

    def is_near(self, amount: Decimal, band: Decimal) -> bool:
        """Whether an amount lies just below a band, or on it."""
        return band * (100 - self.percent) / 100 <= amount <= band


def near_threshold_on(day: date) -> NearThreshold | None:
    """The figure in force on a day; None where none is."""
    running = [each for each in _figures() if each.valid_from <= day]
    return running[-1] if running else None


@cache
def _figures() -> tuple[NearThreshold, ...]:
    data = tomllib.loads(resources.files("config").joinpath("data", "payment_check.toml").read_text("utf-8"))
    rows = sorted(data["near_threshold"], key=lambda row: row["valid_from"])
    return tuple(
        NearThreshold(row["valid_from"], Decimal(row["percent"]), row["source"], bool(row["example"])) for row in rows
    )
