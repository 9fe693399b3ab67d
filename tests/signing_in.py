"""Signing in from a network, refreshing, and an admin's change of an account."""

from __future__ import annotations

from typing import Any

from werkzeug.test import TestResponse

from tests.driver import PASSWORD, Api, Caller
from tests.story import account_path


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


def change(api: Api, username: str, **what: object) -> TestResponse:
    path = account_path(api, username)
    answer = api("admin").patch(path, what, if_match=api("admin").get(path).headers["ETag"])
    assert answer.status_code == 200, answer.get_json()
    return answer
