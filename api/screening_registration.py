"""What a woman tells of herself for her screening: kept by separate consent, read for a purpose, and who read it."""

from __future__ import annotations

from typing import Any

from api.arguments import Blueprint
from api.fields import Body, Day, Items, Part, Text, Whole
from api.guard import Desk, operation
from api.paging import page_of
from api.screening import AppointmentView, shown_appointment
from benefits.casework.screening.appointment import find_appointment, lock_appointment
from benefits.casework.screening.disclosure import disclose_registration, readings_of, register
from benefits.registry.members import find_member
from models.membership import Membership
from models.screening import ScreeningAppointment

bp = Blueprint("screening_registration", __name__, url_prefix="", description="筛查登记 / Screening registration")

MARITAL = ("10", "20", "21", "22", "23", "30", "40", "90")
FAMILY_HISTORY = ("breast_cancer", "ovarian_cancer", "cervical_cancer", "other_cancer")


class RegistrationPart(Body):
    """What she tells of herself and her family; marital status by GB/T 2261.2."""

    marital_status = Text(choices=MARITAL)
    births = Whole(most=20)
    pregnancies = Whole(most=30)
    family_history = Items(Text(choices=FAMILY_HISTORY), most=len(FAMILY_HISTORY))
    earlier_screened_on = Day()
    earlier_result = Text(choices=("normal", "abnormal", "unknown"))
    cervical_exclusion = Text(choices=("total_hysterectomy", "never_active"))
    note = Text(least=1, most=500)


class PurposeBody(Body):
    """What for; it enters the record with the reader."""

    purpose = Text(required=True, least=2, most=200)


class ReadingView(Body):
    """That somebody looked: `screening.disclose` is a look at details, `screening.list` a list for an institution."""

    on = Day(required=True)
    roles = Items(Text(), required=True)
    what = Text(required=True)


class RegistrationView(Body):
    """What she registered, in the clear; null where nothing is kept, or no longer."""

    registration = Part(RegistrationPart, required=True, allow_none=True)


@bp.route("/screening/appointments/<uuid:appointment_id>/register", methods=["POST"])
@operation("screening.result", load=lock_appointment, keyed=True, conditional=True)
@bp.arguments(RegistrationPart)
@bp.response(200, AppointmentView)
def keep_registration(desk: Desk[ScreeningAppointment], body: dict[str, Any]) -> Any:
    """登记婚育史、家族史等（须单独同意） / What she tells of herself, by separate consent; answered without it."""
    register(desk.session, desk.actor, desk.thing, body)
    return shown_appointment(desk)


@bp.route("/screening/appointments/<uuid:appointment_id>/disclosures", methods=["POST"])
@operation("screening.result", load=find_appointment)
@bp.arguments(PurposeBody)
@bp.response(200, RegistrationView)
def show_registration(desk: Desk[ScreeningAppointment], body: dict[str, Any]) -> Any:
    """查看登记明细（留痕） / What she registered in the clear; the look is recorded."""
    return {"registration": disclose_registration(desk.session, desk.actor, desk.thing, body["purpose"])}


@bp.route("/members/<uuid:member_id>/screening/readers", methods=["GET"])
@operation("member.read", load=find_member)
@bp.response(200, page_of(ReadingView))
def list_readers(desk: Desk[Membership]) -> Any:
    """谁看过她的筛查资料 / Who looked at her screening details: roles and days, when she asks."""
    return {"items": readings_of(desk.session, desk.thing), "next": None}
