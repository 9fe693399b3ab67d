"""Defects in how a request's key is kept."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Response

from api import idempotency
from tests.faults.planted.defect import Defect


def _not_kept() -> None:
    """The answer is never bound to its key."""

    def keep(self: Any, response: Response, at: datetime, *, for_ever: bool) -> Response:
        return response

    idempotency.Kept.keep = keep  # type: ignore[method-assign]


DEFECTS = {
    "key_not_kept": Defect("the row that binds a key to its answer", _not_kept),
}
