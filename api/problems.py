"""Every failure as RFC 9457 `application/problem+json`: one shape, stable codes, nothing internal."""

from __future__ import annotations

import logging
from typing import Any
from urllib.parse import quote

from flask import Flask, Response, g, request
from flask_jwt_extended.exceptions import JWTExtendedException
from jwt.exceptions import PyJWTError
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from api import json_body
from api.language import fill, messages, reader_language
from benefits.core import errors, record_errors
from benefits.core.errors import ExitNotDue, Fault, Invalid, NotEligible, Refusal, YearNotReady
from benefits.record.writer import write_refusal
from benefits.rules.answer import explained
from config.logging import withheld
from models.database import db

log = logging.getLogger(__name__)

STATUS: dict[type[Refusal], int] = {
    errors.Invalid: 422,
    errors.NotEligible: 422,
    errors.KeyReused: 422,
    errors.NotSignedIn: 401,
    errors.SignInFailed: 401,
    errors.NotPermitted: 403,
    errors.OwnCase: 403,
    errors.DutyConflict: 403,
    errors.OwnFinding: 403,
    errors.BeyondDelegation: 403,
    errors.LevelTooLow: 403,
    errors.NotFound: 404,
    errors.StateForbids: 409,
    errors.AlreadyExists: 409,
    errors.ConsentMissing: 409,
    errors.AlreadyRegistered: 409,
    errors.HouseholdFiled: 409,
    errors.FileNotReady: 409,
    errors.ExitNotDue: 409,
    errors.YearNotReady: 409,
    errors.RetentionRuns: 409,
    errors.FundExhausted: 409,
    errors.CapExceeded: 409,
    errors.AlreadyPaid: 409,
    errors.ChecksChanged: 409,
    errors.StockShort: 409,
    errors.PremiumKept: 409,
    errors.KeyInUse: 409,
    errors.Stale: 412,
    errors.PreconditionRequired: 428,
    errors.KeyMissing: 400,
    errors.TooMany: 429,
    errors.Unavailable: 503,
    record_errors.RecordRestored: 503,
    record_errors.NotYetSealed: 409,
}

READ_ONLY = "25006"  # PostgreSQL's code for a write where only reading is allowed

# A broken constraint, translated by its name.
CONSTRAINTS: dict[str, Refusal] = {
    "uq_disbursement_live_instalment": errors.AlreadyPaid(),
    "uq_entitlement_once": errors.CapExceeded(available="0.00"),
    "uq_entitlement_of_case": errors.AlreadyPaid(),
    "uq_cover_once_a_term": errors.CapExceeded(available="0.00"),
    "month_is_open": errors.StateForbids(state="month_closed", act="post"),
    "year_is_open": errors.StateForbids(state="year_closed", act="post"),
    "ck_year_closing_two_persons": errors.DutyConflict(held="drawn_up", wanted="posted"),
    "uq_voucher_reverses_id": errors.StateForbids(state="reversed", act="reverse"),
    "ck_fund_never_overdrawn": errors.FundExhausted(),
    "ck_goods_lot_never_below_zero": errors.StockShort(on_hand="", asked=""),
    "uq_act_one_approval_per_person": errors.DutyConflict(),
    "uq_act_one_approval_per_principal": errors.DutyConflict(),
    "uq_membership_person_id_unit_id": errors.AlreadyExists(),
    "uq_household_member_one_file": errors.HouseholdFiled(),
    "uq_disbursement_replaces_id": errors.AlreadyPaid(),
    "ck_household_destruction_two_persons": errors.DutyConflict(),
    "ck_restoration_two_persons": errors.DutyConflict(),
    "person_erased": errors.StateForbids(state="erased", act="write"),
}

# Codes of werkzeug's own failures.
HTTP_CODES = {
    400: "bad_request",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    408: "timed_out",
    411: "length_required",
    413: "too_large",
    415: "unsupported_media_type",
    429: "too_many",
    500: "internal",
}


def status_of(refusal: Refusal) -> int:
    """The HTTP status of a refusal, by its nearest class in the table."""
    return next(STATUS[kind] for kind in type(refusal).__mro__ if kind in STATUS)


def problem(status: int, code: str, params: dict[str, object] | None = None, **more: Any) -> Response:
    """A problem response in the reader's language."""
    texts = messages(reader_language())["problem"].get(code, {})
    params = params or {}
    body = {
        "type": f"urn:benefits:problem:{code}",
        "title": texts.get("title", code),
        "status": status,
        "detail": _detail(code, params, texts),
        "instance": quote(withheld(request.path)),  # somebody may put a number where an id belongs
        "code": code,
        "params": {name: str(value) for name, value in params.items()},
        "request_id": g.get("request_id", ""),
        **more,
    }
    response = Response(json_body.dump(body), status, content_type="application/problem+json")
    response.headers["Content-Language"] = reader_language()
    response.headers["Cache-Control"] = "no-store"
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    if "retry_after_seconds" in params:
        response.headers["Retry-After"] = str(params["retry_after_seconds"])
    return response


