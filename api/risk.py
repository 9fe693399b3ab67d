"""Risk indicators of the auditor: `/audit/indicators`."""

from __future__ import annotations

from collections import Counter
from typing import Any
from uuid import UUID

from api.arguments import Blueprint
from api.fields import Body, Day, Flag, Id, Items, Json, Part, Text, Whole
from api.guard import Desk, operation
from api.language import fill, reader_language
from api.paging import PageQuery, page_of_all
from benefits.assurance.indicator.hit import KINDS, Hit, sentence, severity, threshold_on
from benefits.assurance.indicator.look import PERMISSION, look
from models.audit_vocabulary import FindingSeverity

bp = Blueprint("risk", __name__, url_prefix="/audit/indicators", description="风险指标 / Risk indicators")


class IndicatorQuery(PageQuery):
    """Where, when and what; days inclusive, at most 366."""

    unit = Text(required=True, least=1, most=64, metadata={"description": "with its whole subtree"})
    from_on = Day(required=True, data_key="from")
    until_on = Day(required=True, data_key="until")
    kind = Text(load_default=None, choices=KINDS)


class ThresholdView(Body):
    """What the rule measures by; `example`: a figure of ours, no rule of the field."""

    figures = Json(required=True)
    source = Text(required=True)
    example = Flag(required=True)


class HitView(Body):
    """A reason to look, in words and figures, with what it is about; at most 20 cases or payments are named."""

    kind = Text(required=True, choices=KINDS)
    severity = Text(required=True, choices=tuple(FindingSeverity))
    message = Text(required=True, most=500)
    figures = Json(required=True)
    unit_code = Text(required=True)
    on = Day(required=True)
    application_ids = Items(Id(), required=True)
    disbursement_ids = Items(Id(), required=True)
    account_id = Id(required=True, allow_none=True)
    fund_id = Id(required=True, allow_none=True)
    threshold = Part(ThresholdView, required=True, allow_none=True)


class IndicatorPage(Body):
    """A page of the hits, and how many of each kind there are in all."""

    counts = Json(required=True)
    hits = Whole(required=True)
    items = Items(Part(HitView), required=True)
    next = Text(required=True, allow_none=True)


@bp.route("", methods=["GET"])
@operation(PERMISSION)
@bp.arguments(IndicatorQuery, location="query")
@bp.response(200, IndicatorPage)
def list_hits(desk: Desk[None], query: dict[str, Any]) -> Any:
    """风险指标 / What is odd in what was decided and paid, with reasons; no hit is a verdict."""
    part = {name: query.pop(name) for name in ("limit", "after")}
    unit_code, until_on = query.pop("unit"), query["until_on"]
    hits = list(enumerate(look(desk.session, desk.actor, unit_code=unit_code, **query), 1))
    shelf = page_of_all(hits, part, key=lambda each: UUID(int=each[0]))
    return {
        "counts": dict(Counter(hit.kind for _, hit in hits)),
        "hits": len(hits),
        "items": [_shown(hit, until_on) for _, hit in shelf.items],
        "next": shelf.next,
    }


def _shown(hit: Hit, until_on: Any) -> dict[str, Any]:
    threshold = threshold_on(hit.kind, until_on)
    names = ("kind", "unit_code", "on", "figures", "application_ids", "disbursement_ids", "account_id", "fund_id")
    return {
        **{name: getattr(hit, name) for name in names},
        "severity": severity(hit.kind),
        "message": fill(sentence(hit.kind, reader_language()), dict(hit.figures)),
        "threshold": None
        if threshold is None
        else {
            "figures": {name: f"{figure:f}" for name, figure in threshold.figures.items()},
            "source": threshold.source,
            "example": threshold.example,
        },
    }
