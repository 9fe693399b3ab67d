"""What the edition in force says of visits: the cap per head, the key in the books, the season to plan for."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

from sqlalchemy.orm import Session

from benefits.casework.policy_book import edition_on
from benefits.core.errors import NotEligible, StateForbids
from benefits.rules.answer import Finding
from benefits.rules.member_facts import label
from benefits.rules.policy import Dated
from benefits.rules.values import up_to_fen

_PROGRAMME = "summer_relief"
_RULE = label("慰问物资的人均价值不超过标准", "The goods of a visit are worth no more per head than the cap")


def require_within_cap(session: Session, on: date, heads: int, value: Decimal) -> None:
    """Refuse goods of more value per head than `cooling_per_head_cap` of the day (an example until the union sets it).

    Args:
        value: of all goods, in yuan.

    Raises:
        NotEligible: with limit, value per head, gap and clause. StateForbids: no figure covers the day.
    """
    cap = _figure(session, "cooling_per_head_cap", on)
    limit, each = Fraction(cap.value), Fraction(value) / heads
    if each > limit:
        over = Finding(
            code="cooling_per_head_cap",
            outcome="unmet",
            clause=cap.clause,
            rule=_RULE,
            value=f"{up_to_fen(each):.2f}",
            required=f"≤ {up_to_fen(limit):.2f}",
            gap=f"{up_to_fen(each - limit):.2f}",
        )
        raise NotEligible([over], outcome="ineligible")


def books_key(session: Session, on: date) -> str:
    """The key under which the books count what a visit gave on this day (domain §9.2: 送清凉 is 劳动保护)."""
    running = edition_on(session, _PROGRAMME, on)
    if running is None:
        raise StateForbids(state="no_policy_in_force", act="settle")
    return running.edition.entitlement.lines[0].code


def season_of(session: Session, year: int) -> tuple[date, date]:
    """The first and last day of a year's season, for plans and reports only (domain §4.1)."""
    first, last = (
        date.fromisoformat(f"{year}-{_figure(session, name, date(year, 12, 31)).value}")
        for name in ("season_first_day", "season_last_day")
    )
    return first, last


def _figure(session: Session, name: str, on: date) -> Dated:
    running = edition_on(session, _PROGRAMME, on)
    found = running.edition.figure(name, on) if running else None
    if found is None:
        raise StateForbids(state="no_policy_in_force", act=name)
    return found
