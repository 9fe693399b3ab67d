"""The dated figures of hardship's running edition that the life of a file turns on, and the subsistence lines."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from benefits import catalogue
from benefits.casework.policy_book import edition_by_id, edition_on
from benefits.core.errors import StateForbids
from models.policy import Policy
from models.vocabulary import PolicyState

PROGRAMME = "hardship"
LINES = "subsistence_lines"


def figure_if_any(session: Session, name: str, on: date) -> Any:
    """A figure of the edition in force on a day; None where there is none."""
    running = edition_on(session, PROGRAMME, on)
    dated = running.edition.figure(name, on) if running else None
    return dated.value if dated else None


def figure(session: Session, name: str, on: date) -> Any:
    """The same, where an act cannot do without it; raises StateForbids."""
    value = figure_if_any(session, name, on)
    if value is None:
        raise StateForbids(state="figure_missing", act=name)
    return value


def usual_division() -> str:
    """The row of the table of subsistence lines that is meant where nothing else is said."""
    return str(catalogue.programme(PROGRAMME).all_facts["division"].default)


@dataclass(frozen=True)
class Line:
    """The monthly subsistence line of one division, yuan, from a day on, up to and including another."""

    division: str
    start: date
    end: date
    amount: Decimal


def subsistence_lines(session: Session) -> list[Line]:
    """Every line that a published edition names, cut to the days on which the edition is in force."""
    published = select(Policy.id).where(Policy.programme == PROGRAMME, Policy.state == PolicyState.PUBLISHED)
    lines = []
    for policy_id in session.scalars(published.order_by(Policy.valid_from)):
        edition = edition_by_id(session, policy_id).edition
        values = edition.figures[LINES].values if LINES in edition.figures else ()
        for dated, following in zip(values, (*values[1:], None), strict=True):
            end = following.start - timedelta(days=1) if following else date.max
            start, end = max(dated.start, edition.valid_from), min(end, edition.valid_to or date.max)
            if start <= end:
                lines += [Line(code, start, end, _yuan(amount)) for code, amount in dated.value.items()]
    return lines


def line_on(lines: list[Line], division: str, day: date) -> Decimal | None:
    """The line of a division on a day; None where none is known."""
    return next((line.amount for line in lines if line.division == division and line.start <= day <= line.end), None)


def _yuan(amount: Any) -> Decimal:
    return Decimal(amount.numerator) / Decimal(amount.denominator)
