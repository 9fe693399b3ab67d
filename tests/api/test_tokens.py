"""Tokens: which are taken, and a refresh that works once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier

import jwt
import pytest
from werkzeug.test import TestResponse

from config.settings import Settings
from tests.clock import machine_now
from tests.driver import Api, Caller
from tests.signing_in import me, refresh


def _mutants(token: str, settings: Settings) -> dict[str, str]:
    claims = jwt.decode(token, options={"verify_signature": False})
    header, payload, signature = token.split(".")
    past = machine_now() - timedelta(minutes=1)

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
        "not yet": made(nbf=machine_now() + timedelta(hours=1)),
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
    later = replace(settings, clock_offset_s=settings.clock_offset_s + settings.refresh_token_hours * 3600 + 1)
    monkeypatch.setitem(api.app.config, "SETTINGS", later)
    assert me(api, tokens) == 401
    assert refresh(api, tokens["refresh_token"]).status_code == 401


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