def _detail(code: str, params: dict[str, object], texts: dict[str, str]) -> str:
    """What stands against it and how to put it right: of a state or of duties in their own words, where there are."""
    words = messages(reader_language())
    state, held, wanted = (str(params.get(name)) for name in ("state", "held", "wanted"))
    if code == "state_forbids" and state in words["standing"]:
        return fill(words["standing"][state], params)
    if code == "duty_conflict" and {held, wanted} <= words["duty"].keys():
        return fill(texts["both"], {"held": words["duty"][held], "wanted": words["duty"][wanted]})
    return fill(texts.get("detail", texts.get("title", code)), params)


def refusal_response(refusal: Refusal) -> Response:
    """A refusal in words, with all faults or findings that explain it."""
    more: dict[str, Any] = {}
    if isinstance(refusal, Invalid):
        more["errors"] = [_fault(fault) for fault in refusal.faults]
    if isinstance(refusal, NotEligible):
        more["findings"] = [explained(finding, reader_language()) for finding in refusal.findings]  # type: ignore[arg-type]
    if isinstance(refusal, ExitNotDue):
        more["months"] = list(refusal.months)
    if isinstance(refusal, YearNotReady):
        more["open"] = list(refusal.still_open)
    return problem(status_of(refusal), refusal.code, dict(refusal.params), **more)


def _fault(fault: Fault) -> dict[str, Any]:
    text = messages(reader_language())["fault"].get(fault.code, fault.code)
    return {"pointer": fault.pointer, "code": fault.code, "detail": fill(text, fault.params)}


def _on_refusal(refusal: Refusal) -> Response:
    db.session.rollback()
    try:
        _record(refusal.code, status_of(refusal), refusal.params)
    except (DBAPIError, PoolTimeoutError) as error:  # raised within a handler, it would find no other one
        return _on_database_away(error)
    return refusal_response(refusal)


def _record(code: str, status: int, params: dict[str, object]) -> None:
    """Write the refusal of a signed-in account in a transaction of its own, after the rollback."""
    actor = g.get("actor")
    if actor is None or (request.method == "GET" and status != 403):
        return
    write_refusal(
        db.session(),
        unit_id=actor.unit_id,
        operation=f"{request.method} {request.url_rule.rule if request.url_rule else withheld(request.path)}",
        code=code,
        params={name: str(value) for name, value in params.items()},
        row_id=next((withheld(str(value)) for value in (request.view_args or {}).values()), None),
    )
    db.session.commit()


def _on_integrity(error: IntegrityError) -> Response:
    name = getattr(getattr(error.orig, "diag", None), "constraint_name", None) or ""
    refusal = CONSTRAINTS.get(name)
    if refusal is not None:
        return _on_refusal(refusal)
    if name.startswith("uq_"):
        return _on_refusal(errors.AlreadyExists())
    return _on_anything(error)


def _on_database_away(error: DBAPIError | PoolTimeoutError) -> Response:
    """Away, full, or every connection taken: nothing was done, and a later try may do it."""
    fault = type(error.orig if isinstance(error, DBAPIError) else error).__name__
    log.error("database refused or away", extra={"request_id": g.get("request_id"), "fault": fault})
    db.session.rollback()
    return problem(503, "unavailable", {"retry_after_seconds": 2})


def _on_internal(error: InternalError) -> Response:
    """A server that takes no writes (a standby, or set read-only by whoever runs it) is away; the rest is a bug."""
    return _on_database_away(error) if getattr(error.orig, "pgcode", None) == READ_ONLY else _on_anything(error)


def _on_http(error: HTTPException) -> Response:
    status = error.code or 500
    db.session.rollback()
    response = problem(status, HTTP_CODES.get(status, "http_error"))
    if isinstance(error, MethodNotAllowed):
        response.headers["Allow"] = ", ".join(error.valid_methods or ())
    return response


def _on_token(_error: Exception) -> Response:
    db.session.rollback()
    return refusal_response(errors.NotSignedIn())


def _on_anything(error: Exception) -> Response:
    log.error("unforeseen error", exc_info=error, extra={"request_id": g.get("request_id")})
    db.session.rollback()
    return problem(500, "internal")


def register(app: Flask) -> None:
    """Attach the handlers; the last one catches whatever nobody foresaw."""
    app.register_error_handler(Refusal, _on_refusal)
    app.register_error_handler(IntegrityError, _on_integrity)
    app.register_error_handler(OperationalError, _on_database_away)
    app.register_error_handler(PoolTimeoutError, _on_database_away)
    app.register_error_handler(InternalError, _on_internal)
    app.register_error_handler(DataError, lambda _error: _on_refusal(errors.invalid("", "value_refused")))
    app.register_error_handler(HTTPException, _on_http)
    app.register_error_handler(JWTExtendedException, _on_token)
    app.register_error_handler(PyJWTError, _on_token)
    app.register_error_handler(Exception, _on_anything)
