"""The papers that a claim wants by its plan, and which of them are handed in: a list for officers, not a refusal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from benefits.core.code_table import code_table
from benefits.rules.policy import Edition

PAPERS = code_table("mutual_aid_paper")
_BY_PLAN = {
    "critical_illness": "illness_papers",
    "women_illness": "illness_papers",
    "accident": "accident_papers",
    "medical": "medical_papers",
}
_BY_OUTCOME = {"disability": "accident_disability_papers", "death": "accident_death_papers"}


@dataclass(frozen=True)
class Evidence:
    """One paper, by its code in the table `mutual_aid_paper`, its clause, and whether it is handed in."""

    paper: str
    clause: str
    handed_in: bool


def evidence(
    edition: Edition, on: date, facts: Mapping[str, Any], amount: Decimal | None, titles: Iterable[str]
) -> list[Evidence]:
    """What a claim of these facts and this amount (yuan) wants, in the order of the table (domain §6.3).

    Big claims (figure `signed_form_from`) want the signed application for payment; late ones the written note.
    """
    wanted: dict[str, str] = {}
    for name in (_BY_PLAN.get(facts.get("plan") or ""), _BY_OUTCOME.get(facts.get("accident_outcome") or "")):
        figure = edition.figure(name, on) if name else None
        wanted |= dict.fromkeys(figure.value, figure.clause) if figure else {}
    big = edition.figure("signed_form_from", on)
    if big and amount is not None and amount >= big.value:
        wanted["signed_form"] = big.clause
    if facts.get("late_note_on") is not None:
        window = edition.figure("filing_working_days", on)
        wanted["late_note"] = window.clause if window else ""
    given = [title.casefold() for title in titles]
    return [Evidence(code, wanted[code], _among(code, given)) for code in PAPERS.labels if code in wanted]


def _among(code: str, titles: list[str]) -> bool:
    names = [word for word, of in PAPERS.words.items() if of == code] + [PAPERS.label(code, "en")]
    return any(name.casefold() in title for name in names for title in titles)
