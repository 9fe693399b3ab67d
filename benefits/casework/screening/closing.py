"""How a follow-up ends: another examination, its closing with evidence, its opening anew, and the result's class."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from benefits.casework.screening.appointment import find_appointment
from benefits.casework.screening.consent import live_consent, require_consent
from benefits.casework.screening.detail import details, keep_detail
from benefits.casework.screening.follow_up import advance, follow_ups_of, open_follow_ups, require
from benefits.casework.screening.next_step import due_days, figure, steps_of
from benefits.core.actor import Actor
from benefits.core.errors import StateForbids, invalid
from models.screening_result import ScreeningAttempt, ScreeningFollowUp, ScreeningResult
from models.screening_vocabulary import ClosingEvidence as Evidence
from models.screening_vocabulary import ConsentPurpose, DetailKind, ResultClass
from models.screening_vocabulary import FollowUpEnd as End
from models.screening_vocabulary import FollowUpState as State

_REPORT = frozenset({Evidence.MEDICAL_REPORT, Evidence.INSTITUTION_LETTER, Evidence.HER_STATEMENT})

# What the medical role says -> the act, the class that stays, and the evidence that bears it out.
OUTCOMES: Mapping[str, tuple[str, End, frozenset[Evidence]]] = MappingProxyType(
    {
        "treated": ("complete", End.COMPLETED, _REPORT),
        "cleared": ("complete", End.COMPLETED, _REPORT),
        "referred": ("refer", End.COMPLETED, _REPORT),
        "declined": ("refuse", End.DECLINED, frozenset({Evidence.SIGNED_REFUSAL, Evidence.HER_STATEMENT})),
        "lost": ("give_up", End.LOST, frozenset({Evidence.ATTEMPTS})),
    }
)


def examine(
    session: Session,
    actor: Actor,
    follow_up: ScreeningFollowUp,
    *,
    on: date,
    institution: str | None,
    codes: Mapping[str, Any] | None,
) -> None:
    """She was examined again. Where and what it showed is clinical; a new step that it asks for is followed up too.

    Raises:
        Invalid: a day before the first examination or to come. ConsentMissing: institution or codes without consent.
    """
    require(actor, follow_up, "examine", "screening.result")
    if not follow_up.result.examined_on <= on <= actor.today:
        raise invalid("/on", "days_out_of_order")
    appointment = find_appointment(session, actor, follow_up.result.appointment_id)
    if institution is not None or codes is not None:
        content = {"on": on.isoformat(), "institution": institution, "codes": codes}
        keep_detail(session, actor, appointment, DetailKind.EXAMINATION, follow_up.id, content)
    if codes is not None:
        known = {each["step"] for each in _steps_under_way(session, follow_up).values()}
        new = [step for step in steps_of(session, codes, on) if step not in known | {"recall", "routine"}]
        open_follow_ups(session, actor, appointment, follow_up.result_id, new)
    follow_up.examined_on = on
    advance(session, actor, follow_up, State.EXAMINED)
    _settle(session, actor, follow_up)


def _steps_under_way(session: Session, follow_up: ScreeningFollowUp) -> Mapping[Any, Mapping[str, Any]]:
    going_on = [each.id for each in follow_ups_of(session, follow_up.result_id) if each.state != State.CLOSED]
    return details(session, follow_up.person_id, DetailKind.STEP, going_on)


def close(
    session: Session,
    actor: Actor,
    follow_up: ScreeningFollowUp,
    *,
    outcome: str,
    evidence: Evidence,
    on: date,
    finding: str | None,
) -> None:
    """Close a follow-up with what bears it out; the outcome's words and the finding are clinical and kept by consent.

    Raises:
        StateForbids: not examined, or lost without the attempts that the rules ask for.
        Invalid: evidence that does not fit the outcome, or a day out of order. ConsentMissing: a finding without it.
    """
    act, ended, fitting = OUTCOMES[outcome]
    require(actor, follow_up, act, "screening.result")
    if evidence not in fitting:
        raise invalid("/evidence", "evidence_does_not_fit")
    if not follow_up.opened_on <= on <= actor.today:
        raise invalid("/on", "days_out_of_order")
    if ended == End.LOST:
        _require_attempts(session, actor, follow_up)
    appointment_id = follow_up.result.appointment_id
    if finding is not None:
        require_consent(session, appointment_id, ConsentPurpose.CLINICAL_DETAIL)
    if live_consent(session, appointment_id, ConsentPurpose.CLINICAL_DETAIL) is not None:
        appointment = find_appointment(session, actor, appointment_id)
        content = {"outcome": outcome, "finding": finding}
        keep_detail(session, actor, appointment, DetailKind.CLOSURE, follow_up.id, content)
    follow_up.closed_on, follow_up.closed_by = on, actor.account_id
    follow_up.ended, follow_up.evidence = ended, evidence
    advance(session, actor, follow_up, State.CLOSED)
    _settle(session, actor, follow_up)


def _require_attempts(session: Session, actor: Actor, follow_up: ScreeningFollowUp) -> None:
    """Refuse to give her up before as many attempts in vain as the rules ask for (domain §7.3: three)."""
    wanted = figure(session, "attempts_before_lost", actor.today)
    in_vain = select(func.count()).where(
        ScreeningAttempt.follow_up_id == follow_up.id,
        ScreeningAttempt.reached.is_(False),
        ScreeningAttempt.tried_on >= (follow_up.reopened_on or follow_up.opened_on),
    )
    made = session.scalars(in_vain).one()
    if made < wanted:
        raise StateForbids(state="attempts_wanting", act="close", made=made, wanted=wanted)


def reopen(session: Session, actor: Actor, follow_up: ScreeningFollowUp) -> None:
    """Take a closed follow-up up again; the days for examination and closing run anew.

    Raises:
        StateForbids: it goes on, or the result that opened it was wrong.
    """
    require(actor, follow_up, "reopen", "screening.result")
    if follow_up.ended == End.CORRECTED:
        raise StateForbids(state="corrected", act="reopen")
    days = due_days(session, actor.today)
    follow_up.examine_by, follow_up.close_by = days["examine_by"], days["close_by"]
    follow_up.closed_on = follow_up.closed_by = follow_up.ended = follow_up.evidence = None
    follow_up.reopened, follow_up.reopened_on = follow_up.reopened + 1, actor.today
    advance(session, actor, follow_up, State.INFORMED if follow_up.informed_on else State.OPEN)
    _settle(session, actor, follow_up)


def _settle(session: Session, actor: Actor, follow_up: ScreeningFollowUp) -> None:
    """The result's class after a change: closed once all its follow-ups are, declined where she refused one."""
    of_result = [each for each in follow_ups_of(session, follow_up.result_id) if each.ended != End.CORRECTED]
    result = session.get_one(ScreeningResult, follow_up.result_id)
    if any(each.state != State.CLOSED for each in of_result):
        result.result_class = ResultClass.NEEDS_FOLLOW_UP
    elif any(each.ended == End.DECLINED for each in of_result):
        result.result_class = ResultClass.DECLINED
    else:
        result.result_class = ResultClass.CLOSED
    result.touched_at = actor.at
    appointment = find_appointment(session, actor, result.appointment_id)
    appointment.touched_at = actor.at
    session.flush()
