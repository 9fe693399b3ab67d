"""When each kind of work on a file is due: one query a kind over the rows in scope, with the edition's figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

from sqlalchemy import Date, TextualSelect, Uuid, column, select, text
from sqlalchemy.orm import Session

from benefits.casework.household.figures import figure_if_any, subsistence_lines
from benefits.casework.household.income import months_before
from benefits.casework.household.paper_copy import paper_due_on
from models.household_life import PaperTask


@dataclass(frozen=True)
class Day:
    """The union's day, and the day before which what recurs is listed."""

    today: date
    horizon: date


def _query(sql: str, **given: Any) -> TextualSelect:
    """Rows of `subject` (a file or a membership) and `due_on`."""
    return text(sql).bindparams(**given).columns(column("subject", Uuid), column("due_on", Date))


def review(_session: Session, day: Day) -> TextualSelect | None:
    """Active files without a confirmed review in the calendar year: due by its 31 December (statement 29)."""
    return _query(
        """
        SELECT h.id AS subject, make_date(y.year, 12, 31) AS due_on
        FROM household h CROSS JOIN LATERAL (
            SELECT coalesce(extract(year FROM max(r.reviewed_on)) + 1, extract(year FROM h.opened_on))::int AS year
            FROM household_review r WHERE r.household_id = h.id AND r.confirmed_by IS NOT NULL) y
        WHERE h.state = 'active' AND y.year <= :review_year""",
        review_year=day.today.year,
    )


def visit(session: Session, day: Day) -> TextualSelect | None:
    """Open files: so many months after the last visit, or after the opening."""
    months = figure_if_any(session, "visit_every_months", day.today)
    return months and _query(
        """
        SELECT v.subject, v.due_on FROM (
            SELECT h.id AS subject, (greatest(h.opened_on, (SELECT max(v.visited_on) FROM household_visit v
                WHERE v.household_id = h.id)) + make_interval(months => :visit_months))::date AS due_on
            FROM household h WHERE h.state IN ('active', 'exiting')) v
        WHERE v.due_on < :visit_horizon""",
        visit_months=months,
        visit_horizon=day.horizon,
    )


def paper(session: Session, _day: Day) -> TextualSelect | None:
    """Files whose paper is not in step: thirty working days after the first change (statement 29)."""
    days = session.scalars(select(PaperTask.changed_on).where(PaperTask.done_on.is_(None)).distinct()).all()
    return _query(
        """
        SELECT t.household_id AS subject, d.due_on
        FROM paper_task t JOIN unnest(CAST(:changed AS date[]), CAST(:due AS date[])) AS d (changed_on, due_on)
             ON d.changed_on = t.changed_on
        WHERE t.done_on IS NULL""",
        changed=list(days),
        due=[paper_due_on(session, changed_on) for changed_on in days],
    )


def exit_possible(session: Session, day: Day) -> TextualSelect | None:
    """Active files that `benefits.casework.household.leaving` would let go as out of hardship (statement 30)."""
    months = figure_if_any(session, "exit_income_months", day.today)
    fresh = figure_if_any(session, "exit_income_fresh_months", day.today)
    if months is None or fresh is None:
        return None
    lines = subsistence_lines(session)
    return _query(
        """
        WITH standing AS (
            SELECT c.household_id, c.month, c.income > l.amount * c.persons AS above
            FROM household_income c
            LEFT JOIN unnest(CAST(:divisions AS text[]), CAST(:starts AS date[]), CAST(:ends AS date[]),
                             CAST(:amounts AS numeric[])) AS l (division, start_on, end_on, amount)
                 ON l.division = c.division AND c.month BETWEEN l.start_on AND l.end_on
            WHERE NOT EXISTS (SELECT FROM household_income r WHERE r.replaces_id = c.id))
        SELECT h.id AS subject, greatest((i.last + interval '1 month')::date, h.cause_removed_on) AS due_on
        FROM household h CROSS JOIN LATERAL (
            SELECT max(s.month) AS last FROM standing s WHERE s.household_id = h.id) i
        WHERE h.state = 'active' AND h.cause_removed_on IS NOT NULL AND i.last >= :freshest
          AND :exit_months = (SELECT count(*) FROM standing s WHERE s.household_id = h.id AND s.above
                              AND s.month > i.last - make_interval(months => :exit_months))""",
        divisions=[line.division for line in lines],
        starts=[line.start for line in lines],
        ends=[line.end for line in lines],
        amounts=[line.amount for line in lines],
        freshest=months_before(day.today.replace(day=1), fresh),
        exit_months=months,
    )


def follow_up(session: Session, day: Day) -> TextualSelect | None:
    """Closed files, unless by death: a visit every so many months, for so many months."""
    months = figure_if_any(session, "follow_up_months", day.today)
    every = figure_if_any(session, "follow_up_every_months", day.today)
    if not months or not every:
        return None
    return _query(
        """
        SELECT f.subject, f.due_on FROM (
            SELECT h.id AS subject, (n.made + 1) * :follow_every AS after_months,
                   (h.exited_on + make_interval(months => (n.made + 1) * :follow_every))::date AS due_on
            FROM household h CROSS JOIN LATERAL (
                SELECT count(*)::int AS made FROM household_visit v
                WHERE v.household_id = h.id AND v.purpose = 'follow_up') n
            WHERE h.state = 'exited' AND NOT EXISTS (
                SELECT FROM household_exit e WHERE e.household_id = h.id AND e.state = 'done' AND e.reason = 'death')) f
        WHERE f.after_months <= :follow_months AND f.due_on < :follow_horizon""",
        follow_every=every,
        follow_months=months,
        follow_horizon=day.horizon,
    )


def incomplete(_session: Session, _day: Day) -> TextualSelect | None:
    """Live files in which something is missing that the form stars; no day."""
    return _query(
        "SELECT h.id AS subject, NULL::date AS due_on FROM household h "
        "WHERE h.state IN ('draft', 'active', 'exiting') AND NOT h.complete"
    )


def dues_unpaid(session: Session, day: Day) -> TextualSelect | None:
    """Members whose dues are unpaid for six full months: 可能自动退会 (statement 12)."""
    months = figure_if_any(session, "dues_unpaid_months", day.today)
    return months and _query(
        """
        SELECT d.subject, d.due_on FROM (
            SELECT m.id AS subject, (date_trunc('month', m.dues_paid_through)
                   + make_interval(months => :dues_months + 1))::date AS due_on
            FROM membership m WHERE m.state = 'active' AND m.dues_paid_through IS NOT NULL) d
        WHERE d.due_on <= :dues_today""",
        dues_months=months,
        dues_today=day.today,
    )


Due = Callable[[Session, Day], TextualSelect | None]
OF_FILES: Mapping[str, Due] = MappingProxyType(
    {
        "review": review,
        "visit": visit,
        "paper": paper,
        "exit_possible": exit_possible,
        "follow_up": follow_up,
        "incomplete": incomplete,
    }
)
OF_MEMBERS: Mapping[str, Due] = MappingProxyType({"dues_unpaid": dues_unpaid})
KINDS = (*OF_FILES, *OF_MEMBERS)
