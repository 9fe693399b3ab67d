"""Figures of a round for publication: persons by unit, age band or class, small cells hidden, never a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, case, cast, extract, func, literal, select
from sqlalchemy.orm import Session

from benefits.access.reach import along, within
from benefits.casework.screening.next_step import PROGRAMME, figure
from benefits.casework.screening.suppression import TOTAL, Released, released
from benefits.core.actor import Actor
from benefits.core.errors import invalid
from models.person import Person
from models.round import Round
from models.screening import ScreeningAppointment
from models.screening_result import ScreeningFollowUp, ScreeningResult
from models.screening_vocabulary import AppointmentState, FollowUpEnd, FollowUpState, ResultClass
from models.unit import Unit

By = Literal["unit", "age_band", "class", "follow_up"]
CLASSES = ("waiting", "declined", "examined", *(each for each in ResultClass if each != ResultClass.DECLINED))
BANDS = ((0, 34), (35, 39), (40, 44), (45, 49), (50, 54), (55, 59), (60, 64), (65, 200))
FOLLOWED = ("closed_in_time", "closed_late", "examined", "waiting")


@dataclass(frozen=True)
class Statistics:
    """The released table of one round, and that of its follow-ups (one row, `FOLLOWED`)."""

    round_id: UUID
    title: str
    year: int
    by: By
    least: int
    table: Released
    follow_ups: Released

    def share_followed(self) -> str | None:
        """Of the follow-ups those that led to an examination or were closed, in per cent; None where hidden."""
        return self._share("closed_in_time", "closed_late", "examined")

    def share_closed_in_time(self) -> str | None:
        """Of the follow-ups those closed within the days of the rules, in per cent; None where hidden."""
        return self._share("closed_in_time")

    def _share(self, *parts: str) -> str | None:
        figures = self.follow_ups.figures
        shown = [figures[TOTAL, part] for part in parts]
        whole = figures[TOTAL, TOTAL]
        if not whole or None in shown:
            return None
        return f"{100 * sum(each or 0 for each in shown) / whole:.1f}"


def statistics(session: Session, actor: Actor, *, round_id: UUID, by: By) -> Statistics:
    """The figures of a round within the actor's units (domain §7.3: cells of at least five persons, an example).

    Raises:
        Invalid: there is no such round of screening in sight.
    """
    in_sight = along(actor, "screening.read")
    of = session.scalar(
        select(Round).join(Round.unit).where(Round.id == round_id, Round.programme == PROGRAMME, in_sight)
    )
    if of is None:
        raise invalid("/round", "round_unknown")
    least = figure(session, "smallest_cell", of.event_on)
    counts = _counted(session, actor, of, by)
    groups = _in_order(by, counts) if by in {"unit", "age_band"} else []
    follow_ups = released(_follow_ups(session, actor, of), [], FOLLOWED, least=least)
    table = released(counts, groups, CLASSES, least=least)
    return Statistics(of.id, of.title, of.event_on.year, by, least, table, follow_ups)


def _in_order(by: By, counts: Mapping[tuple[str, str], int]) -> Sequence[str]:
    found = {group for group, _ in counts}
    return [band for band in map(_band, BANDS) if band in found] if by == "age_band" else sorted(found)


def _band(ages: tuple[int, int]) -> str:
    return f"{ages[0]}–{ages[1]}"


def _counted(session: Session, actor: Actor, of: Round, by: By) -> Counter[tuple[str, str]]:
    """Persons by group and class: the result's class, else how far the appointment has come."""
    each = ScreeningAppointment
    how_far = case(
        (ScreeningResult.result_class.is_not(None), ScreeningResult.result_class),
        (each.state == AppointmentState.DECLINED, ResultClass.DECLINED),
        (each.state == AppointmentState.ATTENDED, "examined"),
        else_="waiting",
    )
    groups: dict[By, Any] = {"unit": Unit.code, "age_band": _age_band(of)}
    grouped = groups.get(by, literal(TOTAL)).label("grouped")
    rows = session.execute(
        select(grouped, how_far.label("how_far"), func.count(each.person_id.distinct()))
        .join(Unit, Unit.id == each.unit_id)
        .join(Person, Person.id == each.person_id)
        .outerjoin(ScreeningResult, ScreeningResult.appointment_id == each.id)
        .where(each.round_id == of.id, each.state != AppointmentState.WITHDRAWN, within(actor, "screening.read"))
        .group_by("grouped", "how_far")
    )
    return Counter({(group, how): persons for group, how, persons in rows})


def _age_band(of: Round) -> ColumnElement[str]:
    """The band of her age on the day booked, or on the round's day before one is."""
    on = func.coalesce(ScreeningAppointment.booked_on, of.event_on)
    age = cast(extract("year", func.age(on, Person.birth_date)), Integer)
    return case(*((age <= ages[1], _band(ages)) for ages in BANDS), else_=_band(BANDS[-1]))


def _follow_ups(session: Session, actor: Actor, of: Round) -> Counter[tuple[str, str]]:
    each = ScreeningFollowUp
    how = case(
        ((each.state == FollowUpState.CLOSED) & (each.closed_on <= each.close_by), "closed_in_time"),
        (each.state == FollowUpState.CLOSED, "closed_late"),
        (each.state == FollowUpState.EXAMINED, "examined"),
        else_="waiting",
    ).label("how")
    rows = session.execute(
        select(how, func.count())
        .select_from(each)
        .join(ScreeningResult, ScreeningResult.id == each.result_id)
        .join(ScreeningAppointment, ScreeningAppointment.id == ScreeningResult.appointment_id)
        .join(Unit, Unit.id == each.unit_id)
        .where(
            ScreeningAppointment.round_id == of.id,
            each.ended.is_distinct_from(FollowUpEnd.CORRECTED),
            within(actor, "screening.read"),
        )
        .group_by("how")
    )
    return Counter({(TOTAL, how): count for how, count in rows})
