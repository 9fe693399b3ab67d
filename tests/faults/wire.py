"""The API as two serving processes give it: the steps of `tests.story` over real connections, many at once."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from flask import Flask

from tests.driver import FRESH, PASSWORD

_FORM = "multipart/form-data; boundary=cut"


@dataclass(frozen=True)
class Answer:
    """What came over the wire, to be read like a test client's answer."""

    status_code: int
    headers: http.client.HTTPMessage
    body: bytes

    def get_json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)

    def get_data(self, *, as_text: bool = False) -> Any:
        """The body."""
        return self.body.decode() if as_text else self.body

    @property
    def code(self) -> str:
        """The code of a refusal; of a success its status."""
        return str(self.get_json()["code"]) if self.status_code >= 400 else str(self.status_code)


class Remote:
    """One account, over real connections: a new one for each request."""

    def __init__(self, port: int, token: str | None) -> None:
        self._port, self._token = port, token

    def prepared(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        key: object = FRESH,
        if_match: str | None = None,
        patience: float = 60,
    ) -> Callable[[threading.Barrier | None], Answer]:
        """A request that connects, waits at a barrier for others, and only then is sent."""
        headers = self._headers(key if method == "POST" else None, "application/json")
        if if_match is not None:
            headers["If-Match"] = if_match
        return self._sending(method, path, None if body is None else json.dumps(body).encode(), headers, patience)

    def _headers(self, key: object, kind: str) -> dict[str, str]:
        headers = {"Accept-Language": "en", "Content-Type": kind}
        if self._token is not None:
            headers["Authorization"] = f"Bearer {self._token}"
        if key is not None:
            headers["Idempotency-Key"] = str(uuid4()) if key is FRESH else str(key)
        return headers

    def _sending(
        self, method: str, path: str, raw: bytes | None, headers: dict[str, str], patience: float = 60
    ) -> Callable[[threading.Barrier | None], Answer]:
        full = path if path.startswith(("/api/", "/metrics")) else f"/api/v1{path}"

        def send(barrier: threading.Barrier | None) -> Answer:
            door = http.client.HTTPConnection("127.0.0.1", self._port, timeout=patience)
            try:
                door.connect()
                if barrier is not None:
                    barrier.wait(30)
                door.request(method, full, raw, headers)
                answer = door.getresponse()
                return Answer(answer.status, answer.headers, answer.read())
            finally:
                door.close()

        return send

    def sent_file(self, path: str, content: bytes, **form: str) -> Callable[[threading.Barrier | None], Answer]:
        """The same for a form with a file."""
        parts = [f'Content-Disposition: form-data; name="{name}"\r\n\r\n{value}' for name, value in form.items()]
        head = "".join(f"--cut\r\n{part}\r\n" for part in parts)
        head += '--cut\r\nContent-Disposition: form-data; name="file"; filename="file.csv"\r\n\r\n'
        return self._sending("POST", path, head.encode() + content + b"\r\n--cut--\r\n", self._headers(FRESH, _FORM))

    def get(self, path: str) -> Answer:
        """GET."""
        return self.prepared("GET", path)(None)

    def post(self, path: str, json: Any = None, **sent: Any) -> Answer:
        """POST."""
        return self.prepared("POST", path, json if json is not None else {}, **sent)(None)

    def patch(self, path: str, json: Any, **sent: Any) -> Answer:
        """PATCH."""
        return self.prepared("PATCH", path, json, **sent)(None)

    def act(self, path: str, act: str, json: Any = None, **sent: Any) -> Answer:
        """Do an act on the thing at `path` with the version that it has now."""
        sent.setdefault("if_match", self.get(path).headers.get("ETag"))
        return self.post(f"{path}/{act}", json, **sent)


class RemoteApi:
    """The callers of the served application; `app` is one of our own on the same database, to look into the books."""

    def __init__(self, app: Flask, port: int) -> None:
        self.app, self.port = app, port
        self._tokens: dict[str, str] = {}

    def __call__(self, username: str, password: str = PASSWORD) -> Remote:
        if username not in self._tokens:
            signed_in = Remote(self.port, None).post("/auth/tokens", {"username": username, "password": password})
            assert signed_in.status_code == 200, signed_in.body
            self._tokens[username] = signed_in.get_json()["access_token"]
        return Remote(self.port, self._tokens[username])


def at_once(requests: Sequence[Callable[[threading.Barrier | None], Answer]]) -> list[Answer]:
    """Send them all in the same moment."""
    barrier = threading.Barrier(len(requests))
    with ThreadPoolExecutor(len(requests)) as pool:
        return [each.result() for each in [pool.submit(request, barrier) for request in requests]]
