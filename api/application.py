"""Applications: filed, changed, listed and read; the acts on them are in `api.decision`."""

from __future__ import annotations

from typing import Any

from api.arguments import Blueprint
from api.document import DocumentView, shown_document
from api.fields import Body, Day, Id, Instant, Items, Json, Money, Part, Text, Whole
from api.guard import Desk, created, operation
from api.language import reader_language
from api.paging import PageQuery, page, page_of, window
from api.payee import PayeeBody, PayeeView, shown_payee
from api.programme import AssessmentView
from benefits.access.person import is_erased
from benefits.casework import application as cases
from benefits.casework.application import Filing, find_application, lock_application
from benefits.casework.assessment import Judgement, judgement_of
from benefits.casework.case_facts import stored_facts
from benefits.casework.document import documents_of
from benefits.casework.lookup import record_health_facts
from benefits.money.disbursement import list_disbursements
from benefits.money.payee import read_payee
from benefits.rules.answer import to_json
from models.application import Application
from models.vocabulary import ApplicationState

bp = Blueprint("application", __name__, url_prefix="/applications", description="申请 / Applications")


class ApplicationBody(Body):
    """An application as filed; without a payee the member's registered account is paid."""

    programme = Text(required=True, least=1, most=64)
    member_id = Id(required=True)
    on = Day(required=True)
    amount = Money(load_default=None, allow_none=True)
    facts = Json(load_default=dict)
    payee = Part(PayeeBody, load_default=None, allow_none=True)
    round_id = Id(load_default=None, allow_none=True)


class ApplicationPatch(Body):
    """What may change while the case is draft or returned; absent fields stay."""

    on = Day()
    amount = Money(allow_none=True)
    facts = Json()
    payee = Part(PayeeBody, allow_none=True)


class PaymentLine(Body):
    """A payment of the case, in short."""

    id = Id(required=True)
    state = Text(required=True)
    amount = Money(required=True)


class ApplicationSummary(Body):
    """A case in a list."""

    id = Id(required=True)
    number = Whole(required=True)
    state = Text(required=True, choices=tuple(ApplicationState))
    programme = Text(required=True)
    member_id = Id(required=True)
    member_name = Text(required=True)
    unit_code = Text(required=True)
    on = Day(required=True)
    amount = Money(required=True, allow_none=True)
    approved_amount = Money(required=True, allow_none=True)
    created_at = Instant(required=True)


class ApplicationView(ApplicationSummary):
    """A case with its facts, assessment, papers and payments; the payee is masked."""

    facts = Json(required=True)
    assessment = Part(AssessmentView, required=True, allow_none=True)
    payee = Part(PayeeView, required=True, allow_none=True)
    fund_id = Id(required=True, allow_none=True)
    round_id = Id(required=True, allow_none=True)
    roster_id = Id(required=True, allow_none=True)
    documents = Items(Part(DocumentView), required=True)
    disbursements = Items(Part(PaymentLine), required=True)


class ApplicationQuery(PageQuery):
    """Filters of the list."""

    programme = Text(load_default=None, most=64)
    state = Text(load_default=None, choices=tuple(ApplicationState))
    unit_code = Text(load_default=None, most=64)
    below = Text(load_default=None, most=64, metadata={"description": "a unit's code: with its whole subtree"})
    member_id = Id(load_default=None)
    from_on = Day(load_default=None, data_key="from", metadata={"description": "of `on`, inclusive"})
    until_on = Day(load_default=None, data_key="until", metadata={"description": "inclusive"})
    amount_from = Money(load_default=None, metadata={"description": "approved, else asked; inclusive"})
    amount_until = Money(load_default=None)


ApplicationPage = page_of(ApplicationSummary)


def summary(application: Application) -> dict[str, Any]:
    """A case as lists show it."""
    return {
        "id": application.id,
        "number": application.number,
        "state": application.state,
        "programme": application.programme,
        "member_id": application.membership_id,
        "member_name": application.membership.name,
        "unit_code": application.unit.code,
        "on": application.event_on,
        "amount": application.amount,
        "approved_amount": application.approved_amount,
        "created_at": application.created_at,
    }


def shown(desk: Desk[Any], application: Application, judgement: Judgement | None = None) -> dict[str, Any]:
    """A case as its page shows it; before it is submitted the assessment is today's, and none is left once erased.

    Args:
        judgement: what was kept with the act that this answers; it need not be opened and evaluated again.
    """
    desk.session.flush()
    if judgement is None and not is_erased(desk.session, application.person_id):
        judgement = judgement_of(desk.session, application)
    payments = list_disbursements(desk.session, desk.actor, after=None, limit=200, application_id=application.id)
    return {
        **summary(application),
        "facts": stored_facts(desk.session, application),
        "assessment": judgement
        and {**to_json(judgement.assessment, reader_language()), "from_file": list(judgement.from_file)},
        "payee": shown_payee(application) if application.payee_hash else None,
        "fund_id": application.fund_id,
        "round_id": application.round_id,
        "roster_id": application.roster_id,
        "documents": [shown_document(each) for each in documents_of(desk.session, application.id)],
        "disbursements": [{"id": each.id, "state": each.state, "amount": each.amount} for each in payments],
    }


def _read_payee(body: dict[str, Any] | None) -> Any:
    return None if body is None else read_payee(**body)


@bp.route("", methods=["GET"])
@operation("case.read")
@bp.arguments(ApplicationQuery, location="query")
@bp.response(200, ApplicationPage)
def list_applications(desk: Desk[None], query: dict[str, Any]) -> Any:
    """申请列表 / The cases of your units."""
    part = window(query)
    rows = cases.list_applications(desk.session, desk.actor, after=part.after, limit=part.limit, **query)
    shelf = page(rows, part.limit)
    return {"items": [summary(each) for each in shelf.items], "next": shelf.next}


@bp.route("", methods=["POST"])
@operation("case.file", keyed=True)
@bp.arguments(ApplicationBody)
@bp.response(201, ApplicationView)
def file_application(desk: Desk[None], body: dict[str, Any]) -> Any:
    """申报（草稿） / File an application as a draft."""
    filing = Filing(body["on"], body["amount"], body["facts"], _read_payee(body["payee"]), body["round_id"])
    application = cases.file_application(
        desk.session, desk.actor, programme=body["programme"], member_id=body["member_id"], filing=filing
    )
    return shown(desk, application), 201, created(f"/applications/{application.id}", application)


@bp.route("/<uuid:application_id>", methods=["GET"])
@operation("case.read", load=find_application)
@bp.response(200, ApplicationView)
def get_application(desk: Desk[Application]) -> Any:
    """申请详情 / One case; that its facts on health or children were read is recorded."""
    view = shown(desk, desk.thing)
    record_health_facts(desk.session, desk.thing, view["facts"])
    return view


@bp.route("/<uuid:application_id>", methods=["PATCH"])
@operation("case.file", load=lock_application, conditional=True)
@bp.arguments(ApplicationPatch)
@bp.response(200, ApplicationView)
def change_application(desk: Desk[Application], body: dict[str, Any]) -> Any:
    """修改草稿或退回件 / Change a draft or returned case."""
    if "payee" in body:
        body["payee"] = _read_payee(body["payee"])
    return shown(desk, cases.change_application(desk.session, desk.actor, desk.thing, body))
