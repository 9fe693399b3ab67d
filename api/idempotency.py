"""Idempotency-Key: a retry of the same request gets the first answer, byte for byte, and changes nothing.

The key's row is the last one that the request's transaction writes, so that effect and answer stand or fall together.
While a request with the key runs, its transaction holds an advisory lock; another gets 409. An answer shows what its
reader may see, facts of a case too, so it is kept encrypted, under a key of its own and bound to account and key.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from flask import Response, request
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from api import json_body
from benefits.core.actor import Actor
from benefits.core.errors import KeyInUse, KeyMissing, KeyReused, invalid
from models.idempotency import IdempotencyKey
from models.secrecy import secrecy

KEPT_DAYS = 30
_KEPT_HEADERS = ("Content-Type", "ETag", "Location", "Content-Language", "Cache-Control")
_WRAPPED = 60  # bytes of a wrapped key: nonce 12, key 32, tag 16
_KEY = re.compile(r"[\x21-\x7e]{1,200}\Z")


@dataclass
class Kept:
    """The key of the running request, and the answer kept under it, if any."""

    session: Session
    row: IdempotencyKey | None
    account_key: tuple[UUID, str, str]
    fingerprint: bytes

    @classmethod
    def of_request(cls, session: Session, actor: Actor) -> Kept:
        """Lock the request's key and look it up.

        Raises:
            KeyMissing: no Idempotency-Key. Invalid: not 1–200 visible ASCII characters.
            KeyInUse: a request with it is running. KeyReused: it was used for another request.
        """
        key = request.headers.get("Idempotency-Key")
        if not key:
            raise KeyMissing
        if not _KEY.match(key):
            raise invalid("/headers/Idempotency-Key", "key_malformed")
        rule = request.url_rule.rule if request.url_rule else request.path
        operation = f"{request.method} {rule}"
        name = f"{actor.account_id}\n{operation}\n{key}"
        number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)
        if not session.scalar(text("SELECT pg_try_advisory_xact_lock(:number)"), {"number": number}):
            raise KeyInUse
        # Keyed: a body may hold a password or an identity number, and the table may be stolen.
        fingerprint = secrecy(session).index("request", _digest_of_request().hex())
        row = session.scalar(
            select(IdempotencyKey).where(
                IdempotencyKey.account_id == actor.account_id,
                IdempotencyKey.operation == operation,
                IdempotencyKey.key == key,
            )
        )
        if row is not None and row.expires_at is not None and row.expires_at <= actor.at:
            session.delete(row)
            session.flush()
            row = None
        if row is not None and row.fingerprint != fingerprint:
            raise KeyReused
        return cls(session, row, (actor.account_id, operation, key), fingerprint)

    def answer(self) -> Response | None:
        """The first answer, if there was one."""
        if self.row is None:
            return None
        response = Response(self._open(self.row.body), self.row.status)
        for name, value in self.row.headers.items():
            response.headers[name] = value
        return response

    def keep(self, response: Response, at: datetime, *, for_ever: bool) -> Response:
        """Bind the key to a 2xx answer."""
        if 200 <= response.status_code < 300:
            account_id, operation, key = self.account_key
            self.session.flush()
            self.session.add(
                IdempotencyKey(
                    account_id=account_id,
                    operation=operation,
                    key=key,
                    fingerprint=self.fingerprint,
                    status=response.status_code,
                    headers={name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers},
                    body=self._seal(response.get_data()),
                    expires_at=None if for_ever else at + timedelta(days=KEPT_DAYS),
                )
            )
        return response

    def _seal(self, answer: bytes) -> bytes:
        account_id, operation, key = self.account_key
        keys = secrecy(self.session)
        own, wrapped = keys.new_key(account_id)
        return wrapped + keys.encrypt(own, account_id, f"{operation}\n{key}", answer)

    def _open(self, kept: bytes) -> bytes:
        account_id, operation, key = self.account_key
        keys = secrecy(self.session)
        own = keys.unwrap(kept[:_WRAPPED], account_id)
        return keys.decrypt(own, account_id, f"{operation}\n{key}", kept[_WRAPPED:])


def _digest_of_request() -> bytes:
    """SHA-256 of path, query and canonical body (multipart: fields and file digests)."""
    digest = hashlib.sha256(f"{request.method} {request.path}?{request.query_string.decode('latin-1')}\n".encode())
    if request.mimetype == "multipart/form-data":
        for name, value in sorted(request.form.items(multi=True)):
            digest.update(f"field {len(name)} {name} {len(value)} {value}\n".encode("utf-8", "surrogatepass"))
        for name, file in sorted(request.files.items(multi=True), key=lambda pair: pair[0]):
            content = hashlib.sha256(file.stream.read()).hexdigest()
            digest.update(f"file {len(name)} {name} {content}\n".encode("utf-8", "surrogatepass"))
            file.stream.seek(0)
        return digest.digest()
    raw = request.get_data()
    try:
        digest.update(json_body.canonical(json_body.load(raw)) if raw else b"{}")
    except (json_body.NotJson, TypeError, ValueError):
        digest.update(raw)
    return digest.digest()
