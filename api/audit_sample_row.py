"""The drawn rows of a sample: `/audit/samples/{id}/rows`, each with why it was drawn and what came of it."""

from __future__ import annotations

from typing import Any

from api.arguments import Blueprint
from api.fields import Body, Id, Instant, Money, Text, Whole
from api.guard import Desk, operation
from api.language import fill, reader_language
from api.paging import PageQuery, page, page_of, window
from benefits.assurance.sampling import examination, sample
from benefits.core.code_table import code_table
from models.audit_sample import AuditSample, AuditSampleRow
from models.audit_vocabulary import ExaminationResult

bp = Blueprint(
    "audit_sample_row", __name__, url_prefix="/audit/samples", description="样本 / Drawn rows and their examination"
)

REASONS = code_table("sample_reason")


class RowView(Body):
    """A drawn row: why, and what its examination came to."""

    id = Id(required=True)
    number = Whole(required=True)
    application_id = Id(required=True)
    disbursement_id = Id(required=True, allow_none=True)
    unit_code = Text(required=True)
    programme = Text(required=True)
    amount = Money(required=True)
    stratum = Text(required=True, allow_none=True)
    hits = Whole(required=True)
    reason = Text(required=True, choices=tuple(REASONS.labels))
    message = Text(required=True, most=500)
    result = Text(required=True, allow_none=True, choices=tuple(ExaminationResult))
    error_amount = Money(required=True, allow_none=True)
    note = Text(required=True, allow_none=True, most=1000)
    examined_by = Id(required=True, allow_none=True)
    examined_at = Instant(required=True, allow_none=True)


class ExaminationBody(Body):
    """In order, or an exception with the amount that is wrong (0.00 where only the form is)."""

    result = Text(required=True, choices=tuple(ExaminationResult))
    error_amount = Money(load_default=None, allow_none=True)
    note = Text(load_default=None, allow_none=True, least=1, most=1000)


def shown_row(row: AuditSampleRow) -> dict[str, Any]:
    """A drawn row, with its reason as a sentence."""
    names = ("id", "number", "application_id", "disbursement_id", "programme", "amount", "stratum", "hits", "reason")
    more = ("result", "error_amount", "note", "examined_by", "examined_at")
    message = fill(REASONS.label(row.reason, reader_language()), dict(row.figures))
    return {
        **{name: getattr(row, name) for name in (*names, *more)},
        "unit_code": row.unit.code,
        "message": message,
    }


@bp.route("/<uuid:sample_id>/rows", methods=["GET"])
@operation(sample.PERMISSION, load=sample.find_sample)
@bp.arguments(PageQuery, location="query")
@bp.response(200, page_of(RowView))
def list_rows(desk: Desk[AuditSample], query: dict[str, Any]) -> Any:
    """样本 / The drawn rows in the order of the draw, each with why."""
    part = window(query)
    rows = sample.list_rows(desk.session, desk.thing, after=part.after, limit=part.limit)
    shelf = page(rows, part.limit)
    return {"items": [shown_row(each) for each in shelf.items], "next": shelf.next}


@bp.route("/<uuid:sample_id>/rows/<int(max=2147483647):number>", methods=["GET"])
@operation(sample.PERMISSION, load=examination.find_row)
@bp.response(200, RowView)
def get_row(desk: Desk[AuditSampleRow]) -> Any:
    """样本行 / One drawn row."""
    return shown_row(desk.thing)


@bp.route("/<uuid:sample_id>/rows/<int(max=2147483647):number>/examination", methods=["POST"])
@operation(sample.PERMISSION, load=examination.lock_row, keyed=True, conditional=True)
@bp.arguments(ExaminationBody)
@bp.response(200, RowView)
def examine(desk: Desk[AuditSampleRow], body: dict[str, Any]) -> Any:
    """登记检查结果 / What the examination of a row came to."""
    body["result"] = ExaminationResult(body["result"])
    return shown_row(examination.examine(desk.session, desk.actor, desk.thing, **body))
