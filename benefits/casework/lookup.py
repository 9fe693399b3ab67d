"""Who looked at what a member's files keep in the clear: told to the member, with names, purpose and fields."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, Text, and_, func, or_, select
from sqlalchemy.orm import Session

from benefits import catalogue
from benefits.record.writer import write_entry
from models.application import Application
from models.household import Household
from models.membership import Membership
from models.money import Disbursement
from models.record_entry import RecordEntry
from models.screening import ScreeningAppointment
from models.screening_result import ScreeningFollowUp, ScreeningResult

_KINDS = ("disclosure", "reading", "export")


@dataclass(frozen=True)
class Lookup:
    """One look: when (aware), by whom, in which roles, at what, which fields, and what for as far as it was said."""

    n: int
    at: datetime
    name: str | None
    unit: str | None
    roles: tuple[str, ...]
    what: str
    fields: tuple[str, ...]
    purpose: str | None


def lookups_of(session: Session, member: Membership) -> list[Lookup]:
    """Every recorded look at what is kept of a member here, the newest first, auditors' too (个人信息保护法 art. 44).

    Looks at the membership, at papers, health facts and findings of its cases, at screening details, at hardship files
    that the member heads; and files that carry the account or the name: bank files and sheets for signing.
    """
    told = func.account_told(RecordEntry.account_id, RecordEntry.at, type_=ARRAY(Text))
    of_case = RecordEntry.application_id.in_(select(Application.id).where(Application.membership_id == member.id))
    of_rows = (
        and_(RecordEntry.table_name == table, RecordEntry.row_id.in_(ids)) for table, ids in _rows(session, member)
    )
    found = session.execute(
        select(RecordEntry.n, RecordEntry.at, RecordEntry.action, RecordEntry.body, told)
        .where(RecordEntry.kind.in_(_KINDS), or_(of_case, *of_rows))
        .order_by(RecordEntry.n.desc())
    )
    return [_lookup(n, at, action, body, who) for n, at, action, body, who in found]


def record_health_facts(session: Session, application: Application, facts: Mapping[str, Any]) -> None:
    """Keep that a case's facts on health or children were shown; nothing where it has none."""
    known = catalogue.programme(application.programme).all_facts
    shown = sorted(
        name for name, value in facts.items() if value is not None and name in known and known[name].sensitive
    )
    if shown:
        write_entry(
            session,
            kind="reading",
            action="case.facts",
            table="application",
            row=application.id,
            unit_id=application.unit_id,
            application_id=application.id,
            data={"fields": shown},
        )


def _rows(session: Session, member: Membership) -> Iterator[tuple[str, list[str]]]:
    """Table → the ids of its rows that are the member's or carry what is theirs."""
    case = select(Application.id).where(Application.membership_id == member.id)
    mine = select(ScreeningAppointment.id).where(ScreeningAppointment.membership_id == member.id)
    results = select(ScreeningResult.id).where(ScreeningResult.appointment_id.in_(mine))
    queries = {
        "screening_appointment": mine,
        "screening_result": results,
        "screening_follow_up": select(ScreeningFollowUp.id).where(ScreeningFollowUp.result_id.in_(results)),
        "household": select(Household.id).where(Household.person_id == member.person_id),
        "payment_batch": select(Disbursement.batch_id).where(Disbursement.application_id.in_(case)).distinct(),
        "roster": select(Application.roster_id).where(Application.membership_id == member.id).distinct(),
    }
    yield "membership", [str(member.id)]
    for table, query in queries.items():
        yield table, [str(each) for each in session.scalars(query) if each is not None]


def _lookup(n: int, at: datetime, action: str, body: Any, who: Sequence[str] | None) -> Lookup:
    name, unit, *roles = who or (None, None)
    data = body["data"]
    return Lookup(
        n=n,
        at=at,
        name=name,
        unit=unit,
        roles=tuple(sorted(set(data.get("roles") or roles))),
        what=action,
        fields=tuple(data.get("fields") or ()),
        purpose=data.get("purpose"),
    )
