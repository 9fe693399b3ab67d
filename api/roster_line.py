"""The lines of a roster: listed, added, changed and removed, signed for one by one."""

from __future__ import annotations

from typing import Any

from api.arguments import Blueprint
from api.fields import Body, Day, Id, Instant, Items, Json, Money, Part, Text, Whole
from api.guard import Desk, created, operation
from api.language import messages, reader_language
from api.paging import PageQuery, page, page_of, window
from api.roster import RosterReasonBody
from benefits.casework.policy_book import edition_on
from benefits.casework.roster import lines, receipt, shelf
from models.roster import Roster, RosterLine
from models.roster_vocabulary import RosterLineState, SignedBy

bp = Blueprint("roster_line", __name__, url_prefix="/rosters", description="花名册明细 / Lines of rosters")


class RosterLinePatch(Body):
    """What is a line's own; absent or null: as for all."""

    amount = Money(allow_none=True)
    quantity = Whole(allow_none=True, least=1, most=10_000)
    facts = Json()


class RosterLineBody(RosterLinePatch):
    """A member who comes on the list."""

    member_id = Id(required=True)


class RosterProxyBody(Body):
    """代领人: who, as what to the member, by which authorisation."""

    name = Text(required=True, least=1, most=60)
    relation = Text(required=True, least=1, most=60)
    authorisation = Text(required=True, least=1, most=200)


class RosterReceiptBody(Body):
    """A signature on the sheet: the member's, or a proxy's."""

    received_on = Day(required=True)
    signed_by = Text(required=True, choices=tuple(SignedBy))
    proxy = Part(RosterProxyBody, load_default=None, allow_none=True)


class RosterLineReason(Body):
    """Why a line was left out: a criterion of the edition, or another fact."""

    code = Text(required=True)
    message = Text(required=True)


class RosterLineSummary(Body):
    """A line in the list."""

    id = Id(required=True)
    serial = Whole(required=True)
    member_id = Id(required=True)
    member_name = Text(required=True)
    staff_number = Text(required=True, allow_none=True)
    unit_code = Text(required=True)
    application_id = Id(required=True, allow_none=True)
    case_state = Text(required=True, allow_none=True)
    amount = Money(required=True, allow_none=True)
    quantity = Whole(required=True, allow_none=True)
    form = Text(required=True, allow_none=True)
    state = Text(required=True, choices=tuple(RosterLineState))
    reasons = Items(Part(RosterLineReason), required=True)
    received_on = Day(required=True, allow_none=True)
    signed_by = Text(required=True, allow_none=True, choices=tuple(SignedBy))
    signed_at = Instant(required=True, allow_none=True)
    unclaimed_reason = Text(required=True, allow_none=True)


class RosterLineView(RosterLineSummary):
    """A line with whoever signed for the member."""

    proxy = Part(RosterProxyBody, required=True, allow_none=True)


class RosterLineQuery(PageQuery):
    """Filters of the list."""

    state = Text(load_default=None, choices=tuple(RosterLineState))


RosterLinePage = page_of(RosterLineSummary)
_SHOWN = (
    *("id", "serial", "quantity", "form", "state", "application_id", "received_on", "signed_by", "signed_at"),
    "unclaimed_reason",
)


def _summary(desk: Desk[Any], roster: Roster, entry: shelf.Entry) -> dict[str, Any]:
    line, case = entry.line, entry.case
    return {
        **{name: getattr(line, name) for name in _SHOWN},
        "member_id": line.membership_id,
        "member_name": entry.member.name,
        "staff_number": entry.member.staff_number,
        "unit_code": entry.unit.code,
        "case_state": case.state if case else None,
        "amount": (case.approved_amount or case.amount) if case else None,
        "reasons": [{"code": code, "message": _in_words(desk, roster, code)} for code in line.reasons],
    }


def _in_words(desk: Desk[Any], roster: Roster, code: str) -> str:
    """A criterion's rule as the edition says it; any other code as problems and faults say it."""
    language = reader_language()
    running = edition_on(desk.session, roster.programme, roster.event_on)
    for criterion in running.edition.criteria if running else ():
        if criterion.code == code:
            return criterion.rule[language]
    texts = messages(language)
    said: str = texts["fault"].get(code) or texts["problem"].get(code, {}).get("title", code)
    return said


