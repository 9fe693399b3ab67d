"""Reports: `/reports/{name}` as JSON, CSV, XLSX and PDF, at once or from a snapshot that stays as it was."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Response
from marshmallow import fields as plain
from sqlalchemy.orm import Session

from api import json_body
from api.arguments import Blueprint
from api.download import FILE, download
from api.fields import Body, Flag, Instant, Items, Part, QueryWhole, Text, Whole
from api.guard import Desk, operation
from api.job import JobView, shown_job
from api.language import reader_language
from benefits.casework.report import show, snapshot
from benefits.casework.report.frame import PERMISSION, Asked, Report, Row
from benefits.casework.report.shelf import REPORTS, ask, find_report
from benefits.core.actor import Actor
from benefits.record.writer import write_entry
from models.job import Job

bp = Blueprint("report", __name__, url_prefix="/reports", description="统计报表 / Reports")

FORMS = ("json", "csv", "xlsx", "pdf")
MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}
Rows = Callable[[Session], Iterable[Row]]


class ColumnView(Body):
    """A column of a report; of a `summed` one the control total is given."""

    name = Text(required=True)
    title = Text(required=True)
    kind = Text(required=True, choices=("text", "count", "yuan", "days"))
    summed = Flag(required=True)


class ReportSummary(Body):
    """A report that can be asked."""

    name = Text(required=True)
    title = Text(required=True)
    personal = Flag(required=True, metadata={"description": "names people; taking it is recorded"})


class ReportList(Body):
    """All of them."""

    items = Items(Part(ReportSummary), required=True)


class ReportView(Body):
    """A report: rows by column name, with codes and exact values, their count, control totals and digest."""

    report = Text(required=True)
    title = Text(required=True)
    year = Whole(required=True)
    unit_code = Text(required=True, allow_none=True)
    as_of = Instant(required=True)
    columns = Items(Part(ColumnView), required=True)
    rows = plain.List(plain.Dict(), required=True)
    count = Whole(required=True)
    totals = plain.Dict(required=True)
    digest = Text(required=True, metadata={"description": "SHA-256 of the rows, the same in every form and language"})


class FormQuery(Body):
    """In which form."""

    format = Text(load_default="json", choices=FORMS)


class ReportQuery(FormQuery):
    """Of which year (this one without) and unit (all of one's own without), in which form."""

    year = QueryWhole(least=1950, most=2100, load_default=None)
    unit = Text(load_default=None, most=64)


class SnapshotBody(Body):
    """Of which year (this one without) and unit (all of one's own without)."""

    year = Whole(least=1950, most=2100, load_default=None, allow_none=True)
    unit = Text(load_default=None, allow_none=True, most=64)


def load_report(_session: Session, _actor: Actor, name: str) -> Report:
    """The report that a path names."""
    return find_report(name)


def load_snapshot(session: Session, actor: Actor, snapshot_id: UUID) -> Job:
    """The finished snapshot that a path names."""
    return snapshot.find_snapshot(session, actor, snapshot_id)


@bp.route("", methods=["GET"])
@operation(PERMISSION)
@bp.response(200, ReportList)
def list_reports(desk: Desk[None]) -> Any:  # noqa: ARG001 - they are the same for everybody
    """报表目录 / The reports that there are."""
    language = reader_language()
    return {
        "items": [
            {"name": report.code, "title": report.title[language], "personal": report.personal}
            for report in REPORTS.values()
        ]
    }


@bp.route("/<name>", methods=["GET"])
@operation(PERMISSION, load=load_report)
@bp.arguments(ReportQuery, location="query")
@bp.response(200, ReportView)
@bp.response(200, FILE, content_type="text/csv")
@bp.response(200, FILE, content_type=MEDIA_TYPES["xlsx"])
@bp.response(200, FILE, content_type=MEDIA_TYPES["pdf"])
def get_report(desk: Desk[Report], query: dict[str, Any]) -> Response:
    """统计报表 / A report as the books are now; one whose forms shall all have the same rows is a snapshot."""
    asked = ask(desk.session, desk.actor, year=query["year"], unit_code=query["unit"])
    return given_report(
        desk, desk.thing, asked, query["format"], lambda session: desk.thing.rows(session, desk.actor, asked)
    )


@bp.route("/<name>/snapshots", methods=["POST"])
@operation(PERMISSION, load=load_report, keyed=True)
@bp.arguments(SnapshotBody)
@bp.response(202, JobView)
def start_snapshot(desk: Desk[Report], body: dict[str, Any]) -> Any:
    """留存报表 / Keep a report as it is now, as a job; its result has count, control totals and digest."""
    job = snapshot.start_snapshot(desk.session, desk.actor, desk.thing, year=body["year"], unit_code=body["unit"])
    return shown_job(desk, job), 202, {"Location": f"/api/v1/jobs/{job.id}"}


@bp.route("/snapshots/<uuid:snapshot_id>/file", methods=["GET"])
@operation(PERMISSION, load=load_snapshot)
@bp.arguments(FormQuery, location="query")
@bp.response(200, ReportView)
@bp.response(200, FILE, content_type="text/csv")
@bp.response(200, FILE, content_type=MEDIA_TYPES["xlsx"])
@bp.response(200, FILE, content_type=MEDIA_TYPES["pdf"])
def snapshot_file(desk: Desk[Job], query: dict[str, Any]) -> Response:
    """留存报表的各种格式 / A kept report in any form, with the rows of its instant."""
    report, asked, rows = snapshot.kept(desk.session, desk.actor, desk.thing)
    of_then = replace(asked, at=datetime.fromisoformat((desk.thing.result or {})["as_of"]))
    return given_report(desk, report, of_then, query["format"], lambda _session: rows)


def given_report(desk: Desk[Any], report: Report, asked: Asked, form: str, rows: Rows) -> Response:
    """A report in a form; files enter the record, as does whatever names people."""
    if report.personal or form != "json":
        write_entry(
            desk.session,
            kind="export",
            action=f"report.{report.code}",
            table="application",
            unit_id=desk.actor.unit_id,
            data={"format": form, "year": asked.year, "unit_code": asked.unit_code},
        )
    language = reader_language()
    if form == "json":
        shown = ReportView().dump(show.as_json(report, asked, rows(desk.session), language))
        return Response(json_body.dump(shown), content_type="application/json")
    filename = f"report-{report.code}-{asked.year}.{form}"
    if form == "pdf":
        content = show.as_pdf(desk.session, desk.actor, report, asked, rows(desk.session), language)
        return download(content, MEDIA_TYPES[form], filename)
    written = show.as_csv if form == "csv" else show.as_xlsx
    response = Response(_streamed(desk.session, report, rows, written, language), content_type=MEDIA_TYPES[form])
    response.headers["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response


def _streamed(
    session: Session, report: Report, rows: Rows, shown: Callable[..., Iterator[bytes]], language: str
) -> Iterator[bytes]:
    """The pieces of a file, read in a transaction of their own while the answer goes out."""
    bind, info = session.get_bind(), dict(session.info)

    def pieces() -> Iterator[bytes]:
        with Session(bind, info=info) as own:
            yield from shown(report, rows(own), language)

    return pieces()
