"""How long each kind of thing must be kept, as dated law says it: data in `config/data/retention.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib import resources
from typing import Any


@cache
def retention() -> Mapping[str, Mapping[str, Any]]:
    """Every kind by its code: `zh`, `en`, `years` (absent: for ever), `source`, `confidence`, `example`."""
    data = tomllib.loads(resources.files("config").joinpath("data", "retention.toml").read_text("utf-8"))
    return {kind["code"]: kind for kind in data["kind"]}


def kept_years(kind: str) -> int | None:
    """For how many years after its own a thing of this kind is kept; None: for ever."""
    years: int | None = retention()[kind].get("years")
    return years


def keep_until(kind: str, arose_on: date) -> date | None:
    """The last day on which it must still be there, None: for ever. A voucher of 2022: 2052-12-31 (G39)."""
    years = kept_years(kind)
    return None if years is None else date(arose_on.year + years, 12, 31)
