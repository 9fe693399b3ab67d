"""A hit of a risk indicator, the words for it, and the dated thresholds that it was measured by."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Any
from uuid import UUID

from benefits.casework.prepayment.check import REASONS
from benefits.casework.prepayment.figure import near_threshold_on
from benefits.core.code_table import CodeTable, code_table

_OWN = code_table("risk_indicator")
KINDS = tuple(sorted({*_OWN.labels, *REASONS.labels}))


@dataclass(frozen=True)
class Hit:
    """One reason to look: its kind, where and when, what it is about, and the figures of its sentence, masked."""

    kind: str
    unit_code: str
    on: date
    figures: Mapping[str, str]
    application_ids: Sequence[UUID] = field(default_factory=tuple)
    disbursement_ids: Sequence[UUID] = field(default_factory=tuple)
    account_id: UUID | None = None  # of the one who acted
    fund_id: UUID | None = None


@dataclass(frozen=True)
class Threshold:
    """What a rule measures by from a day on; `example`: no rule of the field says so."""

    figures: Mapping[str, Decimal]
    source: str
    example: bool


def sentence(kind: str, language: str) -> str:
    """The sentence of a kind, its figures in braces."""
    table: CodeTable = _OWN if kind in _OWN.labels else REASONS
    return table.label(kind, language)


def severity(kind: str) -> str:
    """How severe a hit of this kind is at first sight."""
    found: str = _data()["severity"][kind]
    return found


def threshold_on(kind: str, day: date) -> Threshold | None:
    """What a kind is measured by on a day; None where it has no figure, or none yet."""
    if kind == "near_threshold":
        near = near_threshold_on(day)
        return None if near is None else Threshold({"percent": near.percent}, near.source, near.example)
    rows = sorted(_data().get(kind, ()), key=lambda row: row["valid_from"])
    running = [row for row in rows if row["valid_from"] <= day]
    if not running:
        return None
    row = running[-1]
    figures = {name: Decimal(value) for name, value in row["figures"].items()}
    return Threshold(figures, row["source"], bool(row["example"]))


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(resources.files("config").joinpath("data", "indicator.toml").read_text("utf-8"))
