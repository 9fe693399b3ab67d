"""Every route with every method that changes things, as requests right in form, read off the app's own document."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Flask

from tests.clock import today
from tests.faults.wire import RemoteApi

METHODS = ("POST", "PUT", "PATCH", "DELETE")
_PART = re.compile(r"\{(\w+)\}")
_WORDS = {"code": "AH", "unit_code": "AH", "name": "x", "plan": "accident"}
_SIGNS_OUT = ("/api/v1/auth", "/api/v1/me/password")


@dataclass(frozen=True)
class Way:
    """One method of one route; `body` is its schema, None where the route has no such method or asks for no body."""

    method: str
    rule: str
    keyed: bool
    conditional: bool
    body: Mapping[str, Any] | None


def ways(app: Flask) -> Iterator[Way]:
    """All of them, those too that no route has; but none that ends the caller's sign-in."""
    paths: dict[str, Any] = app.extensions["openapi"]["paths"]
    for rule, item in paths.items():
        for method in METHODS:
            if rule.startswith(_SIGNS_OUT):
                continue
            told = item.get(method.lower(), {})
            asked = {each.get("name") for each in told.get("parameters", [])}
            content = told.get("requestBody", {}).get("content", {})
            yield Way(
                method,
                rule,
                "Idempotency-Key" in asked,
                "If-Match" in asked,
                content.get("application/json", {}).get("schema"),
            )


def path_of(way: Way, known: Mapping[str, str]) -> str:
    """The route's path with the ids that are known by the names of its parts."""
    return _PART.sub(lambda part: known.get(part[1]) or _WORDS.get(part[1], known["other"]), way.rule)


def tag_of(wire: RemoteApi, who: str, path: str) -> str:
    """The version of the nearest thing above that has one, as the caller sees it."""
    parts = path.split("/")
    for end in range(len(parts), 3, -1):
        answer = wire(who).get("/".join(parts[:end]))
        if answer.headers.get("ETag"):
            return str(answer.headers["ETag"])
    return '"1"'


def body_of(app: Flask, way: Way, known: Mapping[str, str]) -> Any:
    """A body that the route's schema allows."""
    schemas = app.extensions["openapi"]["components"]["schemas"]
    return {} if way.body is None else _sample(schemas, way.body, known, "")


def _sample(schemas: Mapping[str, Any], schema: Mapping[str, Any], known: Mapping[str, str], name: str) -> Any:
    if "$ref" in schema:
        return _sample(schemas, schemas[schema["$ref"].rpartition("/")[2]], known, name)
    for many in ("anyOf", "oneOf", "allOf"):
        if many in schema:
            return _sample(schemas, schema[many][0], known, name)
    kind = schema.get("type")
    if "enum" in schema:
        return schema["enum"][0]
    if kind == "object":
        inner = schema.get("properties", {})
        return {
            each: _sample(schemas, inner[each], known, each) for each in schema.get("required", ()) if each in inner
        }
    if kind == "array":
        item = schema.get("items", {})
        return [_sample(schemas, item, known, name) for _ in range(max(1, schema.get("minItems", 1)))]
    return _plain(schema, kind, known, name)


def _plain(schema: Mapping[str, Any], kind: Any, known: Mapping[str, str], name: str) -> Any:
    if kind == "integer":
        return {"year": today().year, "month": 1}.get(name, max(1, schema.get("minimum", 1)))
    if kind == "boolean":
        return True
    if schema.get("format") == "uuid":
        return known.get(name, known["other"])
    if schema.get("format") == "date":
        return f"{today()}"
    if "pattern" in schema:
        return "1.00"
    return _WORDS.get(name) or "x" * max(1, schema.get("minLength", 1))
