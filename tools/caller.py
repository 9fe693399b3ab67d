"""A person's hands at the door: signs in over HTTP, sends keys and versions, and stops at the first refusal."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
import uuid
from dataclasses import dataclass
from typing import Any


class Refused(Exception):  # noqa: N818 - what the server answered
    """The server answered with a problem; `problem` is its body."""

    def __init__(self, status: int, problem: dict[str, Any]) -> None:
        super().__init__(f"{status} {problem.get('code')}: {problem.get('detail')}")
        self.status, self.problem = status, problem


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: Any
    content: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.content)


class Caller:
    """One account at a running server."""

    def __init__(self, base: str, username: str, password: str) -> None:
        self.base, self.username, self._token = base.rstrip("/"), username, ""
        self._token = self.post("/auth/tokens", {"username": username, "password": password}).json["access_token"]

    def get(self, path: str) -> Answer:
        """GET."""
        return self._send("GET", path, b"", {})

    def post(self, path: str, body: dict[str, Any], if_match: str | None = None) -> Answer:
        """POST JSON with a fresh key."""
        headers = {"Content-Type": "application/json"}
        return self._send("POST", path, json.dumps(body).encode(), headers, if_match)

    def act(self, path: str, act: str, body: dict[str, Any] | None = None) -> Answer:
        """Do an act on the thing at `path` as it stands now."""
        return self.post(f"{path}/{act}", body or {}, self.get(path).headers["ETag"])

    def upload(self, path: str, fields: dict[str, str], filename: str, content: bytes) -> Answer:
        """POST a file with form fields."""
        mark = uuid.uuid4().hex
        lines: list[bytes] = []
        for name, value in fields.items():
            lines += [f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()]
        head = f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{filename}"\r\n'
        lines += [head.encode(), b"Content-Type: application/octet-stream\r\n\r\n", content, b"\r\n"]
        lines += [f"--{mark}--\r\n".encode()]
        return self._send("POST", path, b"".join(lines), {"Content-Type": f"multipart/form-data; boundary={mark}"})

    def wait(self, job_id: str) -> dict[str, Any]:
        """Wait for a job's end; raises Refused where it failed."""
        while True:
            job: dict[str, Any] = self.get(f"/jobs/{job_id}").json
            if job["state"] not in {"queued", "running"}:
                break
            time.sleep(0.2)
        if job["state"] != "done":
            raise Refused(500, {"code": job["state"], "detail": str(job["result"])})
        return job

    def _send(
        self, method: str, path: str, body: bytes, headers: dict[str, str], if_match: str | None = None
    ) -> Answer:
        request = urllib.request.Request(f"{self.base}/api/v1{path}", data=body or None, method=method)
        request.add_header("Accept-Language", "en")
        for name, value in headers.items():
            request.add_header(name, value)
        if self._token:
            request.add_header("Authorization", f"Bearer {self._token}")
        if method == "POST":
            request.add_header("Idempotency-Key", str(uuid.uuid4()))
        if if_match:
            request.add_header("If-Match", if_match)
        try:
            with urllib.request.urlopen(request, timeout=120) as response:
                return Answer(response.status, response.headers, response.read())
        except urllib.error.HTTPError as error:
            raise Refused(error.code, json.loads(error.read() or b"{}")) from None
