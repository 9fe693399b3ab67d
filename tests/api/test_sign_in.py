"""Signing in: tokens and who takes them, refresh that works once, the brake on guessing, and what the record keeps."""

from __future__ import annotations

import json
import statistics
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any

import jwt
import pytest
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from config.settings import Settings
from models.account import Account
from tests.driver import PASSWORD, Api, Caller

WRONG = "not-the-Password-2022"
ELSEWHERE = "203.0.113.9"


def sign_in(api: Api, username: str, password: str = PASSWORD, *, network: str = "198.51.100.7") -> TestResponse:
    return api(None).post(
        "/auth/tokens",
        {"username": username, "password": password},
        key=None,
        environ_overrides={"REMOTE_ADDR": network},
    )


def refresh(api: Api, token: str) -> TestResponse:
    return Caller(api.app, token).post("/auth/tokens/refresh", key=None)


def me(api: Api, tokens: dict[str, Any]) -> int:
    return Caller(api.app, tokens["access_token"]).get("/me").status_code


def account_path(api: Api, username: str) -> str:
    return "/accounts/" + api("admin").get(f"/accounts?username={username}").get_json()["items"][0]["id"]


def change(api: Api, username: str, **what: object) -> TestResponse:
    path = account_path(api, username)
    answer = api("admin").patch(path, what, if_match=api("admin").get(path).headers["ETag"])
    assert answer.status_code == 200, answer.get_json()
    return answer


# What a sign-in gives


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


# Which tokens are taken


def _mutants(token: str, settings: Settings) -> dict[str, str]:
    claims = jwt.decode(token, options={"verify_signature": False})
    header, payload, signature = token.split(".")
    past = datetime.now(UTC) - timedelta(minutes=1)

    def made(algorithm: str = "HS256", key: bytes | str = settings.token_key, **changed: object) -> str:
        kept = {name: value for name, value in {**claims, **changed}.items() if value is not None}
        return jwt.encode(kept, key, algorithm, headers={"kid": "../../dev/null", "jku": "https://example.org/keys"})

    return {
        "alg none": jwt.encode(claims, None, "none"),
        "alg none, signature kept": f"{jwt.encode(claims, None, 'none')}{signature}",
        "other alg, right key": made("HS512"),
        "other key": made(key=b"k" * 64),
        "other audience": made(aud="another-service"),
        "no audience": made(aud=None),
        "other issuer": made(iss="somebody-else"),
        "expired": made(exp=past),
        "not yet": made(nbf=datetime.now(UTC) + timedelta(hours=1)),
        "refresh type": made(type="refresh"),
        "unknown type": made(type="admin"),
        "no sign-in": made(sid=None),
        "other sign-in": made(sid="0190a3f0-0000-7000-8000-000000000000"),
        "sign-in not an id": made(sid="x"),
        "no subject": made(sub=None),
        "subject not an id": made(sub="admin"),
        "truncated": token[:-4],
        "payload altered": f"{header}.{payload[:-2]}AA.{signature}",
        "no signature": f"{header}.{payload}.",
        "two parts": f"{header}.{payload}",
        "words": "not a token",
        "empty": "",
        "nested": "W1tbW1tbW1s.W1tbW1s.x",
        "binary": "\xff\xfe.\xff.\xff",
    }


@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
def test_no_altered_token_is_taken(api: Api, settings: Settings) -> None:
    tokens = api.sign_in("auditor")
    answers = {
        name: Caller(api.app, mutant).get("/me") for name, mutant in _mutants(tokens["access_token"], settings).items()
    }
    answers["as basic"] = api(None).get("/me", headers={"Authorization": "Basic " + tokens["access_token"]})
    answers["none"] = api(None).get("/me")
    answers["the refresh token"] = Caller(api.app, tokens["refresh_token"]).get("/me")

    assert {name: answer.status_code for name, answer in answers.items()} == dict.fromkeys(answers, 401)
    assert {answer.get_json()["code"] for answer in answers.values()} == {"not_signed_in"}
    assert {answer.headers["Content-Type"] for answer in answers.values()} == {"application/problem+json"}
    assert me(api, tokens) == 200


