"""A household's income month by month, each against the subsistence line of its own month."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from benefits.casework.household import state
from benefits.casework.household.figures import Line, figure, line_on, subsistence_lines, usual_division
from benefits.casework.household.paper_copy import note_change
from benefits.core.actor import Actor
from benefits.core.errors import invalid
from benefits.core.money import FEN, round_yuan, show_yuan
from models.columns import new_id
from models.household import Household
from models.household_life import HouseholdIncome


@dataclass(frozen=True)
class Month:
    """One month as it is judged; `row` None: nothing is recorded of it. Amounts in yuan."""

    month: date
    row: HouseholdIncome | None
    line: Decimal | None

    @property
    def per_head(self) -> Decimal | None:
        """Income per person, rounded for show only."""
        return round_yuan(self.row.income / self.row.persons) if self.row else None

    @property
    def above(self) -> bool | None:
        """Whether income per person is above the line, compared exactly (statements 19 and 30); None: not known."""
        if self.row is None or self.line is None:
            return None
        return self.row.income > self.line * self.row.persons

    @property
    def gap(self) -> Decimal | None:
        """How much more per person would be above the line; nothing where it is above, None where it is not known."""
        if self.row is None or self.line is None:
            return None
        if self.above:
            return Decimal("0.00")
        lacking = self.line - self.row.income / self.row.persons
        return max(FEN, lacking.quantize(FEN, rounding=ROUND_CEILING))

    def as_json(self) -> dict[str, Any]:
        """The month as an exit keeps it and a refusal explains it."""
        return {
            "month": self.month.isoformat(),
            **{
                name: None if amount is None else show_yuan(amount)
                for name, amount in (("per_head", self.per_head), ("line", self.line), ("gap", self.gap))
            },
            "above": self.above,
        }


def record_income(
    session: Session,
    actor: Actor,
    household: Household,
    *,
    month: date,
    income: Decimal,
    persons: int,
    division: str,
    evidence: str | None,
    replaces_id: UUID | None,
) -> HouseholdIncome:
    """Keep the income of a month that is over; a month that is recorded already is corrected by naming its row.

    Args:
        month: its first day.
        income: of the whole household in that month, yuan.
        division: the row of the table of subsistence lines (GB/T 2260).

    Raises:
        Invalid: not a first day, a month not over, or `replaces_id` is not the row that holds the month now.
    """
    actor.require("household.keep", household.unit.path)
    actor.require_stranger(household.person_id)
    state.require(household, "income")
    if month.day != 1:
        raise invalid("/month", "month_malformed")
    if month >= actor.today.replace(day=1):
        raise invalid("/month", "month_not_over")
    held = next((row.id for row in _current(session, household) if row.month == month), None)
    if held != replaces_id:
        raise invalid("/replaces_id", "month_recorded" if held else "month_not_recorded")
    row = HouseholdIncome(
        id=new_id(),
        household_id=household.id,
        unit_id=household.unit_id,
        person_id=household.person_id,
        month=month,
        division=division,
        income=income,
        persons=persons,
        evidence=evidence,
        replaces_id=replaces_id,
        recorded_by=actor.account_id,
    )
    session.add(row)
    note_change(session, actor, household, "income")
    return row


def incomes_of(session: Session, household: Household) -> list[Month]:
    """Every row ever recorded, corrected ones too, in order of recording."""
    lines = subsistence_lines(session)
    rows = session.scalars(
        select(HouseholdIncome).where(HouseholdIncome.household_id == household.id).order_by(HouseholdIncome.id)
    )
    return [_judged(row, lines) for row in rows]


def exit_months(session: Session, household: Household, today: date) -> list[Month]:
    """The consecutive months by which an exit is judged (G17): those that end with the last one on record.

    Where that one lies too far back, they end with the last that would do; what is not recorded is shown as missing.
    """
    lines = subsistence_lines(session)
    current = _current(session, household)
    known = {row.month: _judged(row, lines) for row in current}
    number: int = figure(session, "exit_income_months", today)
    fresh: int = figure(session, "exit_income_fresh_months", today)
    last = max([*known, months_before(today.replace(day=1), fresh)])
    wanted = [months_before(last, back) for back in reversed(range(number))]
    division = current[-1].division if current else usual_division()
    return [known.get(month) or Month(month, None, line_on(lines, division, month)) for month in wanted]


def months_before(month: date, n: int) -> date:
    """The first day of the month that lies `n` months before."""
    year, before = divmod(month.year * 12 + month.month - 1 - n, 12)
    return date(year, before + 1, 1)


def _judged(row: HouseholdIncome, lines: list[Line]) -> Month:
    return Month(row.month, row, line_on(lines, row.division, row.month))


def _current(session: Session, household: Household) -> list[HouseholdIncome]:
    later = aliased(HouseholdIncome)
    replaced = select(later.id).where(later.replaces_id == HouseholdIncome.id).exists()
    query = select(HouseholdIncome).where(HouseholdIncome.household_id == household.id, ~replaced)
    return list(session.scalars(query.order_by(HouseholdIncome.month)))
