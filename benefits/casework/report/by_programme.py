"""Cases, persons and money of a year by programme, kind and unit."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from benefits import catalogue
from benefits.casework.report.frame import Asked, Column, Report, Row
from benefits.casework.standing import word_of
from benefits.core.actor import Actor
from benefits.rules.declaration import label
from models.application import Application
from models.money import Disbursement
from models.unit import Unit
from models.vocabulary import ApplicationState as State
from models.vocabulary import DisbursementState


def _rows(session: Session, actor: Actor, asked: Asked) -> Iterator[Row]:
    """Cases of events in the year that were handed in at least once; what is approved and paid now."""
    paid = (
        select(
            Disbursement.application_id, func.sum(Disbursement.amount - Disbursement.reversed_amount).label("amount")
        )
        .where(Disbursement.state == DisbursementState.PAID)
        .group_by(Disbursement.application_id)
        .subquery()
    )
    approved, rejected = Application.state == State.APPROVED, Application.state == State.REJECTED
    kind = func.coalesce(Application.kind, "")
    found = session.execute(
        select(
            Application.programme,
            kind,
            Unit.code,
            func.count(),
            func.count(case((approved, 1))),
            func.count(case((rejected, 1))),
            func.count(case((approved, Application.person_id)).distinct()),
            func.coalesce(func.sum(case((approved, Application.approved_amount))), 0),
            func.coalesce(func.sum(paid.c.amount), 0),
        )
        .join(Unit, Unit.id == Application.unit_id)
        .outerjoin(paid, paid.c.application_id == Application.id)
        .where(
            asked.covers(actor),
            Application.submission > 0,
            Application.event_on.between(date(asked.year, 1, 1), date(asked.year, 12, 31)),
        )
        .group_by(Application.programme, kind, Unit.code, Unit.path)
        .order_by(Application.programme, kind, Unit.path)
    )
    for row in found:
        yield (row[0], kind_code(row[0], row[1]), *row[2:])


def kind_code(programme: str, kind: str) -> str:
    """A kind with its programme, so that it can be put in words alone; empty where no assessment told it."""
    return f"{programme}/{kind}" if kind else ""


def programme_words(code: str, language: str) -> str:
    """A programme's title; one that is no longer there is shown by its code."""
    known = catalogue.programmes().get(code)
    return known.titles[language] if known else code


def kind_words(code: str, language: str) -> str:
    """What people say for a kind as `kind_code` writes it."""
    programme, _, kind = code.partition("/")
    known = catalogue.programmes().get(programme)
    return word_of(known, kind, language) if known else kind


PROGRAMMES = Report(
    "programmes",
    label("帮扶与福利项目统计表", "Cases and money by programme"),
    (
        Column("programme", label("项目", "Programme"), share=5, words=programme_words),
        Column("kind", label("类别", "Kind"), share=4, words=kind_words),
        Column("unit_code", label("单位代码", "Unit"), share=3.4),
        Column("filed", label("申报件数", "Filed"), "count", summed=True, share=2.4),
        Column("approved", label("批准件数", "Approved"), "count", summed=True, share=2.4),
        Column("rejected", label("不予批准", "Rejected"), "count", summed=True, share=2.4),
        Column("persons", label("受益人数", "Persons"), "count", share=2.4),
        Column("amount_approved", label("批准金额", "Amount approved"), "yuan", summed=True, share=4),
        Column("amount_paid", label("已付金额", "Amount paid"), "yuan", summed=True, share=4),
    ),
    _rows,
)
