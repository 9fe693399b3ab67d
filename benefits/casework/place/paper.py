"""The list of participants and the sign-in sheet of a round as paper and workbook; each printing is recorded."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from benefits.access.reach import within
from benefits.casework.place.life import OVER
from benefits.casework.place.quota import leave_of
from benefits.core.actor import Actor
from benefits.papers.leave_list import LeaveList, Participant, leave_workbook, participants_pdf, sign_in_pdf
from benefits.record.writer import write_entry
from models.application import Application
from models.membership import Membership
from models.person import Person
from models.place import Place
from models.place_vocabulary import PlaceState
from models.round import Round
from models.unit import Unit

Shape = Literal["participants_pdf", "sign_in_pdf", "workbook"]


def print_leave(session: Session, actor: Actor, of: Round, shape: Shape, language: str) -> bytes:
    """Those with a place, as far as the actor reads cases, in the order of units and ranks.

    Raises:
        NotFound: the round is of no leave, or what it offers is not written down yet.
    """
    listed = _gathered(session, actor, of)
    if shape == "workbook":
        with leave_workbook(listed, language) as book:
            content = book.read()
    else:
        content = (participants_pdf if shape == "participants_pdf" else sign_in_pdf)(listed, language)
    write_entry(
        session,
        kind="export",
        action=f"leave_{shape}",
        table="round",
        row=of.id,
        unit_id=of.unit_id,
        data={"people": len(listed.participants), "digest": hashlib.sha256(content).hexdigest()},
    )
    return content


def _gathered(session: Session, actor: Actor, of: Round) -> LeaveList:
    leave = leave_of(session, of)
    rows = session.execute(
        select(Place, Membership, Person.sex, Unit.name)
        .join(Application, Application.id == Place.application_id)
        .join(Membership, Membership.id == Application.membership_id)
        .join(Person, Person.id == Place.person_id)
        .join(Unit, Unit.id == Place.unit_id)
        .where(Place.round_id == of.id, Place.state.not_in([*OVER, PlaceState.WAITING]), within(actor, "case.read"))
        .order_by(Unit.path, Place.rank)
    )
    return LeaveList(
        round_id=str(of.id),
        version=of.version,
        union_name=session.scalar(select(Unit.name).where(Unit.parent_id.is_(None))) or "",
        title=of.title,
        destination=leave.destination,
        lodging=leave.lodging,
        operator=leave.operator,
        insurer=leave.insurer,
        days=[of.event_on + timedelta(days=number) for number in range(of.facts.get("days", 1))],
        participants=[
            Participant(
                name=member.name,
                sex=sex,
                unit=unit,
                department=member.department or "",
                post=member.post or "",
                rank=place.rank,
                state=place.state,
                insurance_number=place.insurance_number or "",
            )
            for place, member, sex, unit in rows
        ],
        printed_at=actor.at,
        printed_by=actor.name,
    )
