"""Payments made and hits asked for, for the tests of the risk indicators."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text

from models.vocabulary import BankOutcome
from tests.bank import bank_says
from tests.clock import today
from tests.driver import Api
from tests.story import books, card, done, released

OTHER = {"holder": "王建国", "account_number": card(41), "bank": "徽商银行"}
YEAR = today().year


def paid(api: Api, fund: str, *payments: str, day: date | None = None) -> None:
    batch = released(api, fund, list(payments))
    bank_says(api, batch, dict.fromkeys(range(1, len(payments) + 1), BankOutcome.PAID))
    if day is not None:
        with books(api) as session:
            session.execute(
                text("UPDATE disbursement SET settled_on = :d WHERE id = ANY (:p)"),
                {"d": day, "p": [UUID(each) for each in payments]},
            )


def hits(api: Api, who: str = "auditor", unit: str = "AH", **query: str) -> list[dict[str, Any]]:
    asked = {"unit": unit, "from": f"{YEAR}-01-01", "until": f"{YEAR}-12-31", **query}
    path = "/audit/indicators?" + "&".join(f"{name}={value}" for name, value in asked.items())
    found: list[dict[str, Any]] = done(api(who).get(path))["items"]
    return found


def of_kind(api: Api, kind: str, **query: str) -> list[dict[str, Any]]:
    return hits(api, kind=kind, **query)


def hospital(**other: object) -> dict[str, Any]:
    facts = {"kind": "hospital", "event": "I21", "form": "bank_transfer", "dues_paid_through": f"{YEAR}-12-31"}
    return {"facts": facts, "on": f"{YEAR}-06-01", "programme": "holiday_visit", "amount": "600.00", **other}
