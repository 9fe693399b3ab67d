"""Editions of the rules: `/programmes/{code}/policies` and `/policies/{id}`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from flask import Response

from api.arguments import Blueprint
from api.download import FILE
from api.fields import Body, Day, Id, Instant, Json, Text
from api.guard import Desk, created, operation
from api.job import JobView, shown_job
from api.language import reader_language
from api.paging import PageQuery, page, page_of, window
from api.programme import find_programme
from benefits.casework import policy_draft as policies
from benefits.casework import simulation
from benefits.papers.csv_file import write_csv
from benefits.papers.simulation import simulation_workbook
from benefits.rules.declaration import Programme
from models.job import Job
from models.policy import Policy
from models.vocabulary import PolicyState

bp = Blueprint("policy", __name__, description="政策 / Editions of the rules")

LONGEST_POLICY = 200_000


class PolicyBody(Body):
    """An edition as TOML text, in the form of the shipped ones (docs/programmes/adding.md)."""

    content = Text(required=True, least=1, most=LONGEST_POLICY)


class PolicySummary(Body):
    """An edition in a list; without a unit it came with the programme."""

    id = Id(required=True)
    programme = Text(required=True)
    edition = Text(required=True)
    state = Text(required=True, choices=tuple(PolicyState))
    valid_from = Day(required=True)
    valid_to = Day(required=True, allow_none=True)
    sha256 = Text(required=True)
    written_by = Id(required=True, allow_none=True)
    published_by = Id(required=True, allow_none=True)
    published_at = Instant(required=True, allow_none=True)


class PolicyView(PolicySummary):
    """An edition with its text."""

    content = Text(required=True)


class SimulationBody(Body):
    """On which day (the draft's first without), and the facts that hold for all, as in a round."""

    on = Day(load_default=None, allow_none=True)
    facts = Json(load_default=dict)


class SimulationFileQuery(Body):
    """As CSV of one of the lists, or as XLSX of them all."""

    format = Text(load_default="csv", choices=("csv", "xlsx"))
    list = Text(load_default="members", choices=("members", "cases"))


class PolicyQuery(PageQuery):
    """Filters of the list."""

    state = Text(load_default=None, choices=tuple(PolicyState))


PolicyPage = page_of(PolicySummary)
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_LISTS = {"members": simulation.COLUMNS, "cases": simulation.CASE_COLUMNS}
_SHOWN = ("id", "programme", "edition", "state", "valid_from", "valid_to", "written_by", "published_by", "published_at")


def _summary(policy: Policy) -> dict[str, Any]:
    return {**{name: getattr(policy, name) for name in _SHOWN}, "sha256": policy.digest.hex()}


def _shown(policy: Policy) -> dict[str, Any]:
    return {**_summary(policy), "content": policy.content}


@bp.route("/programmes/<code>/policies", methods=["GET"])
@operation("unit.read", load=find_programme)
@bp.arguments(PolicyQuery, location="query")
@bp.response(200, PolicyPage)
def list_policies(desk: Desk[Programme], query: dict[str, Any]) -> Any:
    """政策版本 / The editions of a programme's rules, drafts of your units too."""
    part = window(query)
    rows = policies.list_policies(
        desk.session, desk.actor, desk.thing.code, after=part.after, limit=part.limit, state=query["state"]
    )
    shelf = page(rows, part.limit)
    return {"items": [_summary(each) for each in shelf.items], "next": shelf.next}


@bp.route("/programmes/<code>/policies", methods=["POST"])
@operation("policy.edit", load=find_programme, keyed=True)
@bp.arguments(PolicyBody)
@bp.response(201, PolicyView)
def draft_policy(desk: Desk[Programme], body: dict[str, Any]) -> Any:
    """起草政策 / Draft an edition; every fault of its text is answered with its place."""
    policy = policies.draft_policy(desk.session, desk.actor, desk.thing.code, body["content"])
    return _shown(policy), 201, created(f"/policies/{policy.id}", policy)


@bp.route("/policies/<uuid:policy_id>", methods=["GET"])
@operation("unit.read", load=policies.find_policy)
@bp.response(200, PolicyView)
def get_policy(desk: Desk[Policy]) -> Any:
    """政策全文 / An edition with its text."""
    return _shown(desk.thing)


@bp.route("/policies/<uuid:policy_id>", methods=["PATCH"])
@operation("policy.edit", load=policies.lock_policy, conditional=True)
@bp.arguments(PolicyBody)
@bp.response(200, PolicyView)
def change_draft(desk: Desk[Policy], body: dict[str, Any]) -> Any:
    """修改草案 / Replace a draft's text."""
    return _shown(policies.change_draft(desk.session, desk.actor, desk.thing, body))


@bp.route("/policies/<uuid:policy_id>/publication", methods=["POST"])
@operation("policy.edit", load=policies.lock_policy, keyed=True, conditional=True)
@bp.arguments(Body)
@bp.response(200, PolicyView)
def publish(desk: Desk[Policy], _body: dict[str, Any]) -> Any:
    """发布政策 / Put a draft in force, by another person than its author."""
    return _shown(policies.publish(desk.session, desk.actor, desk.thing))


@bp.route("/policies/<uuid:policy_id>/simulation", methods=["POST"])
@operation("policy.edit", load=policies.find_policy, keyed=True)
@bp.arguments(SimulationBody)
@bp.response(202, JobView)
def simulate(desk: Desk[Policy], body: dict[str, Any]) -> Any:
    """模拟政策 / What the edition would change against what is in force: the job's result has the sums by unit."""
    job = simulation.start_simulation(desk.session, desk.actor, desk.thing, **body)
    return shown_job(desk, job), 202, {"Location": f"/api/v1/jobs/{job.id}"}


@bp.route("/policies/<uuid:policy_id>/simulation/<uuid:job_id>/file", methods=["GET"])
@operation("policy.edit", load=policies.find_policy)
@bp.arguments(SimulationFileQuery, location="query")
@bp.response(200, FILE, content_type="text/csv")
@bp.response(200, FILE, content_type=_XLSX)
def simulation_file(desk: Desk[Policy], query: dict[str, Any], job_id: UUID) -> Response:
    """模拟名单 / The members and open cases for whom something changes: CSV of one list, XLSX of all with the units."""
    job = simulation.find_simulation(desk.session, desk.actor, desk.thing, job_id)
    form, chosen = query["format"], query["list"]
    rows = simulation.simulated_rows(desk.session, job, _LISTS[chosen])
    if form == "csv":
        pieces = write_csv(_LISTS[chosen], rows)
    else:
        lists = {name: simulation.simulated_rows(desk.session, job, columns) for name, columns in _LISTS.items()}
        pieces = simulation_workbook({**lists, "by_unit": _units(job)}, reader_language())
    response = Response(pieces, content_type="text/csv; charset=utf-8" if form == "csv" else _XLSX)
    response.headers["Content-Disposition"] = f'attachment; filename="simulation-{job.id}.{form}"'
    return response


def _units(job: Job) -> Iterator[tuple[object, ...]]:
    lines = (job.result or {})["by_unit"]
    return (tuple(line[name] for name in simulation.UNIT_COLUMNS) for line in lines)
