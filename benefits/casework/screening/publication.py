"""The figures of a round in each form: the same rows, a hidden figure the same star, on the page, in XLSX and PDF."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from benefits.casework.screening.statistics import FOLLOWED, Statistics
from benefits.casework.screening.suppression import TOTAL
from benefits.core.actor import Actor
from benefits.papers import report as paper
from benefits.papers.export import control_digest
from benefits.papers.labels import Labels, labels
from benefits.papers.workbook import Table, write_workbook
from models.unit import Unit

Figure = int | None


@dataclass(frozen=True)
class Line:
    """A row: its group, the figures of its classes in order, and its total; None is not published."""

    group: str
    figures: Sequence[Figure]
    total: Figure


def lines_of(of: Statistics) -> list[Line]:
    """The rows, the total's last; by class and of follow-ups a row has its total alone."""
    if of.by in {"class", "follow_up"}:
        table = of.follow_ups if of.by == "follow_up" else of.table
        return [Line(each, [], table.figures[TOTAL, each]) for each in (*table.classes, TOTAL)]
    return [
        Line(group, [of.table.figures[group, each] for each in of.table.classes], of.table.figures[group, TOTAL])
        for group in (*of.table.groups, TOTAL)
    ]


def classes_of(of: Statistics) -> Sequence[str]:
    """The classes that the figures of a row stand for."""
    return [] if of.by in {"class", "follow_up"} else of.table.classes


def as_xlsx(of: Statistics, language: str) -> bytes:
    """The rows as a workbook."""
    words = labels(language)
    with write_workbook([Table(_title(of, words), _columns(of, words), _rows(of, words))]) as whole:
        return whole.read()


def as_pdf(session: Session, actor: Actor, of: Statistics, language: str) -> bytes:
    """The rows on paper."""
    words = labels(language)
    columns, rows = _columns(of, words), [tuple(map(str, row)) for row in _rows(of, words)]
    return paper.report(
        paper.Report(
            union_name=session.scalar(select(Unit.name).where(Unit.parent_id.is_(None))) or "",
            title=_title(of, words),
            unit="",
            year=of.year,
            columns=[paper.Column(title, 3.0, figure=place > 0) for place, title in enumerate(columns)],
            rows=rows[:-1],
            totals=rows[-1],
            count=len(rows) - 1,
            digest=control_digest(columns, rows),
            as_of=actor.at,
            printed_at=actor.at,
            printed_by=actor.name,
        ),
        language,
    )


def _title(of: Statistics, words: Labels) -> str:
    text = words.part("screening")
    return text["statistics"].format(by=text[f"by_{of.by}"], title=of.title)


def _columns(of: Statistics, words: Labels) -> list[str]:
    text = words.part("screening")
    if of.by in {"class", "follow_up"}:
        return [text[of.by], text["persons"]]
    return [text[of.by], *(words.word("screening", each) for each in classes_of(of)), text["total"]]


def _rows(of: Statistics, words: Labels) -> list[tuple[str | int, ...]]:
    text = words.part("screening")
    star = text["withheld"]
    named = {TOTAL: text["total"], **{each: words.word("screening", each) for each in (*of.table.classes, *FOLLOWED)}}
    return [
        (
            named.get(line.group, line.group),
            *(star if figure is None else figure for figure in (*line.figures, line.total)),
        )
        for line in lines_of(of)
    ]
