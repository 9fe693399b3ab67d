"""Reading what a request carries: JSON by its content type, all faults at once with their pointers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NoReturn

import marshmallow as ma
from flask import Request
from flask_smorest import Blueprint as SmorestBlueprint
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import RequestEntityTooLarge, UnsupportedMediaType

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
        raw = req.get_data(cache=True)
        if req.environ["wsgi.input"].read(1):  # a body of undeclared length is silently cut at the limit
            raise RequestEntityTooLarge
        if not raw:
            return {}
        if req.mimetype != "application/json":
            raise UnsupportedMediaType
        try:
            return json_body.load(raw)
        except json_body.NotJson as fault:
            raise invalid("", fault.code) from None

    def load_querystring(self, req: Request, schema: ma.Schema) -> Any:
        """The request's query, in which every name stands once."""
        if twice := [name for name, values in req.args.lists() if len(values) > 1]:
            raise Invalid([Fault(_below("", name), "wrong_type", {"expected": "string"}) for name in twice])
        return super().load_querystring(req, schema)

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
    if isinstance(messages, Fault):  # one with what fills its message
        return [replace(messages, pointer=pointer)]
    return [Fault(pointer, str(messages))]


def _below(pointer: str, name: object) -> str:
    return pointer if name == "_schema" else f"{pointer}/{str(name).replace('~', '~0').replace('/', '~1')}"


class Blueprint(SmorestBlueprint):  # type: ignore[misc]
    """A noun's routes."""

    ARGUMENTS_PARSER = StrictParser()
