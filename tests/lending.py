"""Duties lent over HTTP, for the tests of what is done in another's name."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.clock import today
from tests.driver import Api


def lending(to: str, **other: object) -> dict[str, object]:
    """The body of a delegation of a reviewer's duty, from today on for a week."""
    return {
        "role": "reviewer",
        "unit_code": "AH",
        "to_username": to,
        "valid_from": f"{today()}",
        "valid_until": f"{today() + timedelta(days=6)}",
        "amount_limit": "5000.00",
        "reason": "年度疗休养",
        "document": "工字〔2026〕12号",
        **other,
    }


def lend(api: Api, to: str, *, by: str = "reviewer", **other: object) -> str:
    """The path of a new delegation."""
    made = api(by).post("/delegations", lending(to, **other))
    assert made.status_code == 201, made.get_json()
    assert made.headers["Location"] == f"/api/v1/delegations/{made.get_json()['id']}"
    return f"/delegations/{made.get_json()['id']}"


def refused(answer: Any, code: str) -> dict[str, str]:
    """The params of a 403 with this code."""
    assert (answer.status_code, answer.get_json()["code"]) == (403, code), answer.get_json()
    params: dict[str, str] = answer.get_json()["params"]
    return params


def faults(answer: Any) -> dict[str, str]:
    """What was wrong in what was sent: code by pointer."""
    assert answer.status_code == 422, answer.get_json()
    return {each["pointer"]: each["code"] for each in answer.get_json()["errors"]}
