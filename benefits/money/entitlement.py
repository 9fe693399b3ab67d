"""The entitlement ledger: what a person was awarded over all unions; asked and reserved under a lock on the person."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Date, Integer, Text, Uuid, case, cast, func, select, update
from sqlalchemy.orm import Session

from benefits.rules.answer import LedgerKey
from benefits.rules.declaration import Programme, RecordFact
from models.application import Application
from models.entitlement import Entitlement
from models.secrecy import secrecy
from models.vocabulary import EntitlementState

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


def facts_of_record(
    session: Session, programme: Programme, asked: Sequence[tuple[LedgerKey, Standpoint]]
) -> list[dict[str, object]]:
    """What the books say of people for cases with these keys; what they cannot say stays out (unknown).

    In the order of the cases, with one question for each fact, however many cases there are.
    """
    keys = [_as_kept(session, view.person_id, key) for key, view in asked]
    known: list[dict[str, object]] = [{} for _ in asked]
    for fact in programme.record_facts:
        places = [place for place, key in enumerate(keys) if _asks(fact, key)]
        answers = _ask(session, fact, fact.programme or programme.code, [(keys[at], asked[at][1]) for at in places])
        for place, answer in zip(places, answers, strict=True):
            if answer is not None:
                known[place][fact.name] = answer
    return known


def _asks(fact: RecordFact, key: LedgerKey) -> bool:
    """Whether this fact is asked for such a case, and the key says enough to ask it."""
    if fact.kinds and key.kind not in fact.kinds:
        return False
    return fact.measure == "told" or all(getattr(key, part) is not None for part in fact.match)


def _ask(
    session: Session, fact: RecordFact, programme: str, asked: Sequence[tuple[LedgerKey, Standpoint]]
) -> list[object]:
    if not asked:
        return []
    views = [view for _, view in asked]
    columns = {
        "person": cast([view.person_id for view in views], ARRAY(Uuid)),
        "on_day": cast([view.on for view in views], ARRAY(Date)),
        "own_case": cast([view.case_id for view in views], ARRAY(Uuid)),
        "unit": cast([view.unit_id for view in views], ARRAY(Uuid)),
        **{
            part: cast([getattr(key, part) if part in fact.match else None for key, _ in asked], ARRAY(kind))
            for part, kind in (("kind", Text), ("occasion", Text), ("year", Integer))
        },
    }
    each = func.unnest(*columns.values()).table_valued(*columns, with_ordinality="place").render_derived().c
    question = (each.person, programme, each.kind, each.occasion, each.year, each.own_case)
    answer: ColumnElement[Any]
    if fact.measure == "told":
        answer = getattr(func, fact.told_by)(each.person, each.on_day, each.own_case)
    elif fact.measure == "sum":
        answer = (func.household_sum if fact.household else func.entitlement_sum)(*question)
    elif fact.measure == "elsewhere":
        answer = func.entitlement_count(*question, each.unit) > 0
    else:
        answer = func.entitlement_count(*question, None)
    return list(session.scalars(select(answer).order_by(each.place)))


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
