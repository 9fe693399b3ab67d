"""The season of visit points: every point with its heads and goods, summed by article and by visited unit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import IO

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from benefits.access.reach import within
from benefits.casework.relief.cap import season_of
from benefits.casework.relief.given import Given, given_at
from benefits.casework.relief.point import visible
from benefits.core.actor import Actor
from benefits.core.errors import invalid
from benefits.core.money import NOTHING
from benefits.papers import relief_season as paper
from models.goods_vocabulary import ReliefState
from models.relief_point import ReliefPoint
from models.unit import Unit

_HEADS = ("heads", "members", "non_members", "non_staff")


@dataclass(frozen=True)
class Season:
    """The points in sight from `since` until `until` (their day of visit, before it the planned one)."""

    since: date
    until: date
    lines: Sequence[paper.Line]
    articles: Sequence[paper.ArticleSum]
    units: Sequence[paper.UnitSum]
    total: paper.UnitSum


def season(session: Session, actor: Actor, *, unit_code: str | None, since: date | None, until: date | None) -> Season:
    """The points of a union and those below it, or of all in sight; this year's season by default, cancelled left out.

    Raises:
        Invalid: days out of order, or no such unit in sight.
    """
    first, last = season_of(session, (until or since or actor.today).year)
    since, until = since or first, until or last
    if until < since:
        raise invalid("/until", "days_out_of_order")
    day = func.coalesce(ReliefPoint.visited_on, ReliefPoint.planned_on)
    query = visible(actor).where(day.between(since, until), ReliefPoint.state != ReliefState.CANCELLED)
    if unit_code is not None:
        root = session.scalar(select(Unit.path).where(Unit.code == unit_code, within(actor, "relief.read")))
        if root is None:
            raise invalid("/unit", "unit_unknown")
        query = query.where(func.starts_with(Unit.path, root))
    points = session.scalars(query.order_by(day, ReliefPoint.id)).all()
    given = given_at(session, [point.id for point in points])
    lines = [line for point in points for line in _lines(point, given.get(point.id, []))]
    return Season(since, until, lines, list(_articles(lines)), list(_units(lines)), _sum("", "", lines))


def _lines(point: ReliefPoint, given: Sequence[Given]) -> Iterator[paper.Line]:
    """A point's lines: one a lot, at least one; heads and the point itself are counted in the first."""
    for place, each in enumerate(given or [None]):
        yield paper.Line(
            unit_code=point.unit.code,
            visited_unit_code=point.visited_unit.code,
            visited_unit=point.visited_unit.name,
            name=point.name,
            day=point.visited_on or point.planned_on,
            state=point.state,
            points=0 if place else 1,
            **{name: None if place else getattr(point, name) for name in _HEADS},
            article=each.lot.name if each else None,
            specification=each.lot.specification if each else None,
            batch_number=each.lot.batch_number if each else None,
            measure=each.lot.measure if each else None,
            unit_price=each.lot.unit_price if each else None,
            issued=each.issued if each else 0,
            returned=each.returned if each else 0,
            signed=(each.signed or 0) if each else 0,
            amount=each.amount if each else NOTHING,
            to_reimburse=each.to_reimburse if each else NOTHING,
        )


def _articles(lines: Sequence[paper.Line]) -> Iterator[paper.ArticleSum]:
    def article(line: paper.Line) -> tuple[str, str, str]:
        return line.article or "", line.specification or "", line.measure or ""

    named = sorted((line for line in lines if line.article), key=article)
    for (name, specification, measure), group in groupby(named, key=article):
        part = list(group)
        counts = {column: sum(getattr(line, column) for line in part) for column in ("issued", "returned", "signed")}
        yield paper.ArticleSum(name, specification or None, measure, **counts, amount=_yuan(part, "amount"))


def _units(lines: Sequence[paper.Line]) -> Iterator[paper.UnitSum]:
    def unit(line: paper.Line) -> str:
        return line.visited_unit_code

    for code, group in groupby(sorted(lines, key=unit), key=unit):
        part = list(group)
        yield _sum(code, part[0].visited_unit, part)


def _sum(code: str, name: str, lines: Sequence[paper.Line]) -> paper.UnitSum:
    heads = {column: sum(getattr(line, column) or 0 for line in lines) for column in _HEADS}
    return paper.UnitSum(
        visited_unit_code=code,
        visited_unit=name,
        points=sum(line.points for line in lines),
        **heads,
        amount=_yuan(lines, "amount"),
        to_reimburse=_yuan(lines, "to_reimburse"),
    )


def _yuan(lines: Sequence[paper.Line], column: str) -> Decimal:
    return sum((getattr(line, column) for line in lines), NOTHING)


def season_workbook(session: Session, actor: Actor, of: Season, language: str) -> IO[bytes]:
    """The same as XLSX; the caller closes it."""
    return paper.workbook(_paper(session, actor, of), language)


def season_sheet(session: Session, actor: Actor, of: Season, language: str) -> bytes:
    """The same as PDF."""
    return paper.sheet(_paper(session, actor, of), language)


def _paper(session: Session, actor: Actor, of: Season) -> paper.Season:
    union = session.scalar(select(Unit.name).where(Unit.id == actor.unit_id)) or ""
    return paper.Season(union, **vars(of), printed_at=actor.at, printed_by=actor.name)
