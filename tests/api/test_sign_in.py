"""Signing in: what it gives, who is refused and how, and what the record keeps."""

from __future__ import annotations

import json
import statistics
import time
from collections import Counter

import pytest

from config.settings import Settings
from tests.driver import PASSWORD, Api, Caller
from tests.signing_in import change, refresh, sign_in
from tests.story import account_path

WRONG = "not-the-Password-2022"


def test_tokens_open_the_door_and_say_for_how_long(api: Api, settings: Settings) -> None:
    answer = sign_in(api, "officer2")
    tokens = answer.get_json()

    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert tokens.keys() == {"access_token", "refresh_token", "token_type", "expires_in"}
    assert (tokens["token_type"], tokens["expires_in"]) == ("Bearer", settings.access_token_minutes * 60)
    mine = Caller(api.app, tokens["access_token"]).get("/me").get_json()
    assert (mine["username"], mine["name"], mine["unit_code"]) == ("officer2", "韩基层", "AH-D01")
    (held,) = mine["grants"]
    assert (held["role"], held["unit_code"]) == ("officer", "AH-D01")
    assert "case.file" in held["permissions"]
    assert "case.decide" not in held["permissions"]


def test_unknown_user_wrong_password_and_disabled_account_answer_alike(api: Api) -> None:
    change(api, "officer2", enabled=False)
    answers = [sign_in(api, *tried) for tried in [("nobody", WRONG), ("officer", WRONG), ("officer2", PASSWORD)]]

    shown = []
    for answer in answers:
        body = answer.get_json()
        del body["request_id"]
        headers = {name: value for name, value in answer.headers if name not in {"X-Request-Id", "Date"}}
        shown.append((answer.status_code, body, headers))
    assert shown[0][0] == 401
    assert shown[0][1]["code"] == "sign_in_failed"
    assert shown[0] == shown[1] == shown[2]


def test_an_unknown_user_costs_as_much_time_as_a_wrong_password(api: Api) -> None:
    def seconds(username: str) -> float:
        began = time.perf_counter()
        sign_in(api, username, WRONG, network="10.0.0.1")
        return time.perf_counter() - began

    tries = [(f"nobody{number}", ("officer", "finance", "cashier")[number % 3]) for number in range(9)]
    took = [(seconds(unknown), seconds(known)) for unknown, known in tries]
    unknown, wrong = (statistics.median(times) for times in zip(*took, strict=True))
    assert 0.6 < unknown / wrong < 1.6  # without the hash of nobody it is below 0.3


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"username": "officer"}, "/password", "required"),
        ({"username": "officer", "password": None}, "/password", "null_forbidden"),
        ({"username": "officer", "password": 12345678}, "/password", "wrong_type"),
        ({"username": "officer", "password": PASSWORD, "role": "admin"}, "/role", "unknown_field"),
        ({"username": ["officer"], "password": PASSWORD}, "/username", "wrong_type"),
        ({"username": "officer", "password": "\ud800abcdefgh"}, "/password", "control_characters"),
        ({"username": "\x00officer", "password": PASSWORD}, "/username", "control_characters"),
    ],
)
def test_a_sign_in_that_cannot_be_read_is_refused_by_field(api: Api, body: object, pointer: str, code: str) -> None:
    answer = api(None).post("/auth/tokens", data=json.dumps(body), content_type="application/json", key=None)
    assert answer.status_code == 422
    assert [(fault["pointer"], fault["code"]) for fault in answer.get_json()["errors"]] == [(pointer, code)]


def test_a_password_counts_to_its_last_blank(api: Api) -> None:
    spaced = "  thirty lanterns on the river  "
    change(api, "medical", password=spaced)
    assert sign_in(api, "medical", spaced.strip()).status_code == 401
    assert sign_in(api, "medical", spaced).status_code == 200


def test_sign_ins_failures_and_their_ends_are_in_the_record_once_each(api: Api) -> None:
    tokens = api.sign_in("cashier")
    refresh(api, tokens["refresh_token"])
    refresh(api, tokens["refresh_token"])  # reused: ends it
    sign_in(api, "cashier", WRONG)
    sign_in(api, "nobody-at-all", WRONG)
    Caller(api.app, api.sign_in("cashier")["access_token"]).delete("/auth/tokens")

    path = account_path(api, "cashier").rpartition("/")[2]
    events = api("auditor").get("/audit/events?limit=200").get_json()["items"]
    told = Counter(
        (
            event["kind"],
            event["action"],
            event["account"]["username"] if event["account"] else None,
            event["row"] == path,
        )
        for event in events
        if event["kind"].startswith("sign_") and (event["account"] is None or event["account"]["username"] == "cashier")
    )

    assert told == {
        ("sign_in", "password", "cashier", True): 2,
        ("sign_out", "secret_reused", "cashier", True): 1,
        ("sign_in_failed", "password", None, True): 1,
        ("sign_in_failed", "password", None, False): 1,
        ("sign_out", "asked", "cashier", False): 1,
    }
    whole = api("auditor").get("/audit/events?limit=200").get_data(as_text=True)
    assert WRONG not in whole
    assert PASSWORD not in whole
    assert "nobody-at-all" not in whole
    assert tokens["refresh_token"] not in whole


def test_a_wrong_current_password_is_one_refusal_in_the_record(api: Api) -> None:
    api("cashier").post("/me/password", {"current": WRONG, "new": "amber kettle seventeen"}, key=None)
    events = api("auditor").get("/audit/events?who=cashier&kind=refusal").get_json()["items"]
    assert [event["data"]["code"] for event in events] == ["invalid"]
