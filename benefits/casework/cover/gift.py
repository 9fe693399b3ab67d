"""Gifts in one go: a case for every member whom a round of gifts found eligible, and a report of those left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from benefits.access.reach import within
from benefits.casework.application import Filing, file_application
from benefits.casework.cover.plan import PROGRAMME
from benefits.casework.decision import submit
from benefits.casework.round import find_round
from benefits.casework.sweep import codes
from benefits.core.actor import Actor
from benefits.core.errors import NotEligible, NotFound, OwnCase, StateForbids, invalid
from models.application import Application
from models.membership import Membership
from models.round import Candidate, Round
from models.unit import Unit
from models.vocabulary import ApplicationState

MOST_GIFTS = 500  # filed in one request; asked again, the next so many
_ENROLLED = "not_already_enrolled"
_GONE = (ApplicationState.WITHDRAWN, ApplicationState.REJECTED, ApplicationState.LAPSED)


@dataclass(frozen=True)
class Skipped:
    """A member who gets no gift, and for which criteria or which refusal."""

    member_id: UUID
    name: str
    unit_code: str
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Gifts:
    """The cases that were filed and handed in, and the members left out: enrolled by their unit, or refused."""

    filed: list[Application]
    skipped: list[Skipped]


def file_gifts(session: Session, actor: Actor, *, round_id: UUID) -> Gifts:
    """File and hand in a gift for each eligible member of a swept round who has none in it yet (statement 44).

    A member whom the unit has enrolled for the term is left out and reported (§6.1: default skip).

    Raises:
        Invalid: no round of gifts, or a closed one. StateForbids: it was not swept yet.
    """
    of = _round(session, actor, round_id)
    gifts = Gifts([], [])
    for line, member, unit in _lines(session, actor, of):
        why = codes(of, line.unmet)
        if why == [_ENROLLED]:
            gifts.skipped.append(Skipped(member.id, member.name, unit.code, tuple(why)))
        elif line.outcome == "eligible" and len(gifts.filed) < MOST_GIFTS:
            _file(session, actor, of, line, member, unit, gifts)
    return gifts


def _round(session: Session, actor: Actor, round_id: UUID) -> Round:
    try:
        of = find_round(session, actor, round_id)
    except NotFound:
        raise invalid("/round_id", "round_unknown") from None
    if of.programme != PROGRAMME or of.facts.get("act") != "gift":
        raise invalid("/round_id", "round_of_gifts_wanted")
    if of.swept_at is None:
        raise StateForbids(state="not_swept", act="file_gifts")
    return of


def _lines(session: Session, actor: Actor, of: Round) -> Sequence[tuple[Candidate, Membership, Unit]]:
    """The round's members without a live case in it, where the actor files."""
    filed = exists().where(
        Application.membership_id == Candidate.membership_id,
        Application.round_id == of.id,
        Application.state.not_in(_GONE),
    )
    rows = session.execute(
        select(Candidate, Membership, Unit)
        .join(Membership, Membership.id == Candidate.membership_id)
        .join(Unit, Unit.id == Candidate.unit_id)
        .where(Candidate.round_id == of.id, within(actor, "case.file"), ~filed)
        .order_by(Candidate.person_id)
    )
    return [(row[0], row[1], row[2]) for row in rows]


def _file(
    session: Session, actor: Actor, of: Round, line: Candidate, member: Membership, unit: Unit, gifts: Gifts
) -> None:
    """One gift; what has changed since the sweep, or concerns the actor, is reported like a member left out."""
    filing = Filing(of.event_on, line.amount_max, dict(of.facts), None, of.id)
    try:
        with session.begin_nested():
            case = file_application(session, actor, programme=PROGRAMME, member_id=member.id, filing=filing)
            submit(session, actor, case)
            gifts.filed.append(case)
    except NotEligible as refusal:
        unmet = tuple(finding.code for finding in refusal.findings if finding.outcome == "unmet")  # type: ignore[attr-defined]
        gifts.skipped.append(Skipped(member.id, member.name, unit.code, unmet))
    except OwnCase as refusal:
        gifts.skipped.append(Skipped(member.id, member.name, unit.code, (refusal.code,)))
