"""Leaving lines out: a list is never stopped by one of them; who was left out, and why, stays for the auditor."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from sqlalchemy.orm import Session

from benefits.casework import workflow
from benefits.casework.assessment import Judgement
from benefits.casework.consequence import consequence_of
from benefits.casework.kept import keep
from benefits.casework.roster.shelf import Carried
from benefits.core.actor import Actor
from benefits.core.errors import Invalid, Refusal
from models.application import Application
from models.roster_vocabulary import RosterLineState
from models.vocabulary import ApplicationState

Check = Callable[[Session, Actor, Application, Judgement], None]
AMOUNT_MISSING, NEEDS_NOTICE = "amount_missing", "needs_public_notice"
_TO = MappingProxyType({"withdraw": ApplicationState.WITHDRAWN, "reject": ApplicationState.REJECTED})


@dataclass(frozen=True)
class Judged:
    """A line with what the rules say of it; without reasons against it, it goes on."""

    carried: Carried
    judgement: Judgement
    reasons: list[str]


def part(
    session: Session, actor: Actor, lines: Sequence[Carried], judgements: Sequence[Judgement], check: Check
) -> tuple[list[Judged], list[Judged]]:
    """The lines that pass the check of a single case, and those that do not, with the reasons."""
    going: list[Judged] = []
    out: list[Judged] = []
    for each, judgement in zip(lines, judgements, strict=True):
        judged = Judged(each, judgement, _reasons(session, actor, each.case, judgement, check))
        (out if judged.reasons else going).append(judged)
    return going, out


def _reasons(session: Session, actor: Actor, case: Application, judgement: Judgement, check: Check) -> list[str]:
    if case.amount is None:
        return [AMOUNT_MISSING]
    try:
        check(session, actor, case, judgement)
        if consequence_of(case.programme).notice_days(session, case, judgement):
            return [NEEDS_NOTICE]
    except Refusal as refusal:
        findings = judgement.assessment.findings
        unmet = [finding.code for finding in findings if finding.outcome == "unmet"]
        unknown = [finding.code for finding in findings if finding.outcome == "unknown"]
        faults = [fault.code for fault in refusal.faults] if isinstance(refusal, Invalid) else []
        return unmet or unknown or faults or [refusal.code]
    return []


def leave_out(session: Session, actor: Actor, out: Sequence[Judged], act: str) -> None:
    """End the cases by `withdraw` or `reject`, with what the rules said of them, and free them of the roster."""
    keep(session, [(each.carried.case, each.judgement) for each in out])
    moves = []
    for each in out:
        line, case = each.carried.line, each.carried.case
        line.state, line.reasons, line.touched_at = RosterLineState.LEFT_OUT, each.reasons, actor.at
        case.roster_id = None
        moves.append(workflow.Move(case, _TO[act], ", ".join(each.reasons)))
    end_cases(session, actor, act, moves)


def end_cases(session: Session, actor: Actor, act: str, moves: Sequence[workflow.Move]) -> None:
    """Reject or withdraw cases, and let their programme free what it held for them."""
    for move in moves:
        consequence_of(move.application.programme).ended(session, actor, move.application)
    workflow.advance_all(session, actor, act, moves)
