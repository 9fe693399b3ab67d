"""A sweep: every member below a round's unit decided in one statement, kept compactly, refreshed where it changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select, text
from sqlalchemy.orm import Session

from benefits import catalogue
from benefits.access.reach import within
from benefits.casework.assessment import Judgement, assess_freely
from benefits.casework.policy_book import edition_by_id
from benefits.casework.population import ask_all
from benefits.casework.round import find_round, live_case_in
from benefits.core.actor import Actor
from benefits.core.errors import NotFound
from benefits.jobs.queue import enqueue
from benefits.jobs.work import Work
from benefits.rules.declaration import parse_facts
from models.job import Job
from models.membership import Membership
from models.money import Fund
from models.round import Candidate, Round
from models.unit import Unit

KIND = "sweep"
# One statement: what is new is added, what changed is refreshed, whoever is no member any more goes.
_KEEP = """
WITH decided AS ({decided}),
kept AS (
    INSERT INTO candidate AS c (round_id, membership_id, unit_id, person_id, outcome, unmet, unknown, not_applicable,
                                amount_max, swept_at)
    SELECT :round_id, membership_id, unit_id, person_id, outcome, unmet, unknown, not_applicable, amount_max, :at
    FROM decided
    ON CONFLICT (round_id, membership_id) DO UPDATE
    SET outcome = excluded.outcome, unmet = excluded.unmet, unknown = excluded.unknown,
        not_applicable = excluded.not_applicable, amount_max = excluded.amount_max, swept_at = excluded.swept_at
    WHERE (c.outcome, c.unmet, c.unknown, c.not_applicable, c.amount_max)
          IS DISTINCT FROM
          (excluded.outcome, excluded.unmet, excluded.unknown, excluded.not_applicable, excluded.amount_max)
    RETURNING 1
),
gone AS (
    DELETE FROM candidate c WHERE c.round_id = :round_id
    AND NOT EXISTS (SELECT 1 FROM decided d WHERE d.membership_id = c.membership_id)
    RETURNING 1
)
SELECT (SELECT count(*) FROM decided) AS members, (SELECT count(*) FROM kept) AS changed,
       (SELECT count(*) FROM gone) AS gone
"""


def start_sweep(session: Session, actor: Actor, of: Round) -> Job:
    """Queue a sweep; it sees the books as they are when it runs."""
    actor.require("round.keep", of.unit.path)
    return enqueue(session, actor, kind=KIND, unit_id=of.unit_id, params={"round_id": str(of.id)})


def run_sweep(work: Work) -> None:
    """Decide every member in one transaction that ends with the job."""
    with work.transaction() as (session, actor):
        of = find_round(session, actor, UUID(work.params["round_id"]))
        actor.require("round.keep", of.unit.path)
        result = sweep(session, actor, of)
        work.done = result["members"]
        work.finish(session, result)


def sweep(session: Session, actor: Actor, of: Round) -> dict[str, Any]:
    """Decide and keep: how many members, how many lines changed, how many went, and how many of each outcome."""
    running = edition_by_id(session, of.policy_id)
    asked = ask_all(session, running, path=of.unit.path, on=of.event_on, constants=_constants(session, of))
    parameters = {**asked.parameters, "round_id": of.id, "at": actor.at}
    counted = session.execute(text(_KEEP.format(decided=asked.compiled.sql)), parameters).one()
    of.swept_at, of.criteria = actor.at, list(asked.compiled.criteria)
    session.flush()
    outcomes = session.execute(
        select(Candidate.outcome, func.count()).where(Candidate.round_id == of.id).group_by(Candidate.outcome)
    ).all()
    return {
        "members": counted.members,
        "changed": counted.changed,
        "gone": counted.gone,
        **{row[0]: row[1] for row in outcomes},
    }


def _constants(session: Session, of: Round) -> Mapping[str, Any]:
    """The facts that hold for all: those of the round, and the kind of union whose books pay."""
    facts = parse_facts(catalogue.programme(of.programme), of.facts)
    if of.fund_id is not None:
        paying = select(Unit.union_kind).join(Fund, Fund.unit_id == Unit.id).where(Fund.id == of.fund_id)
        facts["union_kind"] = session.scalars(paying).one()
    return facts


def list_candidates(
    session: Session,
    actor: Actor,
    of: Round,
    *,
    after: UUID | None,
    limit: int,
    outcome: str | None,
    unit_code: str | None,
    criterion: str | None,
    applied: bool | None,
) -> list[tuple[Candidate, Membership, Unit]]:
    """A round's members with what was decided, in order of registration, one more than `limit` where there are more."""
    query = _lines(actor, of).order_by(Candidate.membership_id).limit(limit + 1)
    if after is not None:
        query = query.where(Candidate.membership_id > after)
    if outcome is not None:
        query = query.where(Candidate.outcome == outcome)
    if unit_code is not None:
        query = query.where(Unit.code == unit_code)
    if criterion is not None:
        bit = 1 << of.criteria.index(criterion) if criterion in of.criteria else 0
        query = query.where(Candidate.unmet.bitwise_or(Candidate.unknown).bitwise_and(bit) != 0)
    if applied is not None:
        query = query.where(live_case_in(of) if applied else ~live_case_in(of))
    return [(row[0], row[1], row[2]) for row in session.execute(query)]


def explain_candidate(
    session: Session, actor: Actor, of: Round, member_id: UUID
) -> tuple[Candidate, Membership, Unit, Judgement]:
    """One line with its full explanation, as the books are now; raises NotFound."""
    found = session.execute(_lines(actor, of).where(Candidate.membership_id == member_id)).first()
    if found is None:
        raise NotFound
    facts = dict(of.facts)
    constants = _constants(session, of)
    if "union_kind" in constants:
        facts["union_kind"] = constants["union_kind"]
    running = edition_by_id(session, of.policy_id)
    judgement = assess_freely(session, of.programme, of.event_on, facts, found[1], running=running)
    return found[0], found[1], found[2], judgement


def _lines(actor: Actor, of: Round) -> Select[Candidate, Membership, Unit]:
    return (
        select(Candidate, Membership, Unit)
        .join(Membership, Membership.id == Candidate.membership_id)
        .join(Unit, Unit.id == Candidate.unit_id)
        .where(Candidate.round_id == of.id, within(actor, "round.read"))
    )


def codes(of: Round, mask: int) -> list[str]:
    """The criteria of a mask."""
    return [code for place, code in enumerate(of.criteria) if mask >> place & 1]
