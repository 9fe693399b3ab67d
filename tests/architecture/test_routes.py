"""Every route is behind the guard, and the ones that stand open are those of the contract."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest
from flask import Flask
from werkzeug.routing import Rule

from api.guard import Operation
from benefits.core.permissions import PERMISSIONS

# contract §1, "who": everything else is closed. The files of the page at /docs are part of it.
OPEN = {
    ("GET", "/api/v1/health/live"),
    ("GET", "/api/v1/health/ready"),
    ("GET", "/api/v1/openapi.json"),
    ("GET", "/docs"),
    ("GET", "/docs/<path:name>"),
    ("GET", "/metrics"),
    ("POST", "/api/v1/auth/tokens"),
    ("POST", "/api/v1/auth/tokens/refresh"),
}
# Signed in is enough: what is one's own, and what the programmes ask.
ANY_ACCOUNT = {
    ("DELETE", "/api/v1/auth/tokens"),
    ("GET", "/api/v1/calendar"),
    ("GET", "/api/v1/me"),
    ("POST", "/api/v1/me/password"),
    ("GET", "/api/v1/accounts/<uuid:account_id>/relatives"),
    ("GET", "/api/v1/accounts/<uuid:account_id>/relatives/<uuid:relative_id>"),
    ("POST", "/api/v1/accounts/<uuid:account_id>/relatives"),
    ("GET", "/api/v1/delegations"),
    ("GET", "/api/v1/delegations/<uuid:delegation_id>"),
    ("POST", "/api/v1/delegations/<uuid:delegation_id>/revoke"),
    ("GET", "/api/v1/jobs/<uuid:job_id>"),
    ("DELETE", "/api/v1/jobs/<uuid:job_id>"),
    ("GET", "/api/v1/mutual-aid/plans"),
    ("GET", "/api/v1/mutual-aid/plans/<plan>"),
    ("GET", "/api/v1/programmes"),
    ("GET", "/api/v1/programmes/<code>"),
    ("POST", "/api/v1/programmes/<code>/assessments"),
}
SAMPLES = {"UUIDConverter": UUID(int=0), "IntegerConverter": 1, "UnicodeConverter": "x", "PathConverter": "x"}


def routes(app: Flask) -> Iterator[tuple[str, Rule, Operation | None]]:
    for rule in app.url_map.iter_rules():
        guard = getattr(app.view_functions[rule.endpoint], "operation", None)
        yield from ((method, rule, guard) for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))


def unguarded(app: Flask) -> list[str]:
    return [f"{method} {rule.rule}" for method, rule, guard in routes(app) if not isinstance(guard, Operation)]


def test_every_route_is_guarded(served: Flask) -> None:
    assert unguarded(served) == []


def test_the_walk_sees_a_route_without_a_guard(served: Flask) -> None:
    bare = Flask("bare", static_folder=None)
    bare.add_url_rule("/bare", view_func=lambda: "")
    assert unguarded(bare) == ["GET /bare"]


def test_the_open_routes_are_the_contracts(served: Flask) -> None:
    assert {(method, rule.rule) for method, rule, guard in routes(served) if guard and guard.public} == OPEN


def test_permissions_exist(served: Flask) -> None:
    for method, rule, guard in routes(served):
        if guard is not None and not guard.public and guard.permission is not None:
            assert guard.permission in PERMISSIONS, f"{method} {rule.rule}"


def test_what_needs_no_permission_is_known(served: Flask) -> None:
    free = {
        (method, rule.rule)
        for method, rule, guard in routes(served)
        if guard is not None and not guard.public and guard.permission is None
    }
    assert free <= ANY_ACCOUNT


def test_everything_else_says_sign_in_first(served: Flask) -> None:
    urls = served.url_map.bind("localhost")
    for method, rule, guard in routes(served):
        if guard is None or guard.public:
            continue
        filled = {name: SAMPLES[type(converter).__name__] for name, converter in rule._converters.items()}
        path = urls.build(rule.endpoint, filled, method)
        with served.test_client() as client, client.open(path, method=method) as answer:
            assert (answer.status_code, answer.content_type) == (401, "application/problem+json"), f"{method} {path}"
            assert answer.get_json()["code"] == "not_signed_in"


@pytest.mark.parametrize("path", ["/", "/api/v1/nothing", "/api/v1/", "/docs/../wsgi.py", "/docs/%2e%2e/app.py"])
def test_what_is_not_there_is_a_problem(served: Flask, path: str) -> None:
    with served.test_client() as client, client.get(path) as answer:
        assert (answer.status_code, answer.content_type) == (404, "application/problem+json")
