"""A grant of the auditor's role is dated, reaches a subtree, and changes nothing that is not the audit's own."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from uuid import uuid4

import pytest

from tests.accounts import give, made
from tests.architecture.test_auditor import OWN_WORK
from tests.architecture.test_routes import SAMPLES, routes
from tests.clock import today
from tests.driver import Api
from tests.story import done, member_id, rows, submitted


def changes(api: Api) -> int:
    """How many rows changed so far, whoever changed them."""
    count: int = rows(api, "SELECT count(*) AS n FROM record_entry WHERE kind = 'change'")[0].n
    return count


def test_every_writing_route_refuses_an_auditor(api: Api) -> None:
    auditor, urls = api("auditor"), api.app.url_map.bind("localhost")
    submitted(api)
    before, refused = changes(api), 0
    for method, rule, guard in routes(api.app):
        bare = rule.rule.removeprefix("/api/v1")
        if method == "GET" or guard is None or guard.public or (method, bare) in OWN_WORK:
            continue
        filled = {name: SAMPLES[type(converter).__name__] for name, converter in rule._converters.items()}
        answer = auditor.call(method, urls.build(rule.endpoint, filled, method), key=str(uuid4()), if_match='"1"')
        assert answer.status_code in {403, 404}, f"{method} {bare}"
        refused += 1
    assert refused > 100
    assert changes(api) == before


@pytest.mark.parametrize("kind", ["members", "units", "cases", "bank_results"])
def test_an_auditor_imports_nothing(api: Api, kind: str) -> None:
    form = {"kind": kind, "mode": "apply"}
    from_file = {**form, "file": (BytesIO(b"x"), "x.csv")}
    assert api("auditor").post("/imports", data=from_file).status_code in {403, 422}
    assert rows(api, "SELECT id FROM import") == []


@pytest.mark.parametrize(
    ("from_days", "until_days", "status"), [(-9, -1, 403), (-9, 0, 200), (0, None, 200), (1, 9, 403), (0, 0, 200)]
)
def test_a_grant_holds_on_its_days_alone(api: Api, from_days: int, until_days: int | None, status: int) -> None:
    path = made(api, "guest", sequence=661)
    days = {"valid_from": str(today() + timedelta(days=from_days))}
    if until_days is not None:
        days["valid_until"] = str(today() + timedelta(days=until_days))
    assert give(api, path, "auditor", "AH-D01", **days).status_code == 201
    for route in ("/audit/events", "/audit/samples", "/audit/findings", "/applications"):
        assert api("guest").get(route).status_code == status, route


def test_a_grant_reaches_its_subtree_alone(api: Api) -> None:
    case, other = submitted(api), submitted(api, "D02-001")
    path = made(api, "guest", sequence=662)
    give(api, path, "auditor", "AH-D02", valid_until=str(today()))
    guest = api("guest")
    assert guest.get(other).status_code == 200
    for hidden in (case, f"/members/{member_id(api, 'D01-001')}", f"/members/{member_id(api, 'D01-001')}/lookups"):
        assert guest.get(hidden).status_code == 404
    units = {each["unit_code"] for each in done(guest.get("/audit/events?limit=200"))["items"]}
    assert units <= {"AH-D02"}


def test_a_revoked_grant_ends_with_the_next_request(api: Api) -> None:
    path = made(api, "guest", sequence=663)
    held = give(api, path, "auditor", "AH")
    assert api("guest").get("/audit/samples").status_code == 200
    grant = f"{path}/grants/{held.get_json()['id']}"
    assert api("admin").delete(grant, if_match=api("admin").get(path).headers["ETag"]).status_code == 204
    assert api("guest").get("/audit/samples").status_code == 403
