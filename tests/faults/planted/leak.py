"""Defects by which a secret gets to where it must not be found."""

from __future__ import annotations

import sys
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from flask import Flask, request

from api import app, problems
from benefits.casework.screening import disclosure
from models.secrecy import Secrecy
from tests.faults.planted.defect import Defect


def _values_echoed() -> None:
    """A fault shows what was sent."""
    sound = problems.problem

    def told(status: int, code: str, params: dict[str, object] | None = None, **more: Any) -> Any:
        return sound(status, code, {**(params or {}), "sent": request.get_data(as_text=True)}, **more)

    problems.problem = told


def _refusal_with_body() -> None:
    """The record of a refusal holds what was sent."""
    sound = problems.write_refusal

    def told(*given: Any, params: dict[str, str], **more: Any) -> None:
        sound(*given, params={**params, "sent": request.get_data(as_text=True).replace("\x00", "")}, **more)

    problems.write_refusal = told


def _path_logged() -> None:
    """Each request is logged past the filter of the log."""
    made = app.create_app

    def with_log(*given: Any, **more: Any) -> Flask:
        served = made(*given, **more)
        served.before_request(lambda: sys.stdout.write(f"{request.full_path}\n") and sys.stdout.flush())
        return served

    app.create_app = with_log


def _look_not_recorded() -> None:
    """The medical role looks unseen."""
    disclosure._write = lambda *_given: None


def _kept_in_the_clear() -> None:
    """A field stands in its column as it was told; what was sealed before is still read."""
    opened = Secrecy.decrypt

    def keep(key: bytes, row: UUID, field: str, plain: str | bytes) -> bytes:
        return plain.encode() if isinstance(plain, str) else plain

    def read(key: bytes, row: UUID, field: str, kept: bytes) -> bytes:
        try:
            return opened(key, row, field, kept)
        except (InvalidTag, ValueError):
            return kept

    Secrecy.encrypt, Secrecy.decrypt = staticmethod(keep), staticmethod(read)  # type: ignore[method-assign]


DEFECTS = {
    "values_echoed": Defect("what keeps values out of the answers to bad requests", _values_echoed),
    "refusal_with_body": Defect("what keeps a request's body out of the record of its refusal", _refusal_with_body),
    "path_logged": Defect("the rule that requests are not logged past the log's filter", _path_logged),
    "kept_in_the_clear": Defect("the sealing of fields under their person's key", _kept_in_the_clear),
    "look_not_recorded": Defect("the entry of a look at a clinical result", _look_not_recorded),
}
