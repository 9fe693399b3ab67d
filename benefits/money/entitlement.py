"""The entitlement ledger: what a person was awarded over all unions; asked and reserved under a lock on the person."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cache
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Date,
    Integer,
    Select,
    Text,
    Uuid,
    and_,
    bindparam,
    case,
    cast,
    func,
    null,
    select,
    true,
    update,
)
from sqlalchemy.orm import Session

from benefits.rules.answer import LedgerKey
from benefits.rules.declaration import Programme, RecordFact
from models.application import Application
from models.entitlement import Entitlement
from models.secrecy import secrecy
from models.vocabulary import EntitlementState

_ASKED: Mapping[str, Any] = MappingProxyType(
    {"person": Uuid, "on_day": Date, "own_case": Uuid, "unit": Uuid, "kind": Text, "occasion": Text, "year": Integer}
)
_DIGEST = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True)
class Standpoint:
    """Who asks the books: about this person, from this unit, for a day, leaving out this case's own award."""

    person_id: UUID
    unit_id: UUID
    on: date
    case_id: UUID | None = None


def lock_person(session: Session, person_id: UUID) -> None:
    """Hold the person until the transaction ends: whoever else would ask and reserve for them waits. The first lock."""
    lock_people(session, [person_id])


def lock_people(session: Session, people: Collection[UUID]) -> None:
    """The same for many, in id order: two who want some of the same people wait for each other, never both at once.

    All who share a live hardship file with them are held too: what one is given counts for the household.
    """
    session.execute(select(func.household_lock(cast(list(people), ARRAY(Uuid)))))


def lock_people_of(session: Session, wanted: Select[UUID]) -> None:
    """The same for those whom a question names: asked and held in one statement."""
    people = wanted.subquery()
    session.execute(select(func.household_lock(func.array_agg(people.c[0]))))


def facts_of_record(
    session: Session, programme: Programme, asked: Sequence[tuple[LedgerKey, Standpoint]]
) -> list[dict[str, object]]:
    """What the books say of people for cases with these keys; what they cannot say stays out (unknown).

    In the order of the cases, with one question, however many facts and cases there are.
    """
    facts = programme.record_facts
    if not (facts and asked):
        return [{} for _ in asked]
    keys = [_as_kept(session, view.person_id, key) for key, view in asked]
    cases = {
        "person": [view.person_id for _, view in asked],
        "on_day": [view.on for _, view in asked],
        "own_case": [view.case_id for _, view in asked],
        "unit": [view.unit_id for _, view in asked],
        **{part: [getattr(key, part) for key in keys] for part in ("kind", "occasion", "year")},
    }
    return [
        {fact.name: answer for fact, answer in zip(facts, row, strict=True) if answer is not None}
        for row in session.execute(_question(programme.code, facts), cases)
    ]


@cache
def _question(programme: str, facts: tuple[RecordFact, ...]) -> Select[Any]:
    """What a programme asks of its cases, a row for each in their order; written once."""
    columns = {name: cast(bindparam(name, type_=ARRAY(kind)), ARRAY(kind)) for name, kind in _ASKED.items()}
    each = func.unnest(*columns.values()).table_valued(*columns, with_ordinality="place").render_derived().c
    answers = [case((_asks(fact, each), _answer(fact, fact.programme or programme, each))) for fact in facts]
    return select(*answers).order_by(each.place)


def _asks(fact: RecordFact, each: Any) -> ColumnElement[bool]:
    """Whether this fact is asked for a case, and its key says enough to ask it."""
    parts = () if fact.measure == "told" else fact.match
    of_kind = [each.kind.in_(fact.kinds)] if fact.kinds else []
    return and_(true(), *of_kind, *(each[part].is_not(None) for part in parts))


def _answer(fact: RecordFact, programme: str, each: Any) -> ColumnElement[Any]:
    """What the record role's function answers for a case; a part of the key that does not count is null."""
    kind, occasion, year = (each[part] if part in fact.match else null() for part in ("kind", "occasion", "year"))
    question = (each.person, programme, kind, occasion, year, each.own_case)
    answer: ColumnElement[Any]
    if fact.measure == "told":
        answer = getattr(func, fact.told_by)(each.person, each.on_day, each.own_case)
    elif fact.measure == "sum":
        answer = (func.household_sum if fact.household else func.entitlement_sum)(*question)
    elif fact.measure == "elsewhere":
        answer = func.entitlement_count(*question, each.unit) > 0
    else:
        answer = func.entitlement_count(*question, null())
    return answer


def _as_kept(session: Session, person_id: UUID, key: LedgerKey) -> LedgerKey:
    """The key as rows hold it: an occasion that names a disease or a child only as a keyed hash, the person's own.

    With the person in it, equal hashes never tell which members share a disease.
    """
    if not (key.sensitive and key.occasion):
        return key
    return replace(key, occasion=secrecy(session).index("occasion", f"{person_id}:{key.occasion}").hex())


def open_occasion(award: Entitlement) -> str | None:
    """The occasion of an award in the clear; None where there is none, or one that only the case's own page tells."""
    return None if _DIGEST.fullmatch(award.occasion) else award.occasion or None


@dataclass(frozen=True)
class Reservation:
    """What a case is given: how it is counted, how much, and what it is booked to (`RIGHTS.HARDSHIP`)."""

    application: Application
    key: LedgerKey
    amount: Decimal
    account_key: str | None


def reserve_awards(session: Session, awards: Sequence[Reservation]) -> None:
    """Enter awards. The people are locked; `uq_entitlement_once` refuses a second one where the rules say once."""
    session.add_all(_entered(session, award) for award in awards)
    session.flush()


def correct_award(session: Session, application_id: UUID, amount: Decimal) -> None:
    """Set the live award of a case to what was given in the end."""
    session.execute(
        update(Entitlement)
        .where(Entitlement.application_id == application_id, Entitlement.state != EntitlementState.RELEASED)
        .values(amount=amount)
        .execution_options(synchronize_session=False)
    )


def lower_award(session: Session, application_id: UUID, by: Decimal) -> None:
    """Give back a part of what the live award of a case counts for; with nothing left it is released."""
    left = func.greatest(Entitlement.amount - by, 0)
    session.execute(
        update(Entitlement)
        .where(Entitlement.application_id == application_id, Entitlement.state != EntitlementState.RELEASED)
        .values(
            amount=left,
            state=case((left > 0, Entitlement.state), else_=EntitlementState.RELEASED.value),
        )
        .execution_options(synchronize_session=False)
    )


def _entered(session: Session, award: Reservation) -> Entitlement:
    application = award.application
    key = _as_kept(session, application.person_id, award.key)
    return Entitlement(
        person_id=application.person_id,
        unit_id=application.unit_id,
        application_id=application.id,
        programme=application.programme,
        kind=key.kind or "",
        occasion=key.occasion or "",
        year=key.year or application.event_on.year,
        amount=award.amount,
        once=bool(key.once),
        state=EntitlementState.RESERVED,
        event_on=application.event_on,
        account_key=award.account_key,
    )


def settle_awards(session: Session, applications: Collection[UUID], state: EntitlementState) -> None:
    """Grant (when paid), reserve again (when the money came back) or release the live awards of these cases."""
    session.execute(
        update(Entitlement)
        .where(Entitlement.application_id.in_(applications), Entitlement.state != EntitlementState.RELEASED)
        .values(state=state)
        .execution_options(synchronize_session=False)
    )
