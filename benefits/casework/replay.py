"""Every stored decision evaluated anew from its stored facts and edition: the same answer, to the byte, for ever."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from benefits.access.person import person_key
from benefits.access.reach import within
from benefits.casework.assessment import judged_again
from benefits.casework.household.figures import PROGRAMME
from benefits.core.actor import Actor
from benefits.jobs.queue import enqueue
from benefits.jobs.work import Work
from benefits.record.writer import write_entry
from benefits.registry.file_key import unseal
from benefits.rules.answer import canonical
from models.application import Application, Assessment
from models.household import Household
from models.household_life import HouseholdReview
from models.job import Job
from models.person import Person
from models.secrecy import secrecy
from models.unit import Unit

KIND = "replay"
MOST_DIFFERENCES_TOLD = 200


@dataclass(frozen=True)
class Replayed:
    """One stored assessment of a case, or review of a file; `parts` are those of its answer that now differ."""

    assessment_id: UUID
    application_id: UUID | None
    household_id: UUID | None
    parts: tuple[str, ...]


def replayed(session: Session, actor: Actor | None = None) -> Iterator[Replayed]:
    """All that the session's scope shows (of the units whose record the actor reads): cases, then files, by age."""
    yield from _of_cases(session, actor)
    yield from _of_files(session, actor)


def _of_cases(session: Session, actor: Actor | None) -> Iterator[Replayed]:
    """The assessments of cases; one of a member who was erased cannot be replayed."""
    query = (
        select(Assessment, Application.person_id, Application.programme)
        .join(Application, Application.id == Assessment.application_id)
        .join(Person, Person.id == Application.person_id)
        .join(Unit, Unit.id == Assessment.unit_id)
        .where(Person.key_wrapped.is_not(None))
        .order_by(Assessment.id)
    )
    if actor is not None:
        query = query.where(within(actor, "record.read"))
    for row, person_id, programme in session.execute(query.execution_options(yield_per=500)):
        key = person_key(session, person_id)
        content = secrecy(session).decrypt(key, row.id, "assessment", row.content_cipher)
        parts = _differences(session, programme, row.policy_id, row.event_on, content)
        yield Replayed(row.id, row.application_id, None, parts)


def _of_files(session: Session, actor: Actor | None) -> Iterator[Replayed]:
    """The yearly reviews of hardship files; one of a file that was destroyed cannot be replayed."""
    query = (
        select(HouseholdReview, Household)
        .join(Household, Household.id == HouseholdReview.household_id)
        .join(Unit, Unit.id == HouseholdReview.unit_id)
        .where(Household.key_wrapped.is_not(None))
        .order_by(HouseholdReview.id)
    )
    if actor is not None:
        query = query.where(within(actor, "record.read"))
    for row, household in session.execute(query.execution_options(yield_per=500)):
        content = unseal(session, household, row.id, "review", row.content_cipher) or ""
        parts = _differences(session, PROGRAMME, row.policy_id, row.reviewed_on, content.encode())
        yield Replayed(row.id, None, household.id, parts)


def _differences(session: Session, code: str, policy_id: UUID | None, on: date, content: bytes) -> tuple[str, ...]:
    now = json.loads(canonical(judged_again(session, code, policy_id, on, content).assessment))
    then = json.loads(content)["answer"]
    return tuple(sorted(part for part in now.keys() | then.keys() if now.get(part) != then.get(part)))


def start_replay(session: Session, actor: Actor) -> Job:
    """Queue a replay of what the actor's record shows."""
    held = min((grant for grant in actor.grants if grant.path in actor.paths("record.read")), key=lambda g: g.path)
    return enqueue(session, actor, kind=KIND, unit_id=held.unit_id, params={})


def run_replay(work: Work) -> None:
    """Replay everything in scope; the result counts the assessments and names those that differ."""
    with work.transaction() as (session, actor):
        actor.require_somewhere("record.read")
        different = []
        count = 0
        for count, each in enumerate(replayed(session, actor), 1):
            work.step(count)
            if each.parts:
                different.append(
                    {
                        "assessment_id": str(each.assessment_id),
                        "application_id": each.application_id and str(each.application_id),
                        "household_id": each.household_id and str(each.household_id),
                        "parts": list(each.parts),
                    }
                )
        result = {
            "assessments": count,
            "different": len(different),
            "differences": different[:MOST_DIFFERENCES_TOLD],
        }
        write_entry(session, kind="reading", action=KIND, row=work.job_id, unit_id=work.unit_id, data=result)
        work.finish(session, result)
