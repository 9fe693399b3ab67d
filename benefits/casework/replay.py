"""Every stored decision evaluated anew from its stored facts and edition: the same answer, to the byte, for ever."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from benefits import catalogue
from benefits.access.person import person_key
from benefits.access.reach import within
from benefits.casework.policy_book import calendar, edition_by_id
from benefits.core.actor import Actor
from benefits.jobs.queue import enqueue
from benefits.jobs.work import Work
from benefits.record.writer import write_entry
from benefits.rules.assessment import assess, canonical, no_policy
from benefits.rules.declaration import parse_facts
from models.application import Application, Assessment
from models.job import Job
from models.secrecy import secrecy
from models.unit import Unit

KIND = "replay"
MOST_DIFFERENCES_TOLD = 200


@dataclass(frozen=True)
class Replayed:
    """One stored assessment and whether it comes out the same; `parts` are those of the answer that differ."""

    assessment_id: UUID
    application_id: UUID
    parts: tuple[str, ...]


def replayed(session: Session, actor: Actor | None = None) -> Iterator[Replayed]:
    """Every assessment that the session's scope shows (of the units whose record the actor reads), the oldest first."""
    query = (
        select(Assessment, Application.person_id, Application.programme)
        .join(Application, Application.id == Assessment.application_id)
        .join(Unit, Unit.id == Assessment.unit_id)
        .order_by(Assessment.id)
    )
    if actor is not None:
        query = query.where(within(actor, "record.read"))
    for row, person_id, programme in session.execute(query.execution_options(yield_per=500)):
        yield Replayed(row.id, row.application_id, _differences(session, row, person_id, programme))


def _differences(session: Session, row: Assessment, person_id: UUID, programme_code: str) -> tuple[str, ...]:
    key = person_key(session, person_id)
    content = json.loads(secrecy(session).decrypt(key, row.id, "assessment", row.content_cipher))
    programme = catalogue.programme(programme_code)
    if row.policy_id is None:
        answer = no_policy(programme, row.event_on)
    else:
        edition = edition_by_id(session, row.policy_id).edition
        facts = parse_facts(programme, content["facts"])
        answer = assess(edition, facts, on=row.event_on, calendar=calendar(session))
    now, then = json.loads(canonical(answer)), content["answer"]
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
                        "application_id": str(each.application_id),
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
