"""What a draft of the rules would change before it is published: who gains, who loses, at what cost, which cases."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import chain
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from benefits import catalogue
from benefits.casework.assessment import assess_case
from benefits.casework.policy_book import Running, edition_by_id, edition_on
from benefits.casework.policy_draft import desk_of, find_policy
from benefits.casework.population import ask_all
from benefits.core.actor import Actor
from benefits.core.errors import NotFound, StateForbids, invalid
from benefits.core.money import show_yuan
from benefits.jobs.files import file_parts, keep_file
from benefits.jobs.queue import enqueue, find_job
from benefits.jobs.work import Work
from benefits.papers.export import export_rows
from benefits.rules.declaration import parse_facts
from models.application import Application
from models.job import Job
from models.policy import Policy
from models.unit import Unit
from models.vocabulary import ApplicationState as State
from models.vocabulary import JobState

KIND = "policy_simulation"
_AMOUNTS = ("amount_before", "amount_after")
COLUMNS = ("member_id", "unit_code", "change", "before", "after", *_AMOUNTS)
CASE_COLUMNS = ("application_id", "number", "unit_code", "state", "on", "before", "after", *_AMOUNTS)
UNIT_COLUMNS = ("unit_code", "members", "gain", "lose", "amount_changes", "cost_before", "cost_after")
MOST_CASES_TOLD = 200  # in the job's result; its file has them all
_OPEN = (State.DRAFT, State.SUBMITTED, State.UNDER_REVIEW, State.ON_NOTICE, State.RETURNED, State.APPEALED)
_EMPTY = "SELECT m.id AS membership_id, 'ineligible' AS outcome, CAST(NULL AS numeric) AS amount_max FROM membership m"
_CHANGED = """
SELECT m.id AS member_id, u.code AS unit_code,
       CASE WHEN a.outcome = 'eligible' AND b.outcome = 'eligible' THEN 'amount'
            WHEN a.outcome = 'eligible' THEN 'gain' WHEN b.outcome = 'eligible' THEN 'lose' ELSE 'other' END AS change,
       b.outcome AS before, a.outcome AS after,
       b.amount_max AS amount_before, a.amount_max AS amount_after
FROM simulated_after a JOIN simulated_before b USING (membership_id)
JOIN membership m ON m.id = a.membership_id JOIN unit u ON u.id = m.unit_id
WHERE (a.outcome, a.amount_max) IS DISTINCT FROM (b.outcome, b.amount_max) ORDER BY u.path, m.id
"""
_BY_UNIT = """
SELECT u.code AS unit_code,
       count(*) AS members,
       count(*) FILTER (WHERE a.outcome = 'eligible' AND b.outcome <> 'eligible') AS gain,
       count(*) FILTER (WHERE a.outcome <> 'eligible' AND b.outcome = 'eligible') AS lose,
       count(*) FILTER (WHERE a.outcome = 'eligible' AND b.outcome = 'eligible'
                        AND a.amount_max IS DISTINCT FROM b.amount_max) AS amount_changes,
       coalesce(sum(b.amount_max) FILTER (WHERE b.outcome = 'eligible'), 0) AS cost_before,
       coalesce(sum(a.amount_max) FILTER (WHERE a.outcome = 'eligible'), 0) AS cost_after
