"""Rosters as officers, reviewers and finance drive them, for the tests of their acts."""

from __future__ import annotations

from typing import Any

from tests.clock import today
from tests.driver import Api
from tests.story import GIFT, done, member_id, new_fund

RICE = {"name": "大米", "specification": "东北长粒香 5kg", "quantity": 2, "unit_price": "60.00"}


def plan(**other: Any) -> dict[str, Any]:
    """The body of a roster of mid-autumn gifts at AH-D01; `other` replaces, None takes out."""
    body = {
        "unit_code": "AH-D01",
        "title": "2026年中秋慰问品",
        "cut_off_on": "2026-09-01",
        "programme": "holiday_visit",
        "event_on": f"{today().year}-09-25",
        "facts": GIFT,
        "item": RICE,
        "fill": "members",
        **other,
    }
    return {name: value for name, value in body.items() if value is not None}


def drawn(api: Api, *, by: str = "officer", **other: Any) -> str:
    """The path of a new roster."""
    made = done(api(by).post("/rosters", plan(**other)))
    return f"/rosters/{made['id']}"


def frozen(api: Api, **other: Any) -> str:
    """The path of a frozen roster."""
    path = drawn(api, **other)
    done(api(other.get("by", "officer")).act(path, "freeze"))
    return path


def approved(api: Api, fund: str | None = None, **other: Any) -> tuple[str, str]:
    """The path of an approved roster, and the id of the fund that pays."""
    fund = fund or new_fund(api)
    path = frozen(api, **other)
    done(api("reviewer").act(path, "approve", {"fund_id": fund}))
    return path, fund


def lines(api: Api, path: str, state: str | None = None) -> list[dict[str, Any]]:
    """The lines of a roster."""
    query = f"?limit=200&state={state}" if state else "?limit=200"
    found: list[dict[str, Any]] = done(api("auditor").get(f"{path}/lines{query}"))["items"]
    return found


def line_of(api: Api, path: str, staff_number: str) -> str:
    """The path of one member's line."""
    member = member_id(api, staff_number)
    return next(f"{path}/lines/{each['id']}" for each in lines(api, path) if each["member_id"] == member)


def receipt(**other: Any) -> dict[str, Any]:
    """The body of the member's own signature today."""
    return {"received_on": today().isoformat(), "signed_by": "self", **other}


def signed_by_all(api: Api, path: str) -> None:
    """Every listed line signed for."""
    for each in lines(api, path, "listed"):
        done(api("officer").act(f"{path}/lines/{each['id']}", "receipt", receipt()))
