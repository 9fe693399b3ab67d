"""Samples of the auditor: `/audit/samples`, their rows, examinations, frozen populations and repetitions."""

from __future__ import annotations

from typing import Any

from flask import Response

from api.arguments import Blueprint
from api.download import FILE, XLSX, download
from api.fields import Body, Day, Flag, Id, Instant, Items, Json, Money, Part, Text, Whole
from api.guard import Desk, created, operation
from api.language import reader_language
from api.paging import PageQuery, page, page_of, window
from benefits.assurance.sampling import examination, paper, sample
from benefits.assurance.sampling.population import Filters
from models.audit_sample import AuditSample
from models.audit_vocabulary import Population, SampleMethod, StrataBy

bp = Blueprint("audit_sample", __name__, url_prefix="/audit/samples", description="审计抽样 / Samples of the auditor")

_MEDIA_TYPES = {"csv": "text/csv; charset=utf-8", "jsonl": "application/jsonl", "xlsx": XLSX}


class SampleBody(Body):
    """What to draw from, and how; without a `seed` the server draws one after the population is frozen."""

    population = Text(required=True, choices=tuple(Population))
    unit_code = Text(required=True, least=1, most=64, metadata={"description": "with its whole subtree"})
    from_on = Day(required=True, data_key="from", metadata={"description": "payments: settled; cases: the event"})
    until_on = Day(required=True, data_key="until", metadata={"description": "inclusive"})
    programme = Text(load_default=None, allow_none=True, most=64)
    amount_from = Money(load_default=None, allow_none=True)
    amount_until = Money(load_default=None, allow_none=True)
    method = Text(required=True, choices=tuple(SampleMethod))
    size = Whole(required=True, least=1, most=5000)
    strata_by = Text(load_default=None, allow_none=True, choices=tuple(StrataBy))
    bands = Items(Money(), load_default=list, most=20, metadata={"description": "upper bounds, growing; by amount"})
    seed = Text(load_default=None, allow_none=True, least=1, most=200)


class StratumView(Body):
    """A stratum: its rows in the population, their sum, and how many were drawn."""

    name = Text(required=True)
    rows = Whole(required=True)
    total = Text(required=True)
    drawn = Whole(required=True)


class OutcomeView(Body):
    """What came of the examinations; `projected_error` once all rows are examined."""

    drawn = Whole(required=True)
    examined = Whole(required=True)
    exceptions = Whole(required=True)
    error_amount = Money(required=True)
    projected_error = Money(required=True, allow_none=True)


class SampleSummary(Body):
    """A sample in a list. `digest` is the SHA-256 of the frozen population's file."""

    id = Id(required=True)
    population = Text(required=True, choices=tuple(Population))
    unit_code = Text(required=True)
    filters = Json(required=True)
    method = Text(required=True, choices=tuple(SampleMethod))
    size = Whole(required=True)
    strata_by = Text(required=True, allow_none=True, choices=tuple(StrataBy))
    bands = Items(Text(), required=True)
    seed = Text(required=True)
    seed_given = Flag(required=True)
    rows = Whole(required=True)
    total = Money(required=True)
    digest = Text(required=True)
    interval = Money(required=True, allow_none=True)
    first_hit = Money(required=True, allow_none=True)
    drawn_by = Id(required=True)
    created_at = Instant(required=True)


class SampleView(SampleSummary):
    """A sample with its strata and its outcome."""

    strata = Items(Part(StratumView), required=True)
    outcome = Part(OutcomeView, required=True)


class RepetitionView(Body):
    """The draw worked out again from the frozen file; `different` are the numbers of rows that come out otherwise."""

    digest = Text(required=True)
    population_same = Flag(required=True)
    rows_same = Flag(required=True)
    different = Items(Whole(), required=True)


class FileQuery(Body):
    """The form of the file."""

    format = Text(required=True, choices=tuple(_MEDIA_TYPES))