FROM simulated_after a JOIN simulated_before b USING (membership_id)
JOIN membership m ON m.id = a.membership_id JOIN unit u ON u.id = m.unit_id
GROUP BY u.code, u.path ORDER BY u.path
"""


def start_simulation(
    session: Session, actor: Actor, policy: Policy, *, on: date | None, facts: Mapping[str, Any]
) -> Job:
    """Queue a comparison of a draft with what is in force, for an event on a day (the draft's first one without).

    Raises:
        Invalid: facts that the programme does not ask, or a day that the draft does not cover.
    """
    path, unit_id = desk_of(actor)
    actor.require("policy.edit", path)
    parse_facts(catalogue.programme(policy.programme), facts)
    day = on or policy.valid_from
    if day < policy.valid_from or (policy.valid_to is not None and day > policy.valid_to):
        raise invalid("/on", "day_not_covered")
    params = {"policy_id": str(policy.id), "on": day.isoformat(), "facts": dict(facts), "path": path}
    return enqueue(session, actor, kind=KIND, unit_id=unit_id, params=params)


def run_simulation(work: Work) -> None:
    """Compare, keep the list of members for whom something changes, and end the job with the sums."""
    with work.transaction() as (session, actor):
        policy = find_policy(session, actor, UUID(work.params["policy_id"]))
        result = simulate(session, actor, policy, work)
        work.finish(session, result)


def simulate(session: Session, actor: Actor, policy: Policy, work: Work) -> dict[str, Any]:
    """The comparison in the open transaction: sums by unit and in all, open cases, and the list as the job's file."""
    on, path = date.fromisoformat(work.params["on"]), work.params["path"]
    draft, running = edition_by_id(session, policy.id), edition_on(session, policy.programme, on)
    facts = parse_facts(catalogue.programme(policy.programme), work.params["facts"])
    _decide(session, "simulated_before", running, path, on, facts)
    _decide(session, "simulated_after", draft, path, on, facts)
    by_unit = [_unit_line(dict(row)) for row in session.execute(text(_BY_UNIT)).mappings()]
    work.done = sum(row["members"] for row in by_unit)
    changed = export_rows(COLUMNS, (tuple(row) for row in session.execute(text(_CHANGED))), "jsonl")
    told: list[dict[str, Any]] = []
    cases = export_rows(CASE_COLUMNS, _told(_cases(session, policy, draft), told), "jsonl")
    keep_file(session, work.job_id, actor.account_id, chain(changed, cases))
    return {
        "on": on.isoformat(),
        "running": running.edition.code if running else None,
        "draft": draft.edition.code,
        "by_unit": by_unit,
        **{name: sum(row[name] for row in by_unit) for name in ("members", "gain", "lose", "amount_changes")},
        "changed": changed.count,
        "digest": changed.digest,
        "open_cases_touched": cases.count,
        "open_cases_digest": cases.digest,
        "open_cases": told,
    }


def _decide(
    session: Session, table: str, running: Running | None, path: str, on: date, facts: Mapping[str, Any]
) -> None:
    """Decide every member by one edition into a temporary table."""
    asked = ask_all(session, running, path=path, on=on, constants=facts) if running else None
    decided = asked.compiled.sql if asked else _EMPTY
    session.execute(
        text(
            f"CREATE TEMPORARY TABLE {table} ON COMMIT DROP AS "  # noqa: S608 - a name of our own
            f"SELECT membership_id, outcome, amount_max FROM ({decided}) d"
        ),
        asked.parameters if asked else {},
    )


def _unit_line(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **{name: row[name] for name in ("unit_code", "members", "gain", "lose", "amount_changes")},
        "cost_before": show_yuan(row["cost_before"]),
        "cost_after": show_yuan(row["cost_after"]),
    }


def _cases(session: Session, policy: Policy, draft: Running) -> Iterator[tuple[object, ...]]:
    """The open cases of days that the draft covers, whose answer it would change."""
    found = session.execute(
        select(Application, Unit.code)
        .join(Unit, Unit.id == Application.unit_id)
        .where(
            Application.programme == policy.programme,
            Application.state.in_(_OPEN),
            Application.event_on >= policy.valid_from,
        )
        .order_by(Application.id)
    )
    for case, unit_code in found:
        if draft.edition.covers(case.event_on):
            before = assess_case(session, case).assessment
            after = assess_case(session, case, running=draft).assessment
            if (before.outcome, before.entitlement) != (after.outcome, after.entitlement):
                amounts = [each.entitlement.amount_max if each.entitlement else None for each in (before, after)]
                yield (
                    *(case.id, case.number, unit_code, case.state, case.event_on),
                    *(before.outcome, after.outcome, *amounts),
                )


def _told(cases: Iterator[tuple[object, ...]], told: list[dict[str, Any]]) -> Iterator[tuple[object, ...]]:
    """The same cases; the first of them are noted for the job's result."""
    for case in cases:
        if len(told) < MOST_CASES_TOLD:
            named = dict(zip(CASE_COLUMNS, case, strict=True))
            told.append({name: str(named[name]) for name in ("application_id", "unit_code", "before", "after")})
        yield case


def find_simulation(session: Session, actor: Actor, policy: Policy, job_id: UUID) -> Job:
    """A finished simulation of the actor's own of this draft.

    Raises:
        NotFound: none such. StateForbids: it is not done.
    """
    job = find_job(session, actor, job_id)
    if job.kind != KIND or job.params.get("policy_id") != str(policy.id):
        raise NotFound
    if job.state != JobState.DONE:
        raise StateForbids(state=job.state, act="read")
    return job


def simulated_rows(session: Session, job: Job, columns: Sequence[str]) -> Iterator[tuple[object, ...]]:
    """The lines of a finished simulation's file that have these columns: of members or of open cases.

    Raises:
        NotFound: the time for keeping them is over.
    """
    parts = file_parts(session, job.id)
    lines = (json.loads(line) for part in parts for line in part.splitlines())
    return (tuple(_cell(name, line[name]) for name in columns) for line in lines if columns[0] in line)


def _cell(name: str, value: Any) -> object:
    return Decimal(value) if name in _AMOUNTS and value is not None else value
