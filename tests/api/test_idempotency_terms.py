"""Idempotency-Key: where one is needed, after which checks it counts, what binds it and how long."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from uuid import uuid4

import pytest

from tests.driver import Api
from tests.replayed import same
from tests.story import (
    approved,
    balance,
    colleague,
    done,
    filing,
    grant,
    new_fund,
    rows,
    submitted,
)


@contextmanager
def later(api: Api, days: float) -> Iterator[None]:
    """The application's clock shifted; sign-ins end in the meantime."""
    settings = api.app.config["SETTINGS"]
    api.app.config["SETTINGS"] = replace(settings, clock_offset_s=settings.clock_offset_s + int(days * 86400))
    try:
        yield
    finally:
        api.app.config["SETTINGS"] = settings


def test_a_key_is_required_wherever_something_is_made_or_done(api: Api) -> None:
    path, payment = approved(api, new_fund(api))
    routes = [
        ("officer", "/applications"),
        ("officer", f"{path}/submit"),
        ("officer", f"{path}/withdraw"),
        ("officer", f"{path}/appeal"),
        ("officer", f"{path}/documents"),
        ("reviewer", f"{path}/endorse"),
        ("reviewer", f"{path}/approve"),
        ("reviewer", f"{path}/return"),
        ("reviewer", f"{path}/reject"),
        ("finance", "/funds"),
        ("finance", "/payment-batches"),
        ("officer", f"/disbursements/{payment}/account"),
        ("reviewer", f"/disbursements/{payment}/approve"),
        ("finance", f"/disbursements/{payment}/resolve"),
        ("admin", "/accounts"),
    ]
    for who, route in routes:
        answer = api(who).post(route, {}, key=None, if_match='"0"')
        assert (answer.status_code, answer.get_json()["code"]) == (400, "key_missing"), route


@pytest.mark.parametrize("key", ["", " ", "a b", "é", "x" * 201, "a\tb", "\x7f"])
def test_a_key_is_visible_ascii(api: Api, key: str) -> None:
    answer = api("officer").post("/applications", filing(api), key=key)
    assert answer.status_code in {400, 422}
    assert rows(api, "SELECT 1 FROM application") == []


def test_only_a_success_binds_a_key(api: Api) -> None:
    key = str(uuid4())
    refused = api("officer").post("/applications", filing(api, amount="1"), key=key)
    assert refused.status_code == 422
    assert api("officer").post("/applications", filing(api, amount="1.00"), key=key).status_code == 201

    key, small = str(uuid4()), new_fund(api, "10.00", name="小额")
    path = submitted(api)
    tag = api("reviewer").get(path).headers["ETag"]
    body = {"fund_id": small}
    assert api("reviewer").post(f"{path}/approve", body, key=key, if_match=tag).status_code == 409
    done(api("finance").act(f"/funds/{small}", "adjustments", {"amount": "9000.00", "reason": "追加"}))
    assert api("reviewer").post(f"{path}/approve", body, key=key, if_match=tag).status_code == 200


def test_order_of_checks(api: Api) -> None:
    """Who, permission, visibility, key, If-Match, act: each asked only when all before it are answered."""
    path = submitted(api, "D02-001")
    submit, absent = f"{path}/submit", "/applications/0190a3f0-0000-7000-8000-000000000000/submit"
    tag = api("officer").get(path).headers["ETag"]
    for wanted, answer in {
        "not_signed_in": api(None).post(submit, {}, key=None),
        "not_permitted": api("reviewer").post(absent, {}, key=None),
        "not_found": api("officer2").post(submit, {"x": 1}, key=None),
        "key_missing": api("officer").post(submit, {"x": 1}, key=None),
        "precondition_required": api("officer").post(submit, {"x": 1}),
        "stale": api("officer").post(submit, {"x": 1}, if_match='"0"'),
        "invalid": api("officer").post(submit, {"x": 1}, if_match=tag),
        "state_forbids": api("officer").post(submit, {}, if_match=tag),
    }.items():
        assert answer.get_json()["code"] == wanted


def test_a_used_key_does_not_open_what_is_closed_now(api: Api) -> None:
    """Permission as of now and visibility come before the key."""
    account = colleague(api, "helper", "officer", person=702, unit="AH-D01")
    key, body = str(uuid4()), filing(api)
    path = api("helper").post("/applications", body, key=key).headers["Location"]
    tag = api("helper").get(path).headers["ETag"]
    key2 = str(uuid4())
    assert api("helper").post(f"{path}/submit", key=key2, if_match=tag).status_code == 200
    grants = done(api("admin").get(f"{account}/grants"))["items"]
    for each in grants:
        version = api("admin").get(account).headers["ETag"]
        assert api("admin").delete(f"{account}/grants/{each['id']}", if_match=version).status_code == 204
    assert api("helper").post("/applications", body, key=key).status_code == 403
    grant(api, account, "officer", "AH-D02")
    assert api("helper").post(f"{path}/submit", key=key2, if_match=tag).status_code == 404


@pytest.mark.parametrize("days", [25 / 24, 31, 400])
def test_a_key_that_moved_money_never_expires(api: Api, days: float) -> None:
    fund, key = new_fund(api), str(uuid4())
    path = submitted(api)
    tag = api("reviewer").get(path).headers["ETag"]
    first = api("reviewer").post(f"{path}/approve", {"fund_id": fund}, key=key, if_match=tag)
    assert first.status_code == 200
    with later(api, days):
        again = Api(api.app)("reviewer").post(f"{path}/approve", {"fund_id": fund}, key=key, if_match=tag)
    same(first, again)
    assert balance(api, fund)["reserved"] == "2000.00"
    assert len(rows(api, "SELECT 1 FROM disbursement")) == 1


def test_other_keys_live_thirty_days(api: Api) -> None:
    key, body = str(uuid4()), filing(api)
    first = api("officer").post("/applications", body, key=key)
    with later(api, 29.9):
        same(first, Api(api.app)("officer").post("/applications", body, key=key))
    with later(api, 30.1):
        new = Api(api.app)("officer").post("/applications", body, key=key)
        assert (new.status_code, new.get_json()["id"] != first.get_json()["id"]) == (201, True)
        same(new, Api(api.app)("officer").post("/applications", body, key=key))


def test_where_nothing_is_made_a_key_is_ignored(api: Api) -> None:
    key = str(uuid4())
    question = {"on": "2026-06-01", "facts": {}}
    for _ in range(2):
        assert api("officer").post("/programmes/hardship/assessments", question, key=key).status_code == 200
    other = {"on": "2026-06-02", "facts": {}}
    assert api("officer").post("/programmes/hardship/assessments", other, key=key).status_code == 200
    assert api("officer").post("/programmes/hardship/assessments", other, key=None).status_code == 200
