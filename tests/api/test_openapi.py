"""The OpenAPI document is valid, whole, and says of every route what the guard asks; /docs needs no network."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from openapi_spec_validator import OpenAPIV31SpecValidator

from api.guard import Operation
from tests.driver import Api

METHODS = {"get", "post", "put", "patch", "delete"}


@pytest.fixture(scope="module")
def document(served: Flask) -> dict[str, Any]:
    with served.test_client() as client, client.get("/api/v1/openapi.json") as answer:
        assert answer.status_code == 200
        found: dict[str, Any] = answer.get_json()
    return found


def described(document: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return {
        (method, path): entry
        for path, item in document["paths"].items()
        for method, entry in item.items()
        if method in METHODS
    }


def routed(served: Flask) -> dict[tuple[str, str], Operation]:
    found = {}
    for rule in served.url_map.iter_rules():
        path = re.sub(r"<(?:[^:<>]+:)?(\w+)>", r"{\1}", rule.rule)
        for method in (rule.methods or set()) & {method.upper() for method in METHODS}:
            found[method.lower(), path] = served.view_functions[rule.endpoint].operation  # type: ignore[attr-defined]
    return found


def test_document_is_valid(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    assert [error.message for error in OpenAPIV31SpecValidator(document).iter_errors()] == []


def test_the_validator_sees_a_fault(document: dict[str, Any]) -> None:
    broken = {**document, "paths": {"/x": {"get": {"responses": {"200": {"content": {}}}}}}}
    assert list(OpenAPIV31SpecValidator(broken).iter_errors())


def test_every_route_is_in_it(served: Flask, document: dict[str, Any]) -> None:
    assert described(document).keys() == routed(served).keys()


def test_every_route_says_what_it_does_and_needs(served: Flask, document: dict[str, Any]) -> None:
    routes = routed(served)
    for name, entry in described(document).items():
        guard = routes[name]
        assert re.fullmatch(r".{4,}[.?]", entry.get("summary", "")), f"{name}: {entry.get('summary')}"
        assert entry["tags"], name
        assert entry["operationId"], name
        assert (entry.get("security") == []) == guard.public, name
        assert entry.get("x-permission") == guard.permission, name
        headers = {one["name"] for one in entry.get("parameters", []) if one.get("in") == "header"}
        assert ("Idempotency-Key" in headers) == guard.keyed, name
        assert ("If-Match" in headers) == guard.conditional, name
        assert "application/problem+json" in entry["responses"]["default"]["content"], name


def test_operations_have_names_of_their_own(document: dict[str, Any]) -> None:
    names = [entry["operationId"] for entry in described(document).values()]
    assert sorted(set(names)) == sorted(names)


def test_an_answer_is_as_described(document: dict[str, Any]) -> None:
    entry = described(document)["get", "/api/v1/audit/events"]
    page = entry["responses"]["200"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    item = document["components"]["schemas"][page]["properties"]["items"]["items"]["$ref"].rpartition("/")[2]
    shown = document["components"]["schemas"][item]["properties"]
    assert shown["at"]["format"] == "date-time"
    assert set(shown["table"]["type"]) == {"string", "null"}


def test_money_shows_its_grammar(document: dict[str, Any]) -> None:
    text = str(document["components"]["schemas"])
    assert "(0|[1-9][0-9]{0,11})" in text


@pytest.mark.parametrize("path", ["/docs", "/docs/docs.js", "/docs/swagger-ui/swagger-ui.css"])
def test_docs_name_no_other_host_and_run_no_inline_script(served: Flask, path: str) -> None:
    with served.test_client() as client, client.get(path) as answer:
        assert answer.status_code == 200
        assert "default-src 'none'; script-src 'self';" in answer.headers["Content-Security-Policy"]
        text = answer.get_data(as_text=True)
    assert not re.search(r"(?:src|href)=[\"'](?:https?:)?//|<script>|url\(\s*[\"']?(?:https?:)?//|@import", text)


def test_every_file_that_docs_ask_for_is_there(served: Flask) -> None:
    with served.test_client() as client:
        with client.get("/docs") as page:
            asked = re.findall(r"(?:src|href)=\"(docs/[^\"]+)\"", page.get_data(as_text=True))
        assert len(asked) == 3
        for name in asked:
            with client.get(f"/{name}") as answer:
                assert answer.status_code == 200


def test_signing_in_is_not_needed_to_read_it(api: Api) -> None:
    assert api(None).get("/api/v1/openapi.json").status_code == 200


def test_a_file_and_the_fields_beside_it_are_one_body(document: dict[str, Any]) -> None:
    for path, names in (
        ("/api/v1/imports", {"file", "kind", "mode"}),
        ("/api/v1/applications/{application_id}/documents", {"file", "title"}),
    ):
        body = document["paths"][path]["post"]["requestBody"]["content"]["multipart/form-data"]["schema"]
        assert (set(body["properties"]), set(body["required"])) == (names, names)
        assert body["additionalProperties"] is False


def test_every_success_has_its_media_type_and_201_says_where(document: dict[str, Any]) -> None:
    for name, entry in described(document).items():
        for status, answer in entry["responses"].items():
            if status == "204":
                assert "content" not in answer, name
            elif status != "default":
                assert answer["content"], name
            assert (status == "201") == ("Location" in answer.get("headers", {})), name


def test_bounds_hold_for_what_is_sent_not_for_what_is_answered(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    assert schemas["NoteBody"]["properties"]["note"]["maxLength"] == 1000
    assert "maxLength" not in schemas["ActView"]["properties"]["note"]
