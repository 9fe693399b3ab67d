"""What a purse may not pay for: sources never mix, and each is earmarked by a clause (`config/data/purse.toml`)."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources

from benefits.core.errors import invalid
from benefits.money.ledger.chart import chart_on
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


def require_purse(fund: Fund, keys: Iterable[str | None], today: date, *, named: str = "/fund_id") -> None:
    """Refuse a fund whose purse may not pay for one of these; None, what no line names, is left to the books.

    What the books of the fund's union could not post is refused too: once the bank has paid, it is too late.

    Raises:
        Invalid: at `named`, `purse_forbids` with the source and the clause, or `union_may_not_book` (statement 49).
    """
    purse, chart = purses()[fund.source], chart_on(today)
    for key in keys:
        if key is not None and not key.startswith(purse.pays):
            raise invalid(named, "purse_forbids", source=fund.source, key=key, clause=purse.clause)
        if key is not None and chart is not None and chart.posting(key, fund.unit.union_kind) is None:
            raise invalid(named, "union_may_not_book", key=key, clause=chart.source)
