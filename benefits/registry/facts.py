"""What the register knows of a member for an assessment, as it stood on the event's day where the register says so."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from benefits.rules.facts import Honour as HeldHonour
from models.membership import Honour, Membership
from models.person import Person
from models.unit import Unit
from models.vocabulary import MembershipState


def member_facts(session: Session, member: Membership, on: date) -> dict[str, Any]:
    """Facts by name; None where the register does not know.

    A member whose joining day is known was none before it. An honour is valid from its award until its revocation.
    """
    person = session.get_one(Person, member.person_id)
    unit = session.get_one(Unit, member.unit_id)
    joined = member.joined_on is None or member.joined_on <= on
    return {
        "membership_active": member.state != MembershipState.LEFT and joined,
        "in_service": member.in_service,
        "employment_type": member.employment_type,
        "dues_paid_through": member.dues_paid_through,
        "sex": person.sex,
        "birth_date": person.birth_date,
        "frontline": member.frontline,
        "outdoor": member.outdoor,
        "basic_education": unit.basic_education,
        "remote_area": unit.remote_area,
        "honours": _honours(session, member, on),
    }


def _honours(session: Session, member: Membership, on: date) -> tuple[HeldHonour, ...]:
    rows = session.scalars(select(Honour).where(Honour.membership_id == member.id).order_by(Honour.id))
    return tuple(
        HeldHonour(row.title, row.level, valid=row.revoked_on is None or on < row.revoked_on)
        for row in rows
        if row.awarded_on is None or row.awarded_on <= on
    )
