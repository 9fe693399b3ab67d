"""The end of a sign-in: signing out, a closed account, a password reset or changed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from models.account import Account
from tests.driver import PASSWORD, Api, Caller
from tests.signing_in import change, me, refresh, sign_in

WRONG = "not-the-Password-2022"
ELSEWHERE = "203.0.113.9"


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
