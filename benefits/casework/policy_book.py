"""The running editions of the rules, kept in the database, and the official calendar of working days."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

import chinese_calendar
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from benefits import catalogue
from benefits.core.calendar import Calendar
from benefits.rules.policy import Edition
from benefits.rules.policy_text import load_edition
from models.policy import CalendarDay, Policy
from models.vocabulary import PolicyState

_CALENDAR_SOURCE = "国务院办公厅《部分节假日安排的通知》 (chinesecalendar)"


@dataclass(frozen=True)
class Running:
    """An edition in force, and the row that holds it."""

    policy_id: UUID
    edition: Edition


def load_shipped(session: Session, overrides: Mapping[str, Mapping[str, Any]]) -> None:
    """Put the programmes' first editions and the calendar into the books, as far as they are missing.

    Args:
        overrides: per programme the figures that a demonstration replaces, marked as examples there.
    """
    for code, programme in catalogue.programmes().items():
        for text in catalogue.shipped_editions(code):
            own = dict(overrides.get(code, {}))
            edition = load_edition(text, programme, overrides=own)
            known = select(Policy.id).where(Policy.programme == code, Policy.edition == edition.code)
            if session.scalar(known) is None:
                session.add(
                    Policy(
                        programme=code,
                        edition=edition.code,
                        state=PolicyState.PUBLISHED,
                        valid_from=edition.valid_from,
                        valid_to=edition.valid_to,
                        content=text,
                        overrides=own,
                        digest=hashlib.sha256(text.encode()).digest(),
                    )
                )
    if session.scalar(select(func.count()).select_from(CalendarDay)) == 0:
        session.add_all(_official_days())
    session.flush()


def _official_days() -> list[CalendarDay]:
    holidays = {day: (False, name) for day, name in chinese_calendar.constants.holidays.items()}
    workdays = {day: (True, name) for day, name in chinese_calendar.constants.workdays.items()}
    changed = {**holidays, **workdays}
    for year in {day.year for day in changed}:
        changed.setdefault(date(year, 1, 1), (False, "元旦"))
    return [
        CalendarDay(day=day, working=working, name=str(name), source=_CALENDAR_SOURCE)
        for day, (working, name) in sorted(changed.items())
    ]


def calendar(session: Session) -> Calendar:
    """The official calendar, read once a session; a year is covered when its 1 January is in the table."""
    known: Calendar = session.info.get("calendar") or _calendar(session)
    session.info["calendar"] = known
    return known


def _calendar(session: Session) -> Calendar:
    days = {row.day: row.working for row in session.execute(select(CalendarDay.day, CalendarDay.working))}
    return Calendar(days, frozenset(day.year for day in days if (day.month, day.day) == (1, 1)))


def edition_on(session: Session, programme: str, on: date) -> Running | None:
    """The published edition of a programme that is in force on a day; None where none is. Looked up once a session."""
    known: dict[tuple[str, date], Running | None] = session.info.setdefault("editions", {})
    if (programme, on) not in known:
        known[programme, on] = _edition_on(session, programme, on)
    return known[programme, on]


def _edition_on(session: Session, programme: str, on: date) -> Running | None:
    policy_id = session.scalar(
        select(Policy.id).where(
            Policy.programme == programme,
            Policy.state == PolicyState.PUBLISHED,
            Policy.valid_from <= on,
            (Policy.valid_to.is_(None)) | (Policy.valid_to >= on),
        )
    )
    return None if policy_id is None else edition_by_id(session, policy_id)


def edition_by_id(session: Session, policy_id: UUID) -> Running:
    """The edition in a row, whatever the day: how a past decision is looked at again."""
    row = session.execute(
        select(Policy.programme, Policy.content, Policy.overrides).where(Policy.id == policy_id)
    ).one()
    return Running(policy_id, _parsed(row.programme, row.content, tuple(sorted(row.overrides.items()))))


@lru_cache(maxsize=64)
def _parsed(programme: str, content: str, overrides: tuple[tuple[str, Any], ...]) -> Edition:
    """The parse is kept: the text is its own key, so another text is another edition."""
    return load_edition(content, catalogue.programme(programme), overrides=dict(overrides))
