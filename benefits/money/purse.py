"""What a purse may not pay for: sources never mix, and each is earmarked by a clause (`config/data/purse.toml`)."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from benefits.core.errors import invalid
from models.money import Fund


@dataclass(frozen=True)
class Purse:
    """A source of money: the beginnings of the semantic keys that it may be booked to, and the clause."""

    pays: tuple[str, ...]
    clause: str


@cache
def purses() -> Mapping[str, Purse]:
    """Every source by its word."""
    data = tomllib.loads(resources.files("config").joinpath("data", "purse.toml").read_text("utf-8"))
    return {item["source"]: Purse(tuple(item["pays"]), item["clause"]) for item in data["purse"]}


def require_purse(fund: Fund, keys: Iterable[str | None]) -> None:
    """Refuse a fund whose purse may not pay for one of these; None, what no line names, is left to the books.

    Raises:
        Invalid: `purse_forbids` at `/fund_id`, with the source and the clause.
    """
    purse = purses()[fund.source]
    for key in keys:
        if key is not None and not key.startswith(purse.pays):
            raise invalid("/fund_id", "purse_forbids", source=fund.source, key=key, clause=purse.clause)
