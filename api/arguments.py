"""Reading what a request carries: JSON by its content type, all faults at once with their pointers."""

from __future__ import annotations

from typing import Any, NoReturn

import marshmallow as ma
from flask import Request, current_app, request
from flask_smorest import Blueprint as SmorestBlueprint
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge, UnsupportedMediaType

from api import json_body
from benefits.core.errors import Fault, Invalid, invalid


class StrictParser(FlaskParser):
    """Unknown fields are refused everywhere; JSON must say that it is JSON."""

    DEFAULT_UNKNOWN_BY_LOCATION = {
        **FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION,
        "json": ma.RAISE,
        "query": ma.RAISE,
        "form": ma.RAISE,
        "files": ma.RAISE,
    }

    def load_json(self, req: Request, _schema: ma.Schema) -> Any:
        """The request's JSON body; an absent body is an empty object."""
        if req.content_length and req.content_length > current_app.config["SETTINGS"].max_json_kb * 1024:
            raise RequestEntityTooLarge
        raw = req.get_data(cache=True)
        if not raw:
            return {}
        if req.mimetype != "application/json":
            raise UnsupportedMediaType
        try:
            return json_body.load(raw)
        except json_body.NotJson as fault:
            raise invalid("", fault.code) from None
        except UnicodeDecodeError:
            raise BadRequest from None

    def handle_error(self, error: ma.ValidationError, *_args: Any, **_kwargs: Any) -> NoReturn:
        """Turn marshmallow's messages, which are codes in this house, into faults with pointers."""
        raise Invalid(list(_faults(error.messages, "")))


def _faults(messages: Any, pointer: str) -> list[Fault]:
    if isinstance(messages, dict):
        # The first level names the place (json, query, form, files), which a pointer into the body does not show.
        places = {"json", "query", "form", "files"}
        return [
            fault
            for name, inner in messages.items()
            for fault in _faults(inner, pointer if not pointer and name in places else _below(pointer, name))
        ]
    if isinstance(messages, list):
        return [fault for inner in messages for fault in _faults(inner, pointer)]
    return [Fault(pointer, str(messages))]


def _below(pointer: str, name: object) -> str:
    return pointer if name == "_schema" else f"{pointer}/{str(name).replace('~', '~0').replace('/', '~1')}"


class Blueprint(SmorestBlueprint):  # type: ignore[misc]
    """A noun's routes."""

    ARGUMENTS_PARSER = StrictParser()


def preferred(kinds: tuple[str, ...], default: str) -> str:
    """The `?format=` of a download: one of `kinds`.

    Raises:
        Invalid: another word.
    """
    wanted = request.args.get("format", default)
    if wanted not in kinds:
        raise invalid("/format", "choice_unknown", choices=", ".join(kinds))
    return wanted
