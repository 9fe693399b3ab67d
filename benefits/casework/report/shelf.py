"""Every report that there is, by its code: a new one is a file beside this and one name here."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from sqlalchemy import select
from sqlalchemy.orm import Session

from benefits.access.reach import within
from benefits.casework.report.books import BUDGETS, JOURNAL, TRIAL_BALANCE
from benefits.casework.report.by_member import BY_MEMBER
from benefits.casework.report.by_programme import PROGRAMMES
from benefits.casework.report.frame import PERMISSION, Asked, Report
from benefits.casework.report.fund_statement import FUND_STATEMENT
from benefits.casework.report.honours import HONOURS
from benefits.casework.report.turnaround import TURNAROUND
from benefits.core.actor import Actor
from benefits.core.errors import NotFound, invalid
from models.unit import Unit

REPORTS: Mapping[str, Report] = MappingProxyType(
    {
        report.code: report
        for report in (BUDGETS, BY_MEMBER, FUND_STATEMENT, HONOURS, JOURNAL, PROGRAMMES, TRIAL_BALANCE, TURNAROUND)
    }
)


def find_report(code: str) -> Report:
    """A report by its code; raises NotFound."""
    if code not in REPORTS:
        raise NotFound
    return REPORTS[code]


def ask(session: Session, actor: Actor, *, year: int | None, unit_code: str | None) -> Asked:
    """What is asked: this year without one, all the reader's units without one.

    Raises:
        Invalid: no such unit in the reader's sight.
    """
    path = None
    if unit_code is not None:
        path = session.scalar(select(Unit.path).where(Unit.code == unit_code, within(actor, PERMISSION)))
        if path is None:
            raise invalid("/unit", "unit_unknown")
    return Asked(year or actor.today.year, actor.at, actor.today, unit_code, path)
