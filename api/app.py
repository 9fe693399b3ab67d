"""The application: settings in, a Flask app with every noun's routes out."""

from __future__ import annotations

import re
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from flask import Flask, Response, current_app, g, request
from flask_jwt_extended import JWTManager
from uuid_utils.compat import uuid7
from werkzeug.middleware.proxy_fix import ProxyFix

import api as package
import models.tables  # noqa: F401 - every table must be known before the first query
from api import json_body, openapi, problems
from api.arguments import Blueprint
from config.settings import Settings
from models.database import REACHING, db
from models.secrecy import Secrecy

PREFIX = "/api/v1"
_PIECE = 1 << 16
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}\Z")


def create_app(settings: Settings, *, engine_options: dict[str, Any] | None = None) -> Flask:
    """The application for these settings; `engine_options` are SQLAlchemy's (tests bind a connection there)."""
    app = Flask("benefits", static_folder=None)
    app.json = json_body.StrictJson(app)
    app.config.update(
        SETTINGS=settings,
        SECRECY=Secrecy(settings.master_key, settings.index_key),
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS={
            "pool_pre_ping": True,
            "hide_parameters": True,  # an error's text must not carry what was sent
            "pool_size": 5,
            "max_overflow": 5,
            "pool_timeout": 10,
            "connect_args": {
                **REACHING,
                "options": "-c statement_timeout=60s -c lock_timeout=15s -c idle_in_transaction_session_timeout=60s",
            },
            **(engine_options or {}),
        },
        MAX_CONTENT_LENGTH=settings.max_upload_mb * 1024 * 1024,
        JWT_SECRET_KEY=settings.token_key,
        JWT_ALGORITHM="HS256",
        JWT_DECODE_ALGORITHMS=["HS256"],
        JWT_ENCODE_ISSUER="union-benefits",
        JWT_DECODE_ISSUER="union-benefits",
        JWT_ENCODE_AUDIENCE="union-benefits-api",
        JWT_DECODE_AUDIENCE="union-benefits-api",
        JWT_TOKEN_LOCATION=["headers"],
    )
    if settings.proxy_count:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.proxy_count, x_proto=settings.proxy_count)  # type: ignore[method-assign]
    db.init_app(app)
    JWTManager(app)
    app.before_request(_open_request)
    app.after_request(_safe_headers)
    app.after_request(_hear_out)
    documented = openapi.build(app)
    problems.register(app)
    for blueprint in _blueprints():
        # A noun whose prefix is "/" stands at the root of the server: its routes are written out in full.
        at_root = blueprint.url_prefix == "/"
        documented.register_blueprint(blueprint, url_prefix="/" if at_root else PREFIX + (blueprint.url_prefix or ""))
    app.extensions["openapi"] = openapi.document(app, documented)
    return app


def _blueprints() -> list[Blueprint]:
    """The `bp` of every module of this package that has one: a new noun is a new file and no other line."""
    found = [import_module(f"{package.__name__}.{module.name}") for module in iter_modules(package.__path__)]
    return [module.bp for module in found if hasattr(module, "bp")]


def _open_request() -> None:
    """Name the request, and bound its body: what carries no file is small."""
    given = request.headers.get("X-Request-Id", "")
    g.request_id = given if _REQUEST_ID.match(given) else str(uuid7())
    if request.mimetype != "multipart/form-data":
        request.max_content_length = current_app.config["SETTINGS"].max_json_kb * 1024


def _safe_headers(response: Response) -> Response:
    response.headers["X-Request-Id"] = g.get("request_id", "")
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "no-referrer")
    response.headers.setdefault("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def _hear_out(response: Response) -> Response:
    """Read what is left of the request, within bounds: a sender cut off while sending never sees why it was refused."""
    left = 2 * current_app.config["MAX_CONTENT_LENGTH"]
    while left > 0 and (piece := request.environ["wsgi.input"].read(_PIECE)):
        left -= len(piece)
    return response
