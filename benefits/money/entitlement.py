"""The entitlement ledger: what a person was awarded over all unions; asked and reserved under a lock on the person."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from benefits.rules.answer import LedgerKey
from benefits.rules.declaration import Programme, RecordFact
from models.application import Application
from models.entitlement import Entitlement
from models.person import Person
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
    session.execute(select(Person.id).where(Person.id == person_id).with_for_update(key_share=True))


def record_facts(session: Session, programme: Programme, key: LedgerKey, view: Standpoint) -> Mapping[str, object]:
    """What the books say of a person for a case with this key; what they cannot say stays out (unknown)."""
    key = _as_kept(session, view.person_id, key)
    known: dict[str, object] = {}
    for fact in programme.record_facts:
        if fact.kinds and key.kind not in fact.kinds:
            continue
        if fact.measure == "told":
            told = session.scalars(select(getattr(func, fact.told_by)(view.person_id, view.on, view.case_id))).one()
            if told is not None:
                known[fact.name] = told
        elif all(getattr(key, part) is not None for part in fact.match):
            known[fact.name] = _ask(session, fact, fact.programme or programme.code, key, view)
    return known


def _ask(session: Session, fact: RecordFact, programme: str, key: LedgerKey, view: Standpoint) -> object:
    parts = [getattr(key, part) if part in fact.match else None for part in ("kind", "occasion", "year")]
    if fact.measure == "sum":
        total: Decimal = session.scalars(
            select(func.entitlement_sum(view.person_id, programme, *parts, view.case_id))
        ).one()
        return total
    elsewhere = view.unit_id if fact.measure == "elsewhere" else None
    count: int = session.scalars(
        select(func.entitlement_count(view.person_id, programme, *parts, view.case_id, elsewhere))
    ).one()
    return count > 0 if fact.measure == "elsewhere" else count


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


def reserve_award(session: Session, application: Application, key: LedgerKey, amount: Decimal) -> None:
    """Enter an award. The person is locked; `uq_entitlement_once` refuses a second one where the rules say once."""
    key = _as_kept(session, application.person_id, key)
    session.add(
        Entitlement(
            person_id=application.person_id,
            unit_id=application.unit_id,
            application_id=application.id,
            programme=application.programme,
            kind=key.kind or "",
            occasion=key.occasion or "",
            year=key.year or application.event_on.year,
            amount=amount,
            once=bool(key.once),
            state=EntitlementState.RESERVED,
            event_on=application.event_on,
        )
    )
    session.flush()


def settle_awards(session: Session, applications: Collection[UUID], state: EntitlementState) -> None:
    """Grant (when paid) or release (when given back) the live awards of these cases."""
    session.execute(
        update(Entitlement)
        .where(Entitlement.application_id.in_(applications), Entitlement.state != EntitlementState.RELEASED)
        .values(state=state)
        .execution_options(synchronize_session=False)
    )
