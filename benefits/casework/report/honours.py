"""The register of model workers as a report: honours with their holders as they stand on a day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from sqlalchemy.orm import Session

from benefits.casework.report.frame import Asked, Column, Report, Row
from benefits.core.actor import Actor
from benefits.core.code_table import code_table
from benefits.papers.labels import labels
from benefits.registry.honour_list import HonourFilter, holdings
from benefits.rules.declaration import label


def _rows(session: Session, actor: Actor, asked: Asked) -> Iterator[Row]:
    """As they stand today, or at the end of an earlier year."""
    day = min(asked.today, date(asked.year, 12, 31))
    return honour_rows(session, actor, HonourFilter(on=day, path=asked.path))


def honour_rows(session: Session, actor: Actor, chosen: HonourFilter) -> Iterator[Row]:
    """A line for each honour chosen, in the order of registration."""
    for honour, state, member, person, unit in session.execute(holdings(actor, chosen)):
        yield (
            unit.code,
            member.name,
            person.sex,
            "yes" if member.in_service else "no",
            honour.title,
            honour.level,
            honour.awarded_by,
            honour.awarded_on.isoformat() if honour.awarded_on else None,
            honour.certificate_number,
            state,
            honour.checked_on.isoformat() if honour.checked_on else None,
        )


def _in_table(name: str, code: str, language: str) -> str:
    return code_table(name).label(code, language)


HONOURS = Report(
    "honours",
    label("劳模及荣誉名册", "Register of model workers and honours"),
    (
        Column("unit_code", label("单位代码", "Unit"), share=3),
        Column("name", label("姓名", "Name"), share=2.6),
        Column("sex", label("性别", "Sex"), share=1.6, words=lambda code, language: _in_table("sex", code, language)),
        Column(
            "in_service",
            label("在职", "In service"),
            share=1.6,
            words=lambda code, language: _in_table("yes_no", code, language),
        ),
        Column("title", label("称号", "Title"), share=5),
        Column(
            "level",
            label("级别", "Level"),
            share=3.4,
            words=lambda code, language: _in_table("honour_level", code, language),
        ),
        Column("awarded_by", label("授予机关", "Awarded by"), share=4),
        Column("awarded_on", label("授予日期", "Awarded on"), share=2.8),
        Column("certificate_number", label("证书号", "Certificate"), share=4),
        Column(
            "state",
            label("状态", "State"),
            share=2.2,
            words=lambda code, language: labels(language).word("honour_state", code),
        ),
        Column("checked_on", label("原件核验日期", "Certificate seen on"), share=2.8),
    ),
    _rows,
    personal=True,
)