def summary(of: AuditSample) -> dict[str, Any]:
    """A sample as lists show it."""
    names = ("id", "population", "filters", "method", "size", "strata_by", "bands", "seed", "seed_given", "rows")
    more = ("total", "first_hit", "drawn_by", "created_at")
    shown = {name: getattr(of, name) for name in (*names, *more)}
    return {**shown, "unit_code": of.unit.code, "digest": of.digest.hex(), "interval": of.step}


def shown(desk: Desk[Any], of: AuditSample) -> dict[str, Any]:
    """A sample as its page shows it."""
    return {**summary(of), "strata": of.strata, "outcome": examination.outcome_of(desk.session, of)}


@bp.route("", methods=["GET"])
@operation(sample.PERMISSION)
@bp.arguments(PageQuery, location="query")
@bp.response(200, page_of(SampleSummary))
def list_samples(desk: Desk[None], query: dict[str, Any]) -> Any:
    """抽样列表 / The samples of your units, in order of their drawing."""
    part = window(query)
    shelf = page(sample.list_samples(desk.session, desk.actor, after=part.after, limit=part.limit), part.limit)
    return {"items": [summary(each) for each in shelf.items], "next": shelf.next}


@bp.route("", methods=["POST"])
@operation(sample.PERMISSION, keyed=True)
@bp.arguments(SampleBody)
@bp.response(201, SampleView)
def draw_sample(desk: Desk[None], body: dict[str, Any]) -> Any:
    """抽样 / Freeze a population and draw from it by a published seed."""
    names = ("from_on", "until_on", "programme", "amount_from", "amount_until")
    filters = Filters(*(body.pop(name) for name in names))
    body["population"], body["method"] = Population(body["population"]), SampleMethod(body["method"])
    body["strata_by"] = body["strata_by"] and StrataBy(body["strata_by"])
    drawn = sample.draw_sample(desk.session, desk.actor, filters=filters, **body)
    return shown(desk, drawn), 201, created(f"/audit/samples/{drawn.id}", drawn)


@bp.route("/<uuid:sample_id>", methods=["GET"])
@operation(sample.PERMISSION, load=sample.find_sample)
@bp.response(200, SampleView)
def get_sample(desk: Desk[AuditSample]) -> Any:
    """抽样详情 / One sample."""
    return shown(desk, desk.thing)


@bp.route("/<uuid:sample_id>/repetition", methods=["GET"])
@operation(sample.PERMISSION, load=sample.find_sample)
@bp.response(200, RepetitionView)
def repetition(desk: Desk[AuditSample]) -> Any:
    """复算 / Draw again from the frozen population and compare row by row."""
    again = sample.repeat(desk.session, desk.thing)
    return {
        "digest": again.digest.hex(),
        "population_same": again.population_same,
        "rows_same": not again.different,
        "different": again.different,
    }


@bp.route("/<uuid:sample_id>/population.csv", methods=["GET"])
@operation(sample.PERMISSION, load=sample.find_sample)
@bp.response(200, FILE, content_type="text/csv")
def population_file(desk: Desk[AuditSample]) -> Response:
    """总体清单 / The frozen population; its SHA-256 is the sample's digest."""
    content = paper.population_file(desk.session, desk.thing)
    return download(content, _MEDIA_TYPES["csv"], f"population-{desk.thing.id}.csv")


@bp.route("/<uuid:sample_id>/file", methods=["GET"])
@operation(sample.PERMISSION, load=sample.find_sample)
@bp.arguments(FileQuery, location="query")
@bp.response(200, FILE, content_type="text/csv")
@bp.response(200, FILE, content_type="application/jsonl")
@bp.response(200, FILE, content_type=XLSX)
def sample_file(desk: Desk[AuditSample], query: dict[str, Any]) -> Response:
    """导出样本 / The drawn rows with their results."""
    shape = query["format"]
    content = paper.sample_file(desk.session, desk.thing, shape, reader_language())
    return download(content, _MEDIA_TYPES[shape], f"sample-{desk.thing.id}.{shape}")
