"""The official calendar of working days, in editions: a notice adds one, what a decision saw of it stays as it was."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial

import chinese_calendar
from sqlalchemy import Subquery, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session, aliased

from benefits.core.calendar import LateCalendar
from models.policy import CalendarDay

FIRST = 1  # the edition of what was there from the beginning
_SOURCE = "国务院办公厅《部分节假日安排的通知》 (chinesecalendar)"
_NOTICES = 0x43414C  # "CAL": the advisory lock of whoever adds an edition


@dataclass(frozen=True, slots=True)
class OfficialDay:
    """What a notice says of a day: whether it is worked, what it is called, and which notice says so."""

    day: date
    working: bool
    name: str | None
    source: str


def known_days(edition: int | None = None) -> Subquery:
    """Of each day the row that holds as of an edition, as of the latest without one."""
    query = select(CalendarDay).ext(distinct_on(CalendarDay.day)).order_by(CalendarDay.day, CalendarDay.edition.desc())
    if edition is not None:
        query = query.where(CalendarDay.edition <= edition)
    return query.subquery("known_day")


def calendar(session: Session, edition: int | None = None) -> LateCalendar:
    """The calendar, read once a session and not before a day is asked; few rules ask for one.

    `edition` is what an earlier decision saw; without it, the latest.
    """
    kept: dict[int | None, LateCalendar] = session.info.setdefault("calendars", {})
    if edition not in kept:
        kept[edition] = LateCalendar(partial(_read, session, edition))
    return kept[edition]


def _read(session: Session, edition: int | None) -> tuple[int, Mapping[date, bool]]:
    known = known_days(edition)
    rows = session.execute(
        select(known.c.day, known.c.working, known.c.edition), execution_options={"autoflush": False}
    ).all()
    return max((row.edition for row in rows), default=FIRST), {row.day: row.working for row in rows}


def days_of(session: Session, year: int) -> list[CalendarDay]:
    """The days of a year that differ from Monday to Friday as they now hold, and its 1 January, in order."""
    known = aliased(CalendarDay, known_days())
    within = known.day.between(date(year, 1, 1), date(year, 12, 31))
    return list(session.scalars(select(known).where(within).order_by(known.day)))


def add_days(session: Session, said: Collection[OfficialDay]) -> int:
    """Add what notices say as the next edition; a day that is known to be so stays. How many days were added."""
    session.execute(select(func.pg_advisory_xact_lock(_NOTICES)))
    known = known_days()
    there = {row.day: row.working for row in session.execute(select(known.c.day, known.c.working))}
    last = session.scalar(select(func.max(CalendarDay.edition))) or 0
    new = [each for each in said if there.get(each.day) is not each.working]
    session.add_all(
        CalendarDay(day=each.day, edition=last + 1, working=each.working, name=each.name, source=each.source)
        for each in new
    )
    session.flush()
    session.info.pop("calendars", None)
    return len(new)


def add_shipped_years(session: Session) -> None:
    """Bring in the years that the locked library knows and the books do not."""
    covered = calendar(session).years
    holidays = {day: (False, name) for day, name in chinese_calendar.constants.holidays.items()}
    workdays = {day: (True, name) for day, name in chinese_calendar.constants.workdays.items()}
    days = {**holidays, **workdays}
    for year in {day.year for day in days}:
        days.setdefault(date(year, 1, 1), (False, chinese_calendar.Holiday.new_years_day.value))
    add_days(
        session,
        [
            OfficialDay(day, working, chinese_calendar.Holiday(name).chinese, _SOURCE)
            for day, (working, name) in sorted(days.items())
            if day.year not in covered
        ],
    )