def _shown(desk: Desk[Any], line: RosterLine, roster: Roster) -> dict[str, Any]:
    desk.session.flush()
    entry = shelf.entry_of(desk.session, line)
    return {**_summary(desk, roster, entry), "proxy": receipt.proxy_of(desk.session, line)}


@bp.route("/<uuid:roster_id>/lines", methods=["GET"])
@operation("case.read", load=shelf.find_roster)
@bp.arguments(RosterLineQuery, location="query")
@bp.response(200, RosterLinePage)
def list_lines(desk: Desk[Roster], query: dict[str, Any]) -> Any:
    """花名册明细 / Who is on the list, who was left out and why."""
    part = window(query)
    rows = shelf.list_lines(desk.session, desk.thing, after=part.after, limit=part.limit, **query)
    found = page(rows, part.limit, key=lambda entry: entry.line.id)
    return {"items": [_summary(desk, desk.thing, each) for each in found.items], "next": found.next}


@bp.route("/<uuid:roster_id>/lines", methods=["POST"])
@operation("case.file", load=shelf.lock_roster, keyed=True, conditional=True)
@bp.arguments(RosterLineBody)
@bp.response(201, RosterLineView)
def add_line(desk: Desk[Roster], body: dict[str, Any]) -> Any:
    """增加一人 / Put a member on the list; `If-Match` is the roster's."""
    line = lines.add_line(desk.session, desk.actor, desk.thing, member_id=body.pop("member_id"), own=body)
    place = f"/rosters/{desk.thing.id}/lines/{line.id}"
    return _shown(desk, line, desk.thing), 201, created(place, line)


@bp.route("/<uuid:roster_id>/lines/<uuid:line_id>", methods=["GET"])
@operation("case.read", load=shelf.find_line)
@bp.response(200, RosterLineView)
def get_line(desk: Desk[RosterLine]) -> Any:
    """花名册的一行 / One line."""
    return _shown(desk, desk.thing, desk.thing.roster)


@bp.route("/<uuid:roster_id>/lines/<uuid:line_id>", methods=["PATCH"])
@operation("case.file", load=shelf.lock_line, conditional=True)
@bp.arguments(RosterLinePatch)
@bp.response(200, RosterLineView)
def change_line(desk: Desk[RosterLine], body: dict[str, Any]) -> Any:
    """修改一行 / Change a line's own amount, quantity or facts."""
    return _shown(desk, lines.change_line(desk.session, desk.actor, desk.thing, body), desk.thing.roster)


@bp.route("/<uuid:roster_id>/lines/<uuid:line_id>", methods=["DELETE"])
@operation("case.file", load=shelf.lock_line, conditional=True)
@bp.response(204)
def remove_line(desk: Desk[RosterLine]) -> Any:
    """移出一人 / Take a member off the list; the line stays for the auditor."""
    lines.remove_line(desk.session, desk.actor, desk.thing)


def _act(name: str, schema: type[Body]) -> Any:
    """The route of one act on a line: locked, keyed, with the line's own If-Match."""

    def wrap(view: Any) -> Any:
        inner = bp.arguments(schema)(bp.response(200, RosterLineView)(view))
        guarded = operation("case.file", load=shelf.lock_line, keyed=True, conditional=True)(inner)
        return bp.route(f"/<uuid:roster_id>/lines/<uuid:line_id>/{name}", methods=["POST"])(guarded)

    return wrap


@_act("receipt", RosterReceiptBody)
def sign(desk: Desk[RosterLine], body: dict[str, Any]) -> Any:
    """签收 / Take down one signature, once."""
    proxy = receipt.Proxy(**body.pop("proxy")) if body["proxy"] else body.pop("proxy")
    line = receipt.sign(desk.session, desk.actor, desk.thing, proxy=proxy, **body)
    return _shown(desk, line, line.roster)


@_act("unclaimed", RosterReasonBody)
def declare_unclaimed(desk: Desk[RosterLine], body: dict[str, Any]) -> Any:
    """登记未领取 / Not fetched: its money goes back at the close."""
    line = receipt.declare_unclaimed(desk.session, desk.actor, desk.thing, body["reason"])
    return _shown(desk, line, line.roster)


@_act("void", RosterReasonBody)
def void(desk: Desk[RosterLine], body: dict[str, Any]) -> Any:
    """撤销误登的签收 / Take a wrong receipt or declaration back."""
    line = receipt.void(desk.session, desk.actor, desk.thing, body["reason"])
    return _shown(desk, line, line.roster)
