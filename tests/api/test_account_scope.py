"""Accounts: who keeps whose, who reads whose, and what looks like none."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.accounts import ABSENT, body, give, made, tag
from tests.clock import today
from tests.driver import Api, Caller
from tests.story import account_path, identity


@pytest.fixture
def small_admin(api: Api) -> Caller:
    """Somebody who keeps the accounts of AH-D01 only."""
    path = made(api, "admin-d01", "AH-D01", 502)
    assert give(api, path, "admin", "AH-D01").status_code == 201
    return api("admin-d01")


@pytest.mark.parametrize("username", ["officer", "reviewer", "finance", "cashier", "policy", "medical", "officer2"])
def test_accounts_are_not_for_everybody(api: Api, username: str) -> None:
    path = account_path(api, "officer2")
    caller = api(username)
    answers = [
        caller.get("/accounts"),
        caller.post("/accounts", body("newcomer")),
        caller.get(path),
        caller.patch(path, {"enabled": False}, if_match=tag(api, path)),
        caller.get(f"{path}/grants"),
        give(api, path, "finance", "AH-D01", by=username),
        caller.delete(f"{path}/relatives/{ABSENT}", if_match=tag(api, path)),
    ]
    assert [answer.status_code for answer in answers] == [403] * len(answers)
    assert {answer.get_json()["code"] for answer in answers} == {"not_permitted"}


def test_an_auditor_reads_and_changes_nothing(api: Api) -> None:
    path = account_path(api, "officer")
    caller = api("auditor")
    assert [caller.get(read).status_code for read in (path, f"{path}/grants", f"{path}/relatives")] == [200] * 3
    assert caller.patch(path, {"name": "某"}, if_match=tag(api, path)).status_code == 403
    assert give(api, path, "finance", "AH", by="auditor").status_code == 403
    declared = caller.post(f"{path}/relatives", {"id_number": identity(600), "relation": "配偶"})
    assert declared.status_code == 403


def test_another_units_account_looks_exactly_like_none(api: Api, small_admin: Caller) -> None:
    foreign, own = made(api, "clerk-d02", "AH-D02", 503), made(api, "clerk-d01", "AH-D01", 504)
    give(api, foreign, "officer", "AH-D02")
    grant = api("admin").get(f"{foreign}/grants").get_json()["items"][0]["id"]

    def tried(path: str) -> list[tuple[int, object]]:
        answers = [
            small_admin.get(path),
            small_admin.patch(path, {"enabled": False}, if_match='"1"'),
            small_admin.get(f"{path}/grants"),
            small_admin.post(f"{path}/grants", {"role": "officer", "unit_code": "AH-D01", "valid_from": "2020-01-01"}),
            small_admin.get(f"{path}/grants/{grant}"),
            small_admin.delete(f"{path}/grants/{grant}", if_match='"1"'),
            small_admin.get(f"{path}/relatives"),
            small_admin.post(f"{path}/relatives", {"id_number": identity(600), "relation": "配偶"}),
            small_admin.delete(f"{path}/relatives/{grant}", if_match='"1"'),
        ]
        own_words = [{**answer.get_json(), "request_id": "", "instance": ""} for answer in answers]
        return [(answer.status_code, words) for answer, words in zip(answers, own_words, strict=True)]

    there = tried(foreign)
    assert {status for status, _ in there} == {404}
    assert there == tried(f"/accounts/{ABSENT}") == tried(account_path(api, "officer"))
    assert small_admin.get(own).status_code == 200
    visible = {item["username"] for item in small_admin.get("/accounts").get_json()["items"]}
    assert visible == {"admin-d01", "clerk-d01", "officer2"}
    assert small_admin.get("/accounts?username=clerk-d02").get_json()["items"] == []
    assert small_admin.delete(f"{own}/grants/{grant}", if_match=tag(api, own)).status_code == 404
    assert api("clerk-d02").get("/me").get_json()["grants"][0]["unit_code"] == "AH-D02"


def test_accounts_are_made_and_granted_only_where_one_keeps_them(api: Api, small_admin: Caller) -> None:
    path = made(api, "clerk-d01", "AH-D01", 504)
    for unit_code, status, code in [("AH", 403, "not_permitted"), ("AH-D02", 422, "invalid"), ("AH-X", 422, "invalid")]:
        grant = {"role": "officer", "unit_code": unit_code, "valid_from": "2020-01-01"}
        answers = [
            small_admin.post("/accounts", body("newcomer", unit_code, 505)),
            small_admin.post(f"{path}/grants", grant),
        ]
        assert [(answer.status_code, answer.get_json()["code"]) for answer in answers] == [(status, code)] * 2
    assert small_admin.post("/accounts", body("newcomer", "AH-D01", 505)).status_code == 201


def test_an_account_granted_more_than_one_keeps_does_not_get_a_password_from_one(api: Api, small_admin: Caller) -> None:
    path = made(api, "clerk-d01", "AH-D01", 504)
    give(api, path, "finance", "AH", valid_from=str(today() + timedelta(days=30)))
    reset = {"password": "amber kettle seventeen"}

    refused = small_admin.patch(path, reset, if_match=tag(api, path))
    assert (refused.status_code, refused.get_json()["code"]) == (403, "not_permitted")
    assert small_admin.get(f"{path}/grants").get_json()["items"] == []
    assert api("admin").patch(path, reset, if_match=tag(api, path)).status_code == 200
    assert small_admin.patch(path, {"enabled": False}, if_match=tag(api, path)).status_code == 200
