"""Papers of women's screening: the neutral notice to one woman, and the list by which an institution expects them."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager

from benefits.casework.screening.appointment import visible
from benefits.casework.screening.disclosure import LETTER, LISTED, roles_of
from benefits.casework.screening.follow_up import require
from benefits.core.actor import Actor
from benefits.core.errors import invalid
from benefits.papers.labels import labels
from benefits.papers.screening_letter import Letter, letter
from benefits.papers.workbook import Table, write_workbook
from benefits.record.writer import write_entry
from benefits.registry.disclosure import unmasked
from models.membership import Membership
from models.screening import ScreeningAppointment, ScreeningConsent
from models.screening_result import ScreeningFollowUp
from models.screening_vocabulary import AppointmentState, ConsentPurpose
from models.unit import Unit

_LISTED = ("id_number", "phone")
_COLUMNS = ("list_serial", "list_name", "list_identity", "list_age", "list_phone", "list_unit", "list_on")


def print_letter(
    session: Session, actor: Actor, follow_up: ScreeningFollowUp, *, phone: str | None, language: str
) -> bytes:
    """The notice to her: to call somebody by the day of the follow-up, and not a word of why. Its printing is recorded.

    Raises:
        StateForbids: the follow-up is closed. NotPermitted, OwnCase.
    """
    require(actor, follow_up, "try", "screening.keep")
    write_entry(
        session,
        kind="reading",
        action=LETTER,
        table="screening_follow_up",
        row=follow_up.id,
        unit_id=follow_up.unit_id,
        data={"roles": roles_of(actor)},
    )
    return letter(
        Letter(
            notice_id=str(follow_up.id),
            union_name=session.scalar(select(Unit.name).where(Unit.parent_id.is_(None))) or follow_up.unit.name,
            name=follow_up.result.appointment.membership.name,
            unit=follow_up.unit.name,
            until=max(follow_up.inform_by, actor.today),
            contact=actor.name,
            contact_unit=session.get_one(Unit, actor.unit_id).name,
            phone=phone or "",
            printed_at=actor.at,
        ),
        language,
    )


def list_for_institution(
    session: Session, actor: Actor, *, institution: str, on: date, purpose: str, language: str
) -> bytes:
    """Who is booked at an institution on a day, by name and number, as XLSX; each woman on it is a recorded disclosure.

    Only women whose consent to taking part stands are on it: that consent names what the institution is given.

    Raises:
        Invalid: nobody is booked there then. NotPermitted.
    """
    actor.require_somewhere("screening.keep")
    consented = select(ScreeningConsent.appointment_id).where(
        ScreeningConsent.purpose == ConsentPurpose.TAKING_PART, ScreeningConsent.withdrawn_at.is_(None)
    )
    booked = session.scalars(
        visible(actor, "screening.keep")
        .join(Membership.person)
        .options(contains_eager(ScreeningAppointment.membership).contains_eager(Membership.person))
        .where(
            ScreeningAppointment.state == AppointmentState.BOOKED,
            ScreeningAppointment.institution == institution,
            ScreeningAppointment.booked_on == on,
            ScreeningAppointment.id.in_(consented),
        )
        .order_by(Unit.path, ScreeningAppointment.id)
    ).all()
    if not booked:
        raise invalid("/on", "nobody_booked")
    for each in booked:
        write_entry(
            session,
            kind="disclosure",
            action=LISTED,
            table="screening_appointment",
            row=each.id,
            unit_id=each.unit_id,
            application_id=each.application_id,
            data={"purpose": purpose, "roles": roles_of(actor), "institution": institution, "fields": list(_LISTED)},
        )
    text = labels(language).part("screening")
    rows = [_row(session, serial, each, on) for serial, each in enumerate(booked, start=1)]
    with write_workbook([Table(f"{on:%Y-%m-%d}", [text[name] for name in _COLUMNS], rows)]) as whole:
        return whole.read()


def _row(session: Session, serial: int, of: ScreeningAppointment, on: date) -> tuple[object, ...]:
    member = of.membership
    secret = unmasked(session, member, _LISTED)
    born = member.person.birth_date
    age = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    return serial, member.name, secret["id_number"] or "", age, secret["phone"] or "", of.unit.name, on
