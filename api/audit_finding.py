"""Findings of the auditor: `/audit/findings`, opened, listed, read and printed."""

from __future__ import annotations

from typing import Any

from flask import Response
from marshmallow import ValidationError, validates_schema

from api.arguments import Blueprint
from api.download import FILE, download
from api.fields import Body, Day, Flag, Id, Instant, Items, Part, QueryFlag, Text, Whole
from api.guard import Desk, created, operation
from api.language import reader_language
from api.paging import PageQuery, page, page_of, window
from benefits.assurance.finding import finding as findings
from benefits.assurance.finding.finding import About, Filters
from benefits.assurance.finding.life import is_overdue
from benefits.assurance.finding.paper import print_notice, print_register
from models.audit_finding import AuditFinding
from models.audit_vocabulary import FindingSeverity, FindingState, FindingSubject, RevisitOutcome

bp = Blueprint(
    "audit_finding", __name__, url_prefix="/audit/findings", description="审计发现 / Findings and their rectification"
)

_ABOUT = ("unit_code", "application_id", "disbursement_id", "sample_row_id")
_NO_ONE = {"description": "the account that must rectify; null where it is out of your sight"}


class FindingBody(Body):
    """A finding on exactly one of a unit, a case, a payment and a row of a sample."""

    unit_code = Text(least=1, most=64)
    application_id = Id()
    disbursement_id = Id()
    sample_row_id = Id()
    indicator = Text(load_default=None, allow_none=True, most=64)
    description = Text(required=True, least=1, most=2000)
    clause = Text(required=True, least=1, most=300)
    severity = Text(required=True, choices=tuple(FindingSeverity))
    responsible_id = Id(required=True)
    due_on = Day(required=True)

    @validates_schema
    def about_one(self, data: dict[str, Any], **_kwargs: Any) -> None:
        """What it is about is named once."""
        if sum(name in data for name in _ABOUT) != 1:
            raise ValidationError("subject_exactly_one", "unit_code")


class ResponsibleView(Body):
    """Who must rectify."""

    id = Id(required=True)
    name = Text(required=True, allow_none=True)


class FindingSummary(Body):
    """A finding in a list."""

    id = Id(required=True)
    number = Whole(required=True)
    state = Text(required=True, choices=tuple(FindingState))
    overdue = Flag(required=True)
    subject = Text(required=True, choices=tuple(FindingSubject))
    unit_code = Text(required=True)
    application_id = Id(required=True, allow_none=True)
    disbursement_id = Id(required=True, allow_none=True)
    sample_row_id = Id(required=True, allow_none=True)
    indicator = Text(required=True, allow_none=True)
    description = Text(required=True, most=2000)
    clause = Text(required=True, most=300)
    severity = Text(required=True, choices=tuple(FindingSeverity))
    responsible = Part(ResponsibleView, required=True, metadata=_NO_ONE)
    due_on = Day(required=True)
    closed_on = Day(required=True, allow_none=True)
    opened_by = Id(required=True)
    created_at = Instant(required=True)


class FindingActView(Body):
    """One act on a finding."""

    act = Text(required=True)
    from_state = Text(required=True, allow_none=True)
    to_state = Text(required=True)
    account_id = Id(required=True)
    note = Text(required=True, allow_none=True, most=2000)
    visited_on = Day(required=True, allow_none=True)
    outcome = Text(required=True, allow_none=True, choices=tuple(RevisitOutcome))
    acted_at = Instant(required=True)


class FindingView(FindingSummary):
    """A finding with all acts on it."""

    acts = Items(Part(FindingActView), required=True)


class FindingFilters(Body):
    """Filters of lists; `unit_code` with the unit's whole subtree."""

    state = Text(load_default=None, choices=tuple(FindingState))
    severity = Text(load_default=None, choices=tuple(FindingSeverity))
    unit_code = Text(load_default=None, most=64)
    responsible_id = Id(load_default=None)
    application_id = Id(load_default=None)
    overdue = QueryFlag(load_default=None)


class FindingQuery(PageQuery, FindingFilters):
    """A page of them."""


_SHOWN = (
    *("id", "number", "state", "subject", "application_id", "disbursement_id", "sample_row_id", "indicator"),
    *("description", "clause", "severity", "due_on", "closed_on", "opened_by", "created_at"),
)


def summary(desk: Desk[Any], of: AuditFinding) -> dict[str, Any]:
    """A finding as lists show it."""
    return {
        **{name: getattr(of, name) for name in _SHOWN},
        "overdue": is_overdue(of, desk.actor.today),
        "unit_code": of.unit.code,
        "responsible": {"id": of.responsible_id, "name": of.responsible.name if of.responsible else None},
    }


def shown(desk: Desk[Any], of: AuditFinding) -> dict[str, Any]:
    """A finding as its page shows it."""
    return {**summary(desk, of), "acts": findings.acts_of(desk.session, of)}


@bp.route("", methods=["GET"])
@operation("finding.read")
@bp.arguments(FindingQuery, location="query")
@bp.response(200, page_of(FindingSummary))
def list_findings(desk: Desk[None], query: dict[str, Any]) -> Any:
    """审计发现列表 / The findings of units where you audit, and those that you must rectify."""
    part = window(query)
    rows = findings.list_findings(desk.session, desk.actor, Filters(**query), after=part.after, limit=part.limit)
    shelf = page(rows, part.limit)
    return {"items": [summary(desk, each) for each in shelf.items], "next": shelf.next}


@bp.route("", methods=["POST"])
@operation(findings.AUDIT, keyed=True)
@bp.arguments(FindingBody)
@bp.response(201, FindingView)
def open_finding(desk: Desk[None], body: dict[str, Any]) -> Any:
    """提出审计发现 / Open a finding that somebody must rectify until a day."""
    about = About(**{name: body.pop(name) for name in _ABOUT if name in body})
    body["severity"] = FindingSeverity(body["severity"])
    opened = findings.open_finding(desk.session, desk.actor, about, **body)
    return shown(desk, opened), 201, created(f"/audit/findings/{opened.id}", opened)


@bp.route("/<uuid:finding_id>", methods=["GET"])
@operation("finding.read", load=findings.find_finding)
@bp.response(200, FindingView)
def get_finding(desk: Desk[AuditFinding]) -> Any:
    """审计发现详情 / One finding with its course."""
    return shown(desk, desk.thing)


@bp.route("/<uuid:finding_id>/notice.pdf", methods=["GET"])
@operation("finding.read", load=findings.find_finding)
@bp.response(200, FILE, content_type="application/pdf")
def notice(desk: Desk[AuditFinding]) -> Response:
    """整改通知书（PDF） / The notice of rectification."""
    content = print_notice(desk.session, desk.actor, desk.thing, reader_language())
    return download(content, "application/pdf", f"finding-{desk.thing.number}.pdf")


@bp.route("/register.pdf", methods=["GET"])
@operation("finding.read")
@bp.arguments(FindingFilters, location="query")
@bp.response(200, FILE, content_type="application/pdf")
def register(desk: Desk[None], query: dict[str, Any]) -> Response:
    """整改台账（PDF） / A selection of findings as a list for printing."""
    rows = findings.list_findings(desk.session, desk.actor, Filters(**query), after=None, limit=None)
    return download(
        print_register(desk.session, desk.actor, rows, reader_language()), "application/pdf", "findings.pdf"
    )
