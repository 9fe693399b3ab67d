"""The service itself: alive, ready, measured, documented; all of it stands open and names no person and no secret."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

from flask import Response, current_app, g, request, send_from_directory
from marshmallow import fields
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, Histogram, generate_latest
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from api import clock
from api.arguments import Blueprint
from api.fields import Body
from api.guard import operation
from api.problems import problem
from api.standstill import money_moves
from benefits.assurance.seal.proof import blind_window
from models import schema
from models.database import db
from models.safety import unsafe_settings

bp = Blueprint("service", __name__, url_prefix="/", description="服务 / Health, measures and these documents")

_STATIC = Path(__file__).with_name("static")
_PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

# Each serving process counts for itself and says which one it is; a scrape is answered by one of them. Sums over
# `process` are the server's, as soon as each has been scraped.
_measures = CollectorRegistry()
_SECONDS = Histogram(
    "benefits_request_seconds",
    "Time to answer, by serving process, method, route template and status; _count counts the requests",
    ("process", "method", "route", "status"),
    registry=_measures,
)
_UNPROVED = Gauge("benefits_record_unproved_entries", "Entries that no signed checkpoint covers", registry=_measures)
_UNPROVED_SECONDS = Gauge(
    "benefits_record_unproved_seconds", "Age of the oldest entry that no signed checkpoint covers", registry=_measures
)
_RESTS = Gauge(
    "benefits_money_rests", "1 while money rests because the record is found to be an older one", registry=_measures
)


class StatusView(Body):
    """All is well."""

    status = fields.Constant("ok", required=True)


@bp.before_app_request
def start_watch() -> None:
    """Note when the request began."""
    g.began = time.perf_counter()


@bp.after_app_request
def stop_watch(response: Response) -> Response:
    """Count the request under its route's template: never under a path, which may name somebody."""
    method, route = (request.method, request.url_rule.rule) if request.url_rule else ("", "none")
    labels = (str(os.getpid()), method, route, str(response.status_code))
    _SECONDS.labels(*labels).observe(time.perf_counter() - g.began)
    return response


@bp.route("/api/v1/health/live")
@operation(public=True)
@bp.response(200, StatusView)
def live() -> dict[str, str]:
    """存活 / Whether the process answers."""
    return {"status": "ok"}


@bp.route("/api/v1/health/ready")
@operation(public=True)
@bp.response(200, StatusView)
def ready() -> dict[str, str] | Response:
    """就绪 / Whether it can serve: the database answers, is migrated, and keeps what it acknowledges."""
    try:
        connection = db.session.connection()
        faults = sorted(unsafe_settings(connection))
        if schema.reached(connection) != schema.newest():
            faults.append("migrations")
    except OperationalError:
        db.session.rollback()
        faults = ["database"]
    return problem(503, "not_ready", {"faults": ", ".join(faults)}) if faults else {"status": "ok"}


@bp.route("/metrics")
@operation(public=True)
@bp.response(200, {"type": "string"}, content_type="text/plain")
def metrics() -> Response:
    """度量 / Requests and their times, of the one serving process that answers; and how far the record is proved."""
    try:
        covered = blind_window(db.session())
        _UNPROVED.set(covered.entries)
        _UNPROVED_SECONDS.set((clock.now() - covered.since).total_seconds() if covered.since else 0)
        _RESTS.set(not money_moves(db.session()))
    except SQLAlchemyError:  # away, or not migrated: the other measures are told all the same
        db.session.rollback()
    return Response(generate_latest(_measures), content_type=CONTENT_TYPE_LATEST)


@bp.route("/api/v1/openapi.json")
@operation(public=True)
@bp.response(200, {"type": "object"})
def openapi_document() -> Any:
    """接口文档 / This document: OpenAPI 3.1."""
    return current_app.json.response(current_app.extensions["openapi"])


@bp.route("/docs")
@operation(public=True)
@bp.response(200, {"type": "string"}, content_type="text/html")
def docs() -> Response:
    """接口页面 / The routes to read and to try, without a network."""
    return _page("docs.html")


@bp.route("/docs/<path:name>")
@operation(public=True)
@bp.response(200, {"type": "string"}, content_type="*/*")
def docs_file(name: str) -> Response:
    """页面文件 / A file of the page at /docs."""
    return _page(name)


def _page(name: str) -> Response:
    response = send_from_directory(_STATIC, name)
    response.headers["Content-Security-Policy"] = _PAGE_POLICY
    return response
