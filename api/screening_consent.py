"""Consents to women's screening: `/screening/consents/texts`, and each consent given and withdrawn."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from api.arguments import Blueprint
from api.fields import Body, Day, Text
from api.guard import Desk, operation
from api.language import LANGUAGES, reader_language
from api.paging import page_of
from api.screening import AppointmentView, shown_appointment
from benefits.casework.screening.appointment import lock_appointment
from benefits.casework.screening.consent import give_consent, withdraw_consent
from benefits.casework.screening.consent_text import texts_on
from models.screening import ScreeningAppointment
from models.screening_vocabulary import ConsentPurpose, SignedHow

bp = Blueprint("screening_consent", __name__, url_prefix="/screening", description="筛查知情同意 / Screening consents")


class ConsentTextView(Body):
    """A text that is consented to, in the reader's language; `clause` asks for the consent."""

    purpose = Text(required=True)
    version = Text(required=True)
    since = Day(required=True)
    clause = Text(required=True)
    text = Text(required=True)
    sha256 = Text(required=True)


class ConsentTextQuery(Body):
    """In force on which day; today without it."""

    on = Day(load_default=None)


class ConsentBody(Body):
    """A consent: to what, which text, in which language she read it, when and how she signed."""

    purpose = Text(required=True, choices=tuple(ConsentPurpose))
    text_version = Text(required=True, least=1, most=40)
    language = Text(load_default="zh-CN", choices=LANGUAGES)
    signed_on = Day(required=True)
    signed_how = Text(required=True, choices=tuple(SignedHow))


class WithdrawalBody(Body):
    """Since which day she no longer consents."""

    on = Day(required=True)


@bp.route("/consents/texts", methods=["GET"])
@operation("screening.read")
@bp.arguments(ConsentTextQuery, location="query")
@bp.response(200, page_of(ConsentTextView))
def list_texts(desk: Desk[None], query: dict[str, Any]) -> Any:
    """知情同意书文本 / The texts in force, one for each consent."""
    language = reader_language()
    items = [
        {
            **{name: getattr(text, name) for name in ("purpose", "version", "since", "clause")},
            "text": text.words[language],
            "sha256": text.digest(language).hex(),
        }
        for text in texts_on(query["on"] or desk.actor.today)
    ]
    return {"items": items, "next": None}


@bp.route("/appointments/<uuid:appointment_id>/consents", methods=["POST"])
@operation("screening.keep", load=lock_appointment, keyed=True, conditional=True)
@bp.arguments(ConsentBody)
@bp.response(201, AppointmentView)
def consent(desk: Desk[ScreeningAppointment], body: dict[str, Any]) -> Any:
    """登记知情同意 / Take down a consent; clinical details need one of their own."""
    give_consent(desk.session, desk.actor, desk.thing, **body)
    return shown_appointment(desk), 201, {"Location": f"/api/v1/screening/appointments/{desk.thing.id}"}


@bp.route("/appointments/<uuid:appointment_id>/consents/<uuid:consent_id>/withdraw", methods=["POST"])
@operation("screening.keep", load=lock_appointment, keyed=True, conditional=True)
@bp.arguments(WithdrawalBody)
@bp.response(200, AppointmentView)
def withdraw(desk: Desk[ScreeningAppointment], body: dict[str, Any], consent_id: UUID) -> Any:
    """撤回同意 / She withdraws a consent; what it kept is erased at once."""
    withdraw_consent(desk.session, desk.actor, desk.thing, consent_id, on=body["on"])
    return shown_appointment(desk)
