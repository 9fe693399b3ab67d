"""Drives the API as people would: signs in by user name, sends keys and versions unless told otherwise."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from flask import Flask
from werkzeug.test import TestResponse

PASSWORD = "demo-Password-2022"
FRESH = object()


class Caller:
    """One account at the door."""

    def __init__(self, app: Flask, token: str | None, language: str = "en") -> None:
        self._app, self._token, self._language = app, token, language

    def call(
        self,
        method: str,
        path: str,
        *,
        key: object = FRESH,
        if_match: str | None = None,
        headers: dict[str, str] | None = None,
        **sent: Any,
    ) -> TestResponse:
        """Send a request; `key=None` sends none, a text sends that, otherwise a fresh one goes with every POST."""
        all_headers = {"Accept-Language": self._language, **(headers or {})}
        if self._token is not None:
            all_headers.setdefault("Authorization", f"Bearer {self._token}")
        if key is FRESH and method == "POST":
            all_headers["Idempotency-Key"] = str(uuid4())
        elif isinstance(key, str):
            all_headers["Idempotency-Key"] = key
        if if_match is not None:
            all_headers["If-Match"] = if_match
        full = path if path.startswith(("/api/", "/docs", "/metrics")) else f"/api/v1{path}"
        with self._app.test_client() as client:
            return client.open(full, method=method, headers=all_headers, **sent)

    def get(self, path: str, **sent: Any) -> TestResponse:
        """GET."""
        return self.call("GET", path, **sent)

    def post(self, path: str, json: Any = None, **sent: Any) -> TestResponse:
        """POST, JSON unless `data` is given."""
        return self.call(
            "POST", path, **({"json": json if json is not None else {}} if "data" not in sent else {}), **sent
        )

    def patch(self, path: str, json: Any, **sent: Any) -> TestResponse:
        """PATCH."""
        return self.call("PATCH", path, json=json, **sent)

    def delete(self, path: str, **sent: Any) -> TestResponse:
        """DELETE."""
        return self.call("DELETE", path, **sent)

    def act(self, path: str, act: str, json: Any = None, **sent: Any) -> TestResponse:
        """Do an act on the thing at `path` with the version that it has now."""
        sent.setdefault("if_match", self.get(path).headers.get("ETag"))
        return self.post(f"{path}/{act}", json, **sent)


class Api:
    """The callers of one application: `api("officer").get("/members")`; `api(None)` is nobody."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self._tokens: dict[str, str] = {}

    def __call__(self, username: str | None, password: str = PASSWORD, language: str = "en") -> Caller:
        if username is None:
            return Caller(self.app, None, language)
        if username not in self._tokens:
            self._tokens[username] = self.sign_in(username, password)["access_token"]
        return Caller(self.app, self._tokens[username], language)

    def sign_in(self, username: str, password: str = PASSWORD) -> dict[str, Any]:
        """A new sign-in."""
        answer = Caller(self.app, None).post("/auth/tokens", {"username": username, "password": password}, key=None)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        tokens: dict[str, Any] = answer.get_json()
        return tokens
