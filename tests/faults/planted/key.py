"""Defects in how a request's key is kept."""

from __future__ import annotations

from datetime import datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from flask import Response
from sqlalchemy import text
from sqlalchemy.orm import Session

from api import idempotency
from tests.faults.planted.defect import Defect


def _not_kept() -> None:
    """The answer is never bound to its key."""

    def keep(self: Any, response: Response, at: datetime, *, for_ever: bool) -> Response:
        return response

    idempotency.Kept.keep = keep  # type: ignore[method-assign]


def _expires() -> None:
    """A key is kept for as long as that of any other request."""
    kept = idempotency.Kept.keep

    def keep(self: Any, response: Response, at: datetime, *, for_ever: bool) -> Response:
        return kept(self, response, at, for_ever=False)

    idempotency.Kept.keep = keep  # type: ignore[method-assign]


def _for_any_request() -> None:
    """The fingerprint of every request is the same."""
    idempotency._digest_of_request = lambda: b""


def _of_everybody() -> None:
    """Keys are looked for and kept as if one account had sent them all."""
    kept = idempotency.Kept.of_request

    def of_request(session: Session, actor: Any) -> Any:
        return kept(session, SimpleNamespace(account_id=UUID(int=1), at=actor.at))  # type: ignore[arg-type]

    idempotency.Kept.of_request = of_request  # type: ignore[method-assign]


def _not_locked() -> None:
    """The lock on a key is asked for, and its answer not heard."""
    idempotency.text = lambda _statement: text("SELECT CAST(:number AS bigint) IS NOT NULL")


def _in_a_second_transaction() -> None:
    """What the request did is committed first, and then its key and answer, as M4's faulty version does."""
    kept = idempotency.Kept.keep

    def keep(self: Any, response: Response, at: datetime, *, for_ever: bool) -> Response:
        self.session.flush()
        self.session.commit()
        return kept(self, response, at, for_ever=for_ever)

    idempotency.Kept.keep = keep  # type: ignore[method-assign]


DEFECTS = {
    "key_in_a_second_transaction": Defect("the one transaction of effect and key", _in_a_second_transaction),
    "key_for_any_request": Defect("the fingerprint that binds a key to its request", _for_any_request),
    "key_of_everybody": Defect(
        "the account in a key's name, and the wall between accounts' keys",
        _of_everybody,
        "ALTER TABLE idempotency_key DROP CONSTRAINT fk_idempotency_key_account_id; "
        "ALTER TABLE idempotency_key NO FORCE ROW LEVEL SECURITY; "
        "ALTER TABLE idempotency_key DISABLE ROW LEVEL SECURITY",
    ),
    "key_not_kept": Defect("the row that binds a key to its answer", _not_kept),
    "key_expires": Defect("that keys of money have no end", _expires),
    "key_not_locked": Defect(
        "the lock on a key while its request runs, and the primary key behind it",
        _not_locked,
        "ALTER TABLE idempotency_key DROP CONSTRAINT pk_idempotency_key",
    ),
}
