"""A year of a union's books that is over: its months closed, its closing drawn up by one and posted by another."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from models.vocabulary import BankOutcome
from tests.bank import bank_says
from tests.clock import today
from tests.driver import Api
from tests.story import approved, colleague, done, released, rows

OFFICE = "AH-D01"
YEAR = today().year
AFTER = date(YEAR + 1, 1, 15)


def a_year(api: Api, fund: str) -> str:
    """Money came in, one case was paid and another waits: the path of the case that waits."""
    colleague(api, "finance2", "finance", person=602)
    receipt = {"fund_id": fund, "amount": "50000.00", "received_on": today().isoformat(), "payer": "省总工会"}
    done(api("finance").post("/ledger/receipts", {**receipt, "bank_serial": f"R-{fund[-6:]}"}))
    _, payment = approved(api, fund, "D01-001", "1000.00")
    bank_says(api, released(api, fund, [payment]), {1: BankOutcome.PAID})
    return approved(api, fund, "D01-002", "1500.00")[0]


def close_months(api: Api, year: int = YEAR) -> None:
    """Close every month in which the office has vouchers."""
    for row in rows(
        api,
        "SELECT DISTINCT extract(month FROM v.posted_on)::int AS month FROM voucher v JOIN unit u ON u.id = v.unit_id "
        "WHERE u.code = :unit AND v.year = :year ORDER BY 1",
        unit=OFFICE,
        year=year,
    ):
        done(api("finance").post("/ledger/months", {"unit_code": OFFICE, "year": year, "month": row.month}))


def drawn_up(api: Api, year: int = YEAR) -> str:
    """The path of a closing that waits to be posted."""
    made = done(api("finance").post("/ledger/years", {"unit_code": OFFICE, "year": year}))
    return f"/ledger/years/{made['id']}"


def closed(api: Api, year: int = YEAR) -> dict[str, Any]:
    """The closing of the office's year, posted."""
    close_months(api, year)
    shown: dict[str, Any] = done(api("finance2").act(drawn_up(api, year), "post"))
    return shown


def standing(api: Api, on: date, *, before_closing: bool = False) -> dict[str, Decimal]:
    """Account → debits above credits at the end of a day."""
    flag = "&before_closing=true" if before_closing else ""
    shown = done(api("auditor").get(f"/ledger/trial-balance?unit={OFFICE}&on={on}{flag}"))
    assert shown["debit"] == shown["credit"]
    return {line["account"]: Decimal(line["closing"]) for line in shown["lines"]}


def successor(api: Api, fund: str) -> str:
    """The id of the fund that follows one of a closed year."""
    return str(done(api("finance").get(f"/funds/{fund}"))["successor_id"])