def test_the_sign_in_of_one_account_does_not_carry_another(api: Api, settings: Settings) -> None:
    mine, other = (
        jwt.decode(api.sign_in(name)["access_token"], options={"verify_signature": False})
        for name in ("officer", "admin")
    )
    crossed = jwt.encode({**mine, "sub": other["sub"]}, settings.token_key, "HS256")
    assert Caller(api.app, crossed).get("/me").status_code == 401


# Refresh


@pytest.mark.parametrize("where", ["bearer", "body"])
def test_a_refresh_token_gives_the_next_pair(api: Api, where: str) -> None:
    first = api.sign_in("cashier")
    if where == "bearer":
        answer = refresh(api, first["refresh_token"])
    else:
        answer = api(None).post("/auth/tokens/refresh", {"refresh_token": first["refresh_token"]}, key=None)

    second = answer.get_json()
    assert answer.status_code == 200
    assert second["refresh_token"] != first["refresh_token"]
    assert me(api, second) == 200
    assert refresh(api, second["refresh_token"]).status_code == 200


def test_a_refresh_token_used_twice_ends_the_whole_sign_in_and_no_other(api: Api) -> None:
    other = api.sign_in("cashier")
    first = api.sign_in("cashier")
    second = refresh(api, first["refresh_token"]).get_json()

    again = refresh(api, first["refresh_token"])

    assert (again.status_code, again.get_json()["code"]) == (401, "not_signed_in")
    assert [me(api, first), me(api, second)] == [401, 401]
    assert refresh(api, second["refresh_token"]).status_code == 401
    assert me(api, other) == 200


@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
def test_only_a_refresh_token_refreshes(api: Api, settings: Settings) -> None:
    tokens = api.sign_in("cashier")
    mutants = _mutants(tokens["refresh_token"], settings)
    del mutants["refresh type"]  # it is one
    mutants["access token"] = tokens["access_token"]
    mutants["access type"] = jwt.encode(
        {**jwt.decode(tokens["refresh_token"], options={"verify_signature": False}), "type": "access"},
        settings.token_key,
        "HS256",
    )
    by_header = {name: refresh(api, mutant).status_code for name, mutant in mutants.items()}
    in_body = {
        name: api(None).post("/auth/tokens/refresh", {"refresh_token": mutant}, key=None).status_code
        for name, mutant in mutants.items()
        if mutant
    }

    assert by_header == dict.fromkeys(by_header, 401)
    assert in_body == dict.fromkeys(in_body, 401)
    assert api(None).post("/auth/tokens/refresh", key=None).status_code == 401
    assert refresh(api, tokens["refresh_token"]).status_code == 200  # none of these ended the sign-in


