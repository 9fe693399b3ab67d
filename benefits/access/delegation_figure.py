"""The dated figure of delegations, from data that says where it comes from."""

from __future__ import annotations

import tomllib
from datetime import date
from functools import cache
from importlib import resources


def most_days_on(day: date) -> int:
    """How many days a delegation given on a day may last, the first and the last counted."""
    return [days for start, days in _figures() if start <= day][-1]


@cache
def _figures() -> tuple[tuple[date, int], ...]:
    data = tomllib.loads(resources.files("config").joinpath("data", "delegation.toml").read_text("utf-8"))
    return tuple(sorted((row["valid_from"], row["days"]) for row in data["most_days"]))
