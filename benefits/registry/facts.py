"""What the register knows of a member for an assessment, as it stood on the event's day where the register says so."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Container
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from benefits.registry.heat_days import heat_by_unit
from benefits.registry.unit_dues import dues_standing
from benefits.rules.facts import Honour as HeldHonour
from models.membership import Honour, Membership
from models.person import Person
from models.unit import Unit
from models.vocabulary import HonourState, MembershipState


def facts_of_members(
    session: Session, members: Collection[UUID], on: date, wanted: Container[str]
) -> dict[UUID, dict[str, Any]]:
    """The facts `wanted` by membership and name, where the register knows them: a few questions for all members.

    A member whose joining day is known was none before it. An honour is valid from its award while its state is.
    """
    rows = session.execute(
        select(Membership, Person.sex, Person.birth_date, Unit.union_kind, Unit.basic_education, Unit.remote_area)
        .join(Person, Person.id == Membership.person_id)
        .join(Unit, Unit.id == Membership.unit_id)
        .where(Membership.id.in_(members))
    ).all()
    units = {row.Membership.unit_id for row in rows}
    heat = heat_by_unit(session, units, on) if "max_temperature" in wanted else {}
    dues = dues_standing(session, units, on) if "unit_dues_paid_through" in wanted else {}
    honours = _honours(session, members, on) if "honours" in wanted else {}
    found = {
        member.id: {
            "membership_active": member.state != MembershipState.LEFT
            and (member.joined_on is None or member.joined_on <= on),
            "in_service": member.in_service,
            "employment_type": member.employment_type,
            "dues_paid_through": member.dues_paid_through,
            "union_kind": union_kind,
            "sex": sex,
            "birth_date": birth_date,
            "frontline": member.frontline,
            "outdoor": member.outdoor,
            "basic_education": basic_education,
            "remote_area": remote_area,
            "max_temperature": heat[member.unit_id].max_temperature if member.unit_id in heat else None,
            "joined_on": member.joined_on,
            "unit_named": True,
            "unit_dues_paid_through": dues[member.unit_id].paid_through if dues else None,
            "unit_dues_settled_on": dues[member.unit_id].settled_on if dues else None,
            "honours": tuple(honours.get(member.id, ())),
        }
        for member, sex, birth_date, union_kind, basic_education, remote_area in rows
    }
    return {
        member: {name: value for name, value in facts.items() if name in wanted and value is not None}
        for member, facts in found.items()
    }


def _honours(session: Session, members: Collection[UUID], on: date) -> defaultdict[UUID, list[HeldHonour]]:
    held: defaultdict[UUID, list[HeldHonour]] = defaultdict(list)
    rows = session.scalars(
        select(Honour)
        .where(Honour.membership_id.in_(members))
        .order_by(Honour.id)
        .options(selectinload(Honour.states))
        .execution_options(populate_existing=True)
    )
    for row in rows:
        if row.awarded_on is None or row.awarded_on <= on:
            valid = row.state_on(on) == HonourState.VALID
            held[row.membership_id].append(HeldHonour(row.title, row.level, valid=valid))
    return held
