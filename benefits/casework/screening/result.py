"""Results: their class for everybody who reads the case, their codes for the medical role under separate consent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, contains_eager

from benefits.access.reach import within
from benefits.casework.screening.appointment import lock_appointment, require
from benefits.casework.screening.consent import require_consent
from benefits.casework.screening.detail import details, keep_detail
from benefits.casework.screening.follow_up import close_as_corrected, follow_ups_of, open_follow_ups
from benefits.casework.screening.next_step import BREAST_CODES, CERVICAL_CODES, steps_of
from benefits.core.actor import Actor
from benefits.core.errors import AlreadyExists, NotFound, StateForbids, invalid
from benefits.money.entitlement import lock_person, settle_awards
from models.columns import new_id
from models.screening import ScreeningAppointment
from models.screening_result import ScreeningResult
from models.screening_vocabulary import (
    ConsentPurpose,
    DetailKind,
    FollowUpEnd,
    FollowUpState,
    ResultClass,
    ScreeningParts,
)
from models.unit import Unit
from models.vocabulary import EntitlementState

Codes = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class ResultFilter:
    """Which results; None means any. A unit means its whole subtree."""

    result_class: str | None = None
    round_id: UUID | None = None
    unit_code: str | None = None
    appointment_id: UUID | None = None


def _visible(actor: Actor) -> Select[ScreeningResult]:
    return (
        select(ScreeningResult)
        .join(ScreeningResult.unit)
        .join(ScreeningResult.appointment)
        .join(ScreeningAppointment.membership)
        .options(
            contains_eager(ScreeningResult.unit),
            contains_eager(ScreeningResult.appointment).contains_eager(ScreeningAppointment.membership),
        )
        .where(within(actor, "screening.read"))
    )


def find_result(session: Session, actor: Actor, result_id: UUID) -> ScreeningResult:
    """A result that the actor may see; raises NotFound."""
    found = session.scalar(
        _visible(actor).where(ScreeningResult.id == result_id).execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound
    return found


def lock_result(session: Session, actor: Actor, result_id: UUID) -> ScreeningResult:
    """The same for an act: the person first, then the result."""
    found = find_result(session, actor, result_id)
    lock_person(session, found.person_id)
    session.execute(select(ScreeningResult.id).where(ScreeningResult.id == found.id).with_for_update(key_share=True))
    return find_result(session, actor, result_id)


def list_results(
    session: Session, actor: Actor, chosen: ResultFilter, *, after: UUID | None, limit: int
) -> list[ScreeningResult]:
    """Results in order of recording, one more than `limit` where there are more."""
    query = _visible(actor).order_by(ScreeningResult.id).limit(limit + 1)
    if after is not None:
        query = query.where(ScreeningResult.id > after)
    if chosen.unit_code is not None:
        root = select(Unit.path).where(Unit.code == chosen.unit_code).scalar_subquery()
        query = query.where(func.starts_with(Unit.path, root))
    for column, wanted in (
        (ScreeningResult.result_class, chosen.result_class),
        (ScreeningAppointment.round_id, chosen.round_id),
        (ScreeningResult.appointment_id, chosen.appointment_id),
    ):
        if wanted is not None:
            query = query.where(column == wanted)
    return list(session.scalars(query))


def record_result(
    session: Session, actor: Actor, *, appointment_id: UUID, result_class: ResultClass | None, codes: Codes | None
) -> ScreeningResult:
    """Record what an examination showed: with codes the rules tell the class, without them the medical role does.

    A normal result starts the next cycle; any result grants the award; every step that is not routine is followed up.

    Raises:
        Invalid: no such appointment, neither class nor codes, or codes that do not fit. ConsentMissing: to taking
        part, or to keeping codes. StateForbids: she was not examined. AlreadyExists. NotPermitted, OwnCase.
    """
    actor.require_somewhere("screening.result")
    try:
        appointment = lock_appointment(session, actor, appointment_id)
    except NotFound:
        raise invalid("/appointment_id", "appointment_unknown") from None
    require(actor, appointment, "record_result", "screening.result")
    require_consent(session, appointment.id, ConsentPurpose.TAKING_PART)
    if session.scalar(select(ScreeningResult.id).where(ScreeningResult.appointment_id == appointment.id)) is not None:
        raise AlreadyExists
    if appointment.attended_on is None:
        raise StateForbids(state=appointment.state, act="record_result")
    told, steps = _judged(session, appointment, result_class, codes)
    result = ScreeningResult(
        id=new_id(),
        appointment_id=appointment.id,
        unit_id=appointment.unit_id,
        person_id=appointment.person_id,
        result_class=told,
        examined_on=appointment.attended_on,
        recorded_by=actor.account_id,
    )
    session.add(result)
    session.flush()
    _keep(session, actor, appointment, result, codes, steps)
    settle_awards(session, [appointment.application_id], EntitlementState.GRANTED)
    return find_result(session, actor, result.id)


def correct_result(
    session: Session, actor: Actor, result: ScreeningResult, *, result_class: ResultClass | None, codes: Codes | None
) -> None:
    """Put a wrong result right; follow-ups that it had opened are closed as corrected, those now due are opened.

    Raises:
        StateForbids: a follow-up has been closed by now. Invalid, ConsentMissing: as for a new result.
    """
    actor.require("screening.result", result.unit.path)
    actor.require_stranger(result.person_id)
    follow_ups = follow_ups_of(session, result.id)
    if any(each.state == FollowUpState.CLOSED and each.ended != FollowUpEnd.CORRECTED for each in follow_ups):
        raise StateForbids(state="follow_up_closed", act="correct")
    appointment = lock_appointment(session, actor, result.appointment_id)
    if codes is None and details(session, result.person_id, DetailKind.RESULT, [result.id]):
        raise invalid("/codes", "required")
    told, steps = _judged(session, appointment, result_class, codes)
    close_as_corrected(session, actor, follow_ups)
    result.result_class = told
    result.corrected_by, result.corrected_at = actor.account_id, actor.at
    _keep(session, actor, appointment, result, codes, steps)


def _judged(
    session: Session, appointment: ScreeningAppointment, given: ResultClass | None, codes: Codes | None
) -> tuple[ResultClass, tuple[str, ...] | None]:
    """The class, and the steps that the codes ask for (None without codes)."""
    if codes is None:
        if given is None:
            raise invalid("/result_class", "required")
        return given, None
    require_consent(session, appointment.id, ConsentPurpose.CLINICAL_DETAIL)
    _require_whole(codes, appointment)
    steps = steps_of(session, codes, appointment.attended_on or appointment.moved_at.date())
    told = ResultClass.NORMAL if steps == ("routine",) else ResultClass.NEEDS_FOLLOW_UP
    if given is not None and given != told:
        raise invalid("/result_class", "differs_from_codes")
    return told, steps


def _require_whole(codes: Codes, appointment: ScreeningAppointment) -> None:
    """Refuse codes of a part that did not apply, or that lack the breast, or the cytology and the HPV types both."""
    cervical = any(codes.get(name) is not None for name in CERVICAL_CODES)
    if appointment.parts == ScreeningParts.BREAST_ONLY and cervical:
        raise invalid("/codes", "cervical_part_not_applicable")
    if appointment.parts == ScreeningParts.BOTH and codes.get("tbs") is None and codes.get("hpv_types") is None:
        raise invalid("/codes/tbs", "required")
    if not any(codes.get(name) is not None for name in BREAST_CODES):
        raise invalid("/codes/bi_rads_left", "required")


def _keep(
    session: Session,
    actor: Actor,
    appointment: ScreeningAppointment,
    result: ScreeningResult,
    codes: Codes | None,
    steps: tuple[str, ...] | None,
) -> None:
    if codes is not None:
        content = {"codes": dict(codes), "steps": list(steps or ())}
        keep_detail(session, actor, appointment, DetailKind.RESULT, result.id, content)
    if result.result_class == ResultClass.NEEDS_FOLLOW_UP:
        open_follow_ups(session, actor, appointment, result.id, steps)
    result.touched_at = appointment.touched_at = actor.at
    session.flush()
