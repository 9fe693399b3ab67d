"""The OpenAPI document: generated from the routes, with what the guard asks of each; its pages work offline."""

from __future__ import annotations

import re
from typing import Any

from apispec.ext.marshmallow import MarshmallowPlugin
from flask import Flask
from flask_smorest import Api

from api import fields
from api.guard import Operation

_PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "instance", "code", "params", "request_id"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "code": {"type": "string", "description": "stable, snake_case"},
        "params": {"type": "object", "additionalProperties": {"type": "string"}},
        "request_id": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "code", "detail"],
                "properties": {
                    "pointer": {"type": "string"},
                    "code": {"type": "string"},
                    "detail": {"type": "string"},
                },
            },
        },
        "findings": {"type": "array", "items": {"type": "object"}},
    },
}
_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "schema": {"type": "string", "pattern": "^[!-~]{1,200}$"},
    "description": "the same key and request give the first answer again",
}
_IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": True,
    "schema": {"type": "string", "pattern": '^"[0-9]+"$'},
    "description": "the ETag that was seen",
}
_WHERE = {
    "Location": {"schema": {"type": "string"}, "description": "where the new thing stands"},
    "ETag": {"schema": {"type": "string"}, "description": "its version"},
}
_BOUNDS = {"minLength", "maxLength", "minItems", "maxItems"}
_PLACE = re.compile(r"<(?:[^<>]*:)?([^<>:]+)>")


class SchemaNames:
    """One name a schema class: its own, behind its module's where another class took that first."""

    def __init__(self) -> None:
        self._taken: dict[str, type] = {}

    def __call__(self, schema: Any) -> str:
        """The name; empty for a changed view of a class (partial, only), which is written in place."""
        if not isinstance(schema, type) and (schema.only or schema.exclude or schema.partial):
            return ""
        kind = schema if isinstance(schema, type) else type(schema)
        if self._taken.setdefault(kind.__name__, kind) is kind:
            return kind.__name__
        return f"{kind.__module__.rpartition('.')[2].title().replace('_', '')}{kind.__name__}"


def build(app: Flask) -> Api:
    """The smorest API that every blueprint registers with."""
    app.config.update(
        API_TITLE="工会会员福利与互助 / Union member welfare and mutual aid",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
    )
    api = Api(
        app,
        spec_kwargs={
            "marshmallow_plugin": MarshmallowPlugin(schema_name_resolver=SchemaNames()),
            "security": [{"bearer": []}],
        },
    )
    converter = api.ma_plugin.converter
    if converter is None:
        raise RuntimeError("the marshmallow plugin has not met the document")
    converter.attribute_functions.remove(converter.field2default)  # shows null where a field may be left out
    converter.add_attribute_function(_describe)
    api.spec.components.security_scheme("bearer", {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"})
    return api


def _describe(_converter: Any, field: Any, **_kwargs: Any) -> dict[str, Any]:
    """What a field of ours looks like on the wire."""
    text = ["string", "null"] if field.allow_none else "string"
    shown: dict[str, Any] = {}
    if isinstance(field, fields.Money):
        shown = {"type": text, "pattern": field.pattern}
    elif isinstance(field, fields.Degrees):
        shown = {"type": text, "pattern": field.PATTERN}
    elif isinstance(field, fields.Day):
        shown = {"type": text, "format": "date"}
    elif isinstance(field, fields.Instant):
        shown = {"type": text, "format": "date-time"}
    if isinstance(field.load_default, str | int | bool):
        shown["default"] = field.load_default
    return shown


def document(app: Flask, api: Api) -> dict[str, Any]:
    """The whole document, with keys, preconditions, closed doors and problem answers written in."""
    spec: dict[str, Any] = api.spec.to_dict()
    spec["components"].setdefault("schemas", {})["Problem"] = _PROBLEM
    routes = {
        (_template(rule.rule), method.lower()): rule.endpoint
        for rule in app.url_map.iter_rules()
        for method in rule.methods or ()
    }
    for path, item in spec["paths"].items():
        for method, entry in item.items():
            if isinstance(entry, dict) and "responses" in entry:
                endpoint = routes[path, method]
                entry["operationId"] = endpoint.replace(".", "_")
                _join_form(entry, spec["components"]["schemas"])
                _finish(entry, getattr(app.view_functions[endpoint], "operation", None))
    answers = [entry["responses"] for item in spec["paths"].values() for entry in item.values() if "responses" in entry]
    _unbind(answers, spec["components"]["schemas"], set())
    return spec


def _unbind(part: Any, schemas: dict[str, Any], done: set[str]) -> None:
    """Take the bounds of texts and lists out of what is answered: they hold for what is sent."""
    if isinstance(part, list):
        for each in part:
            _unbind(each, schemas, done)
    elif isinstance(part, dict):
        for bound in _BOUNDS & part.keys():
            del part[bound]
        for each in part.values():
            _unbind(each, schemas, done)
        name = str(part.get("$ref", "")).rpartition("/")[2]
        if name and name not in done:
            done.add(name)
            _unbind(schemas[name], schemas, done)


def _join_form(entry: dict[str, Any], schemas: dict[str, Any]) -> None:
    """Write the fields that come beside a file into the body; smorest leaves them as OpenAPI 2 had them."""
    fields_beside = [one for one in entry.get("parameters", []) if one.get("in") == "formData"]
    if not fields_beside:
        return
    entry["parameters"] = [one for one in entry["parameters"] if one not in fields_beside]
    form = entry["requestBody"]["content"]["multipart/form-data"]
    file = schemas[form["schema"]["$ref"].rpartition("/")[2]]
    form["schema"] = {
        **file,
        "properties": {**file["properties"], **{one["name"]: one["schema"] for one in fields_beside}},
        "required": [*file.get("required", ()), *(one["name"] for one in fields_beside if one.get("required"))],
    }


def _finish(entry: dict[str, Any], guard: Operation | None) -> None:
    if guard is not None:
        extra = [_KEY] if guard.keyed else []
        extra += [_IF_MATCH] if guard.conditional else []
        if extra:
            entry["parameters"] = [*entry.get("parameters", []), *extra]
        if guard.public:
            entry["security"] = []
        if guard.permission:
            entry["x-permission"] = guard.permission
    if "201" in entry["responses"]:
        entry["responses"]["201"]["headers"] = _WHERE
    for status in [status for status in entry["responses"] if status == "default" or status >= "400"]:
        del entry["responses"][status]
    entry["responses"]["default"] = {
        "description": "A problem (RFC 9457)",
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }


def _template(rule: str) -> str:
    """Flask's `<uuid:id>` as OpenAPI's `{id}`."""
    return _PLACE.sub(r"{\1}", rule)
