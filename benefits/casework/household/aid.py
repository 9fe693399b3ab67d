"""帮扶记录: every hardship aid to a household, of all its members, as far as the reader sees; the rest as one sum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.orm import Session

from benefits.access.reach import within
from benefits.core.actor import Actor
from benefits.core.money import NOTHING
from models.application import Application
from models.entitlement import Entitlement
from models.household import Household
from models.money import Disbursement, Fund
from models.unit import Unit
from models.vocabulary import EntitlementState

PROGRAMME = "hardship"


@dataclass(frozen=True)
class Aid:
    """One award: of which kind and day, from which purse, how much, and how far its payment is (None: none made)."""

    id: UUID
    application_id: UUID
    case_number: int
    unit_code: str
    on: date
    kind: str
    source: str | None
    amount: Decimal
    state: str
    payment: str | None


@dataclass(frozen=True)
class AidRecord:
    """The awards in sight by day, and what unions out of sight gave in all: no date, no unit."""

    given: Sequence[Aid]
    elsewhere: Decimal


def aid_of(session: Session, actor: Actor, household: Household) -> AidRecord:
    """The aid record of a file; awards that were taken back stay in it, marked `released`, and count nothing."""
    people = session.scalars(select(func.household_people(array([household.person_id])))).one()
    newest = (
        select(Disbursement.state)
        .where(Disbursement.application_id == Entitlement.application_id)
        .order_by(Disbursement.id.desc())
        .limit(1)
        .correlate(Entitlement)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Entitlement, Application.number, Unit.code, Fund.source, newest)
        .join(Application, Application.id == Entitlement.application_id)
        .join(Unit, Unit.id == Entitlement.unit_id)
        .outerjoin(Fund, Fund.id == Application.fund_id)
        .where(Entitlement.person_id.in_(people), Entitlement.programme == PROGRAMME, within(actor, "household.read"))
        .order_by(Entitlement.event_on, Entitlement.id)
    )
    given = [
        Aid(
            each.id,
            each.application_id,
            number,
            code,
            each.event_on,
            each.kind,
            source,
            each.amount,
            each.state,
            payment,
        )
        for each, number, code, source, payment in rows
    ]
    asked = (household.person_id, PROGRAMME, None, None, None, None)
    total: Decimal = session.scalars(select(func.household_sum(*asked))).one()
    seen = sum((each.amount for each in given if each.state != EntitlementState.RELEASED), start=NOTHING)
    return AidRecord(given, total - seen)