def test_a_sign_in_lasts_as_long_as_set_however_often_it_is_renewed(
    api: Api, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens = refresh(api, api.sign_in("cashier")["refresh_token"]).get_json()
    later = replace(settings, clock_offset_s=settings.refresh_token_hours * 3600 + 1)
    monkeypatch.setitem(api.app.config, "SETTINGS", later)
    assert me(api, tokens) == 401
    assert refresh(api, tokens["refresh_token"]).status_code == 401


# The end of a sign-in


def test_signing_out_ends_this_sign_in_at_once(api: Api) -> None:
    tokens, other = api.sign_in("cashier"), api.sign_in("cashier")
    answer = Caller(api.app, tokens["access_token"]).delete("/auth/tokens")

    assert (answer.status_code, answer.get_data()) == (204, b"")
    assert me(api, tokens) == 401
    assert refresh(api, tokens["refresh_token"]).status_code == 401
    assert me(api, other) == 200


def test_a_disabled_account_is_out_at_the_next_request_and_old_tokens_never_come_back(api: Api) -> None:
    tokens = api.sign_in("cashier")
    change(api, "cashier", enabled=False)
    assert me(api, tokens) == 401
    assert refresh(api, tokens["refresh_token"]).status_code == 401

    change(api, "cashier", enabled=True)
    assert me(api, tokens) == 401
    assert refresh(api, tokens["refresh_token"]).status_code == 401
    assert me(api, api.sign_in("cashier")) == 200


def test_a_reset_password_ends_what_the_old_one_opened(api: Api) -> None:
    tokens = api.sign_in("cashier")
    change(api, "cashier", password="amber kettle seventeen")
    assert me(api, tokens) == 401
    assert refresh(api, tokens["refresh_token"]).status_code == 401
    assert sign_in(api, "cashier").status_code == 401
    assert sign_in(api, "cashier", "amber kettle seventeen").status_code == 200


def test_changing_ones_own_password_opens_a_new_sign_in_and_ends_all_others(api: Api) -> None:
    here, there = api.sign_in("cashier"), api.sign_in("cashier")
    body = {"current": PASSWORD, "new": "amber kettle seventeen"}
    answer = Caller(api.app, here["access_token"]).post("/me/password", body, key=None)

    assert answer.status_code == 200
    assert me(api, answer.get_json()) == 200
    assert refresh(api, answer.get_json()["refresh_token"]).status_code == 200
    assert [me(api, here), me(api, there)] == [401, 401]
    assert sign_in(api, "cashier").status_code == 401


def test_a_stolen_access_token_does_not_guess_the_password(api: Api) -> None:
    thief = api("cashier")
    guess = {"current": WRONG, "new": "amber kettle seventeen"}
    answers = [thief.post("/me/password", guess, key=None) for _ in range(11)]

    assert [answer.status_code for answer in answers] == [422] * 10 + [429]
    assert answers[0].get_json()["errors"][0]["code"] == "password_wrong"
    assert sign_in(api, "cashier", network=ELSEWHERE).status_code == 200


@pytest.mark.parametrize(
    "easy",
    [
        *("short7!", "x" * 129, "aaaaaaaa", "12345678", "abababab", "qwertyuiop", "1qaz2wsx", "Password1", "P@ssw0rd"),
        *("cashier2022", "CASHIER!", "reihsac1", "19880808", "13900001234", "zyxwvuts", "1q2w3e4r", "admin-123"),
    ],
)
def test_a_password_that_everybody_would_guess_is_not_taken(api: Api, easy: str) -> None:
    answer = api("cashier").post("/me/password", {"current": PASSWORD, "new": easy}, key=None)
    assert answer.status_code == 422
    (fault,) = answer.get_json()["errors"]
    assert fault["pointer"] == "/new"
    assert fault["code"] == ("password_common" if 8 <= len(easy) <= 128 else "length_refused")


@pytest.mark.parametrize("good", ["Xq7#mBv2", "梅花香自苦寒来岁岁", "x9 " * 42 + "ab", "correct horse battery staple"])
def test_any_other_password_of_8_to_128_characters_is(api: Api, good: str) -> None:
    assert api("cashier").post("/me/password", {"current": PASSWORD, "new": good}, key=None).status_code == 200
    assert sign_in(api, "cashier", good).status_code == 200
    assert sign_in(api, "cashier", good[:-1]).status_code == 401


def test_a_hash_of_weaker_parameters_is_made_anew_at_the_next_sign_in(api: Api, session: Session) -> None:
    before = api.sign_in("cashier")
    account = session.scalars(select(Account).where(Account.username == "cashier")).one()
    account.password_hash = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(PASSWORD)
    session.commit()

    assert sign_in(api, "cashier").status_code == 200
    session.refresh(account)
    assert account.password_hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert me(api, before) == 200
    assert sign_in(api, "cashier").status_code == 200


# The brake


def test_after_ten_failures_no_password_is_tried_from_there_but_the_owner_elsewhere_gets_in(api: Api) -> None:
    guesses = [sign_in(api, "finance", f"{WRONG}{number}") for number in range(10)]
    right = sign_in(api, "finance")

    assert {answer.status_code for answer in guesses} == {401}
    assert (right.status_code, right.get_json()["code"]) == (429, "too_many")
    assert 0 < int(right.headers["Retry-After"]) <= 900
    assert sign_in(api, "officer").status_code == 200
    assert sign_in(api, "finance", network=ELSEWHERE).status_code == 200


def test_ten_failures_from_many_networks_close_the_account_to_each_of_them(api: Api) -> None:
    for number in range(10):
        assert sign_in(api, "finance", WRONG, network=f"192.0.2.{number}").status_code == 401
    assert {sign_in(api, "finance", network=f"192.0.2.{number}").status_code for number in range(10)} == {429}
    assert sign_in(api, "finance", WRONG, network=ELSEWHERE).status_code == 401
    assert sign_in(api, "finance", WRONG, network=ELSEWHERE).status_code == 429  # one try for a network, not ten


def test_a_customers_ipv6_addresses_count_as_one(api: Api) -> None:
    for number in range(10):
        sign_in(api, "finance", WRONG, network=f"2001:db8:1:2::{number:x}")
    assert sign_in(api, "finance", network="2001:db8:1:2:ffff::1").status_code == 429
    assert sign_in(api, "finance", network="2001:db8:1:3::1").status_code == 200


def test_an_unknown_name_meets_the_brake_as_a_known_one_does(api: Api) -> None:
    answers = [sign_in(api, "no-such-user", WRONG).status_code for _ in range(11)]
    assert answers == [401] * 10 + [429]


def test_a_quarter_of_an_hour_later_the_account_is_open_again(
    api: Api, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(10):
        sign_in(api, "finance", WRONG)
    wait = int(sign_in(api, "finance").headers["Retry-After"])
    monkeypatch.setitem(api.app.config, "SETTINGS", replace(settings, clock_offset_s=wait + 1))
    assert sign_in(api, "finance").status_code == 200


def test_a_success_clears_the_accounts_own_count_and_no_other(api: Api) -> None:
    for username in ["finance", "officer"]:
        for _ in range(9):
            sign_in(api, username, WRONG)
    assert sign_in(api, "finance").status_code == 200

    assert [sign_in(api, "finance", WRONG).status_code for _ in range(2)] == [401, 401]
    assert [sign_in(api, "officer", WRONG).status_code for _ in range(2)] == [401, 429]


def test_a_hundred_failures_close_a_network_for_every_account(api: Api) -> None:
    answers = [sign_in(api, f"guess{number}", WRONG).status_code for number in range(100)]
    assert set(answers) == {401}
    assert sign_in(api, "officer").status_code == 429
    assert sign_in(api, "officer", network=ELSEWHERE).status_code == 200


def test_limits_can_be_switched_off_for_load_tests(
    api: Api, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(api.app.config, "SETTINGS", replace(settings, rate_limits=False))
    assert [sign_in(api, "finance", WRONG).status_code for _ in range(12)] == [401] * 12


# What the record keeps


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


# Races, on a database with real commits


@pytest.mark.committed
def test_two_tabs_that_refresh_together_leave_at_most_one_family(committed_api: Api) -> None:
    for _ in range(5):
        tokens = committed_api.sign_in("cashier")
        start = Barrier(2)

        def tab(token: str = tokens["refresh_token"], start: Barrier = start) -> TestResponse:
            start.wait()
            return refresh(committed_api, token)

        with ThreadPoolExecutor(2) as tabs:
            answers = [future.result() for future in [tabs.submit(tab), tabs.submit(tab)]]
        assert sorted(answer.status_code for answer in answers) == [200, 401]
        given = next(answer.get_json() for answer in answers if answer.status_code == 200)
        assert me(committed_api, given) == 401  # the second use ended what the first renewed
        assert refresh(committed_api, given["refresh_token"]).status_code == 401


@pytest.mark.committed
def test_twenty_guesses_at_once_are_ten_tries(committed_api: Api) -> None:
    start = Barrier(20)

    def guess(number: int) -> int:
        start.wait()
        return sign_in(committed_api, "finance", f"{WRONG}{number}").status_code

    with ThreadPoolExecutor(20) as guessers:
        assert Counter(guessers.map(guess, range(20))) == {401: 10, 429: 10}


@pytest.mark.committed
def test_no_sign_in_with_the_old_password_outlives_its_change(committed_api: Api, committed_app: Flask) -> None:
    old = PASSWORD
    for number in range(5):
        new, start = f"amber kettle {number} seventeen", Barrier(2)
        holder = committed_api.sign_in("cashier", old)

        def late(old: str = old, start: Barrier = start) -> TestResponse:
            start.wait()
            return sign_in(committed_api, "cashier", old)

        def change_it(
            old: str = old, new: str = new, start: Barrier = start, token: str = holder["access_token"]
        ) -> int:
            start.wait()
            body = {"current": old, "new": new}
            return Caller(committed_app, token).post("/me/password", body, key=None).status_code

        with ThreadPoolExecutor(2) as both:
            signing, changing = both.submit(late), both.submit(change_it)
            assert changing.result() == 200
            answer = signing.result()
        assert answer.status_code == 401 or me(committed_api, answer.get_json()) == 401
        old = new
