"""Women's screening: `/screening/appointments`, from the invitation to the day of the examination."""

from __future__ import annotations

from typing import Any

from api.arguments import Blueprint
from api.fields import Body, Day, Id, Instant, Items, Part, Text, Whole
from api.guard import Desk, operation
from api.paging import PageQuery, page, page_of, window
from benefits.casework.screening import appointment as appointments
from benefits.casework.screening import attendance
from benefits.casework.screening.appointment import AppointmentFilter, find_appointment, lock_appointment
from benefits.casework.screening.consent import consents_of
from models.screening import ScreeningAppointment
from models.screening_vocabulary import AppointmentState, ConsentPurpose, Deferral, ScreeningParts, SignedHow

bp = Blueprint("screening", __name__, url_prefix="/screening", description="两癌筛查预约 / Screening appointments")


class AppointmentQuery(PageQuery):
    """Filters; a unit means its whole subtree."""

    round_id = Id(load_default=None, data_key="round")
    state = Text(load_default=None, choices=tuple(AppointmentState))
    unit_code = Text(load_default=None, most=64, data_key="unit")
    member_id = Id(load_default=None)
    institution = Text(load_default=None, most=100)
    booked_on = Day(load_default=None)


class ConsentView(Body):
    """A consent; null `withdrawn_on` where it stands."""

    id = Id(required=True)
    purpose = Text(required=True, choices=tuple(ConsentPurpose))
    text_version = Text(required=True)
    language = Text(required=True)
    signed_on = Day(required=True)
    signed_how = Text(required=True, choices=tuple(SignedHow))
    withdrawn_on = Day(required=True, allow_none=True)


class AppointmentSummary(Body):
    """An invitation and what became of it; nothing clinical."""

    id = Id(required=True)
    application_id = Id(required=True)
    member_id = Id(required=True)
    name = Text(required=True)
    unit_code = Text(required=True)
    round_id = Id(required=True, allow_none=True)
    state = Text(required=True, choices=tuple(AppointmentState))
    institution = Text(required=True, allow_none=True)
    booked_on = Day(required=True, allow_none=True)
    attended_on = Day(required=True, allow_none=True)
    parts = Text(required=True, choices=tuple(ScreeningParts))
    deferral = Text(required=True, allow_none=True)
    deferred_until = Day(required=True, allow_none=True)
    misses = Whole(required=True)
    moved_at = Instant(required=True)


class AppointmentView(AppointmentSummary):
    """The same with the consents, the oldest first."""

    consents = Items(Part(ConsentView), required=True)


class BookingBody(Body):
    """Where, and on which day."""

    institution = Text(required=True, least=1, most=100)
    on = Day(required=True)


class AttendanceBody(Body):
    """Which parts applied; why the cervical one did not is clinical and belongs into the registration."""

    parts = Text(load_default=ScreeningParts.BOTH, choices=tuple(ScreeningParts))


class DeferralBody(Body):
    """The class of the reason, and until when if that is known."""

    reason = Text(required=True, choices=tuple(Deferral))
    until = Day(load_default=None, allow_none=True)


_OWN = (
    *("id", "application_id", "round_id", "state", "institution", "booked_on", "attended_on", "parts"),
    *("deferral", "deferred_until", "misses", "moved_at"),
)


def summary(of: ScreeningAppointment) -> dict[str, Any]:
    """An appointment as lists show it."""
    own = {name: getattr(of, name) for name in _OWN}
    return {**own, "member_id": of.membership_id, "name": of.membership.name, "unit_code": of.unit.code}


def shown_appointment(desk: Desk[ScreeningAppointment]) -> dict[str, Any]:
    """An appointment as its page shows it."""
    return {**summary(desk.thing), "consents": consents_of(desk.session, [desk.thing.id])}


@bp.route("/appointments", methods=["GET"])
@operation("screening.read")
@bp.arguments(AppointmentQuery, location="query")
@bp.response(200, page_of(AppointmentSummary))
def list_appointments(desk: Desk[None], query: dict[str, Any]) -> Any:
    """筛查预约列表 / Invitations of your units and what became of them."""
    part = window(query)
    rows = appointments.list_appointments(
        desk.session, desk.actor, AppointmentFilter(**query), after=part.after, limit=part.limit
    )
    shelf = page(rows, part.limit)
    return {"items": [summary(each) for each in shelf.items], "next": shelf.next}


@bp.route("/appointments/<uuid:appointment_id>", methods=["GET"])
@operation("screening.read", load=find_appointment)
@bp.response(200, AppointmentView)
def get_appointment(desk: Desk[ScreeningAppointment]) -> Any:
    """预约详情 / One invitation with its consents."""
    return shown_appointment(desk)


@bp.route("/appointments/<uuid:appointment_id>/decline", methods=["POST"])
@operation("screening.keep", load=lock_appointment, keyed=True, conditional=True)
@bp.arguments(Body)
@bp.response(200, AppointmentView)
def decline(desk: Desk[ScreeningAppointment], _body: dict[str, Any]) -> Any:
    """不参加 / She does not want to be screened."""
    attendance.decline(desk.session, desk.actor, desk.thing)
    return shown_appointment(desk)


@bp.route("/appointments/<uuid:appointment_id>/book", methods=["POST"])
@operation("screening.keep", load=lock_appointment, keyed=True, conditional=True)
@bp.arguments(BookingBody)
@bp.response(200, AppointmentView)
def book(desk: Desk[ScreeningAppointment], body: dict[str, Any]) -> Any:
    """预约机构与日期 / Book a day; the rules are asked again, as of that day."""
    attendance.book(desk.session, desk.actor, desk.thing, **body)
    return shown_appointment(desk)


@bp.route("/appointments/<uuid:appointment_id>/attend", methods=["POST"])
@operation("screening.keep", load=lock_appointment, keyed=True, conditional=True)
@bp.arguments(AttendanceBody)
@bp.response(200, AppointmentView)
def attend(desk: Desk[ScreeningAppointment], body: dict[str, Any]) -> Any:
    """到检 / She was examined on the day that was booked."""
    attendance.attend(desk.session, desk.actor, desk.thing, body["parts"])
    return shown_appointment(desk)


@bp.route("/appointments/<uuid:appointment_id>/miss", methods=["POST"])
@operation("screening.keep", load=lock_appointment, keyed=True, conditional=True)
@bp.arguments(Body)
@bp.response(200, AppointmentView)
def miss(desk: Desk[ScreeningAppointment], _body: dict[str, Any]) -> Any:
    """未到检 / She did not come."""
    attendance.miss(desk.session, desk.actor, desk.thing)
    return shown_appointment(desk)


@bp.route("/appointments/<uuid:appointment_id>/defer", methods=["POST"])
@operation("screening.keep", load=lock_appointment, keyed=True, conditional=True)
@bp.arguments(DeferralBody)
@bp.response(200, AppointmentView)
def defer(desk: Desk[ScreeningAppointment], body: dict[str, Any]) -> Any:
    """暂缓 / Put it off, by the class of the reason only."""
    attendance.defer(desk.session, desk.actor, desk.thing, **body)
    return shown_appointment(desk)
