"""The sheet of a roster as paper and workbook: rows gathered into the plain values that are printed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from benefits import catalogue
from benefits.access.person import person_keys
from benefits.casework.roster.receipt import opened
from benefits.casework.roster.shelf import Entry, sheet_lines
from benefits.core.actor import Actor
from benefits.money.signature import signatures_of
from benefits.papers import roster_sheet as paper
from benefits.papers.labels import labels
from benefits.papers.roster_workbook import roster_workbook
from benefits.record.writer import write_entry
from models.account import Account
from models.application import Act
from models.money import Fund
from models.person import Person
from models.roster import Roster
from models.roster_vocabulary import RosterLineState
from models.secrecy import secrecy
from models.unit import Unit

Shape = Literal["pdf", "xlsx"]


def print_sheet(session: Session, actor: Actor, roster: Roster, shape: Shape, language: str) -> bytes:
    """The sheet as PDF or XLSX; it names people, so each printing enters the record."""
    entries = sheet_lines(session, roster)
    of = _sheet(session, actor, roster, entries, language)
    content = (paper.roster_pdf if shape == "pdf" else roster_workbook)(of, language)
    write_entry(
        session,
        kind="export",
        action="roster_sheet",
        table="roster",
        row=roster.id,
        unit_id=roster.unit_id,
        data={"format": shape, "lines": len(entries), "digest": hashlib.sha256(content).hexdigest()},
    )
    return content


def _sheet(
    session: Session, actor: Actor, roster: Roster, entries: Sequence[Entry], language: str
) -> paper.RosterSheet:
    names = _names(session, roster)
    approvals = _approvals(session, entries, language)
    fund = session.get(Fund, roster.fund_id) if roster.fund_id else None
    keys = person_keys(session, {entry.line.person_id for entry in entries if _needs_key(entry)})
    identities = _identities(session, keys)
    programme, item = _in_words(roster, language)
    filed_at = roster.frozen_at or roster.created_at
    return paper.RosterSheet(
        roster_id=str(roster.id),
        number=roster.number,
        version=roster.version,
        union_name=session.scalar(select(Unit.name).where(Unit.parent_id.is_(None))) or "",
        unit=roster.unit.name,
        title=roster.title,
        programme=programme,
        item=item,
        event_on=roster.event_on,
        cut_off_on=roster.cut_off_on,
        state=roster.state,
        fund=fund.name if fund else "",
        lines=[_line(session, roster, entry, keys, identities, language) for entry in entries],
        filed_by=paper.Hand(names[roster.frozen_by or roster.drawn_up_by], filed_at),
        checked_by=approvals[:-1] if roster.approved_by else approvals,
        decided_by=approvals[-1] if roster.approved_by and approvals else None,
        printed_at=actor.at,
        printed_by=actor.name,
    )


def _names(session: Session, roster: Roster) -> dict[UUID | None, str]:
    wanted = {roster.frozen_by, roster.drawn_up_by} - {None}
    return {row.id: row.name for row in session.execute(select(Account.id, Account.name).where(Account.id.in_(wanted)))}


def _approvals(session: Session, entries: Sequence[Entry], language: str) -> list[paper.Hand]:
    """The reviewers since the cut-off, in order; each has approved every line that is still on the list."""
    case = next((entry.case for entry in entries if entry.case), None)
    if case is None:
        return []
    acts = session.scalars(
        select(Act)
        .where(Act.application_id == case.id, Act.act == "approve", Act.submission == case.submission)
        .order_by(Act.id)
    ).all()
    signed = signatures_of(session, acts)
    return [paper.Hand(signed[act.id].written(language), act.acted_at) for act in acts if signed[act.id].name]


def _needs_key(entry: Entry) -> bool:
    return not entry.member.staff_number or entry.line.proxy_cipher is not None


def _identities(session: Session, keys: Mapping[UUID, bytes]) -> dict[UUID, str]:
    """The last four of identity numbers."""
    rows = session.execute(select(Person.id, Person.id_cipher).where(Person.id.in_(keys)))
    own = secrecy(session)
    return {row.id: own.decrypt(keys[row.id], row.id, "id_number", row.id_cipher).decode()[-4:] for row in rows}


def _in_words(roster: Roster, language: str) -> tuple[str, str]:
    """What is given and in which form, from the facts that are the same for all."""
    programme = catalogue.programme(roster.programme)
    said = {
        fact.name: fact.choices[roster.facts[fact.name]][language]
        for fact in programme.facts
        if roster.facts.get(fact.name) in fact.choices
    }
    form = said.pop("form", "")
    kind = " · ".join(said.values()) or programme.titles[language]
    return kind, f"{roster.item_name} {roster.item_specification}".strip() if roster.item_name else form


def _line(
    session: Session,
    roster: Roster,
    entry: Entry,
    keys: Mapping[UUID, bytes],
    identities: Mapping[UUID, str],
    language: str,
) -> paper.Line:
    line, member, case = entry.line, entry.member, entry.case
    text: dict[str, Any] = labels(language).part("roster")
    proxy = opened(session, keys[line.person_id], line) if line.proxy_cipher and line.person_id in keys else None
    said = text["proxy_said"].format(**vars(proxy)) if proxy else ""
    fetched = line.state != RosterLineState.UNCLAIMED  # else nothing was given, and no sum counts it
    if not fetched:
        said = text["unclaimed"].format(reason=line.unclaimed_reason)
    return paper.Line(
        serial=line.serial,
        name=member.name,
        number=member.staff_number or identities.get(line.person_id, ""),
        unit=entry.unit.name if entry.unit.id != roster.unit_id else "",
        department=member.department or "",
        membership=member.state,
        dues_through=member.dues_paid_through,
        quantity=line.quantity if fetched else None,
        price=roster.item_price,
        amount=(case.approved_amount or case.amount) if case and fetched else None,
        received_on=line.received_on,
        signature=member.name if line.signed_by == "self" else "",
        proxy=said,
    )
